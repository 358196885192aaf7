// SPDX-License-Identifier: GPL-3.0-or-later
// Experiments as YAML, and those that are built into the program.
#include <algorithm>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "base/check.h"
#include "base/resources.h"
#include "base/strings.h"
#include "config/experiments.h"
#include "config/yaml.h"

namespace plumb {
namespace {

const std::vector<std::string> known_keys = {"title",  "summary",     "seeds",
                                             "budget", "preparation", "variants"};

/// Reads the parts of one file; messages begin with the origin.
class Reader {
public:
    Reader(Experiment& experiment, const std::string& origin)
        : experiment_(experiment), origin_(origin) {}

    Status read(const YAML::Node& root) {
        if (!root.IsMap()) return wrong("an experiment is a mapping with " + join(known_keys, ", "));
        for (const auto& entry : root) {
            const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
            PLUMB_TRY_STATUS(read_entry(key, entry.second));
        }
        if (experiment_.title.empty()) return wrong("title is missing");
        if (experiment_.variants.empty())
            return wrong("variants is missing; give at least one, as NAME with its settings");
        return {};
    }

private:
    Status read_entry(const std::string& key, const YAML::Node& value) {
        if (key == "title" || key == "summary") {
            if (!value.IsScalar()) return wrong(key + " is to be a text");
            (key == "title" ? experiment_.title : experiment_.summary) = value.Scalar();
            return {};
        }
        if (key == "seeds") return read_seeds(value);
        if (key == "budget") {
            if (!value.IsScalar()) return wrong("budget is to be a text such as flops=2e12");
            auto budget = parse_budget(value.Scalar());
            if (!budget) return wrong(budget.error().message);
            experiment_.budget = *budget;
            return {};
        }
        if (key == "preparation") {
            PLUMB_TRY(Settings settings, read_settings_of("preparation", value));
            if (settings.algorithm != "reward")
                return wrong("preparation is of the algorithm " + settings.algorithm +
                             "; it makes pairs and a reward model, which reward does");
            experiment_.preparation = std::move(settings);
            return {};
        }
        if (key == "variants") return read_variants(value);
        const auto near = nearest_name(key, known_keys);
        return wrong("unknown key '" + key + "'; " +
                     (near ? "did you mean " + *near + "?" : "there are " + join(known_keys, ", ")));
    }

    Status read_seeds(const YAML::Node& value) {
        const auto count = value.IsScalar() ? parse_int(value.Scalar()) : std::nullopt;
        if (!count || *count < 1) return wrong("seeds is to be how many there are, at least 1");
        experiment_.seeds = *count;
        return {};
    }

    Status read_variants(const YAML::Node& value) {
        if (!value.IsMap()) return wrong("variants is to be a mapping of names to settings");
        for (const auto& entry : value) {
            const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
            if (name.empty()) return wrong("a variant has no name");
            if (std::ranges::find(experiment_.variants, name, &Variant::name) !=
                experiment_.variants.end())
                return wrong("the variant " + name + " is given twice");
            PLUMB_TRY(Settings settings, read_settings_of("variant " + name, entry.second));
            experiment_.variants.push_back({name, std::move(settings)});
        }
        return {};
    }

    Result<Settings> read_settings_of(const std::string& part, const YAML::Node& node) const {
        return parse_settings(YAML::Dump(node), origin_ + ", " + part, {});
    }

    Error wrong(const std::string& message) const { return invalid_input(origin_ + ": " + message); }

    Experiment& experiment_;
    const std::string& origin_;
};

std::vector<Experiment> read_experiments() {
    constexpr std::string_view folder = "experiments/", suffix = ".yaml";
    std::vector<Experiment> all;
    for (const Resource& resource : embedded_resources()) {
        if (!resource.name.starts_with(folder) || !resource.name.ends_with(suffix)) continue;
        const std::string name = resource.name.substr(
            folder.size(), resource.name.size() - folder.size() - suffix.size());
        auto experiment = parse_experiment(resource.content, name, "experiment " + name);
        PLUMB_CHECK(experiment.ok(), experiment.ok() ? "" : experiment.error().message);
        all.push_back(std::move(*experiment));
    }
    std::ranges::sort(all, {}, &Experiment::name);
    return all;
}

}  // namespace

Result<Experiment> parse_experiment(std::string_view yaml, const std::string& name,
                                    const std::string& origin) {
    Experiment experiment;
    experiment.name = name;
    try {
        PLUMB_TRY_STATUS(Reader(experiment, origin).read(YAML::Load(std::string(yaml))));
    } catch (const YAML::Exception& exception) {
        return invalid_input(origin + ": this is no YAML: " + exception.msg);
    }
    return experiment;
}

std::span<const Experiment> experiments() {
    static const std::vector<Experiment> all = read_experiments();
    return all;
}

Result<Experiment> find_experiment(std::string_view name) {
    std::vector<std::string> names;
    for (const Experiment& experiment : experiments()) {
        if (experiment.name == name) return experiment;
        names.push_back(experiment.name);
    }
    std::string message = "unknown experiment '" + std::string(name) + "'";
    const auto near = nearest_name(name, names);
    message += near ? "; did you mean '" + *near + "'?" : "; there are " + join(names, ", ");
    return Error{ErrorCode::not_found, message};
}

}  // namespace plumb
