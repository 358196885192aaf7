// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/named_sources.h"

#include "config/roles.h"
#include "config/yaml.h"
#include "session/model_source.h"
#include "store/store.h"
#include "train/pairs.h"
#include "train/run.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr NamedSource first_model{"model_name_or_path", &Settings::model_name_or_path};
constexpr NamedSource reward_model{"reward_model", &Settings::reward_model};
constexpr NamedSource pairs{"pairs_run", &Settings::pairs_run, false};
constexpr NamedSource eval_reward_model{"eval_reward_model", &Settings::eval_reward_model};

/// Where the sampled pairs of the run lie.
Result<fs::path> find_pairs(const Settings& settings, const fs::path& workspace) {
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    PLUMB_TRY(const RunRecord run, reader->find_run(settings.pairs_run));
    const std::string shown = "run " + std::to_string(run.id) + " (" + run.name + ")";
    PLUMB_TRY(const Settings other, parse_settings(run.settings, "settings of " + shown, {}));
    if (other.task != settings.task)
        return invalid_input(shown + " is of the task " + other.task + ", not " + settings.task +
                             "; name a run with the same task");
    if (settings.task == "arithmetic" && other.arithmetic_digits != settings.arithmetic_digits)
        return invalid_input(shown + " has problems of " + std::to_string(other.arithmetic_digits) +
                             " digits, not " + std::to_string(settings.arithmetic_digits) +
                             "; name a run with the same arithmetic_digits");
    const fs::path folder = workspace / "runs" / std::to_string(run.id) / run_start;
    if (has_pairs(folder)) return folder;
    if (samples_pairs(other) && !is_over(run.state))
        return Error{ErrorCode::not_found, shown + " has sampled no pairs yet"};
    return Error{ErrorCode::not_found,
                 shown +
                     " has no pairs of its own samples; name one of algorithm reward or dpo, or "
                     "one that has made its reward model itself"};
}

}  // namespace

std::optional<std::string> NamedSource::run_of(const Settings& settings) const {
    const std::string& value = settings.*member;
    if (value.empty()) return std::nullopt;
    if (!is_model) return value;
    if (value.find('/') != std::string::npos) return std::nullopt;
    return value.substr(0, value.rfind('@'));
}

std::vector<NamedSource> named_sources(const Settings& settings) {
    std::vector<NamedSource> sources;
    if (!settings.model_name_or_path.empty()) sources.push_back(first_model);
    if (uses_reward_model(settings) && !makes_reward_model(settings))
        sources.push_back(reward_model);
    if (samples_pairs(settings) && !settings.pairs_run.empty()) sources.push_back(pairs);
    if (uses_eval_reward(settings)) sources.push_back(eval_reward_model);
    return sources;
}

Result<fs::path> find_source(const NamedSource& source, const Settings& settings,
                             const fs::path& workspace) {
    const auto find = [&]() -> Result<fs::path> {
        if (!source.is_model) return find_pairs(settings, workspace);
        const std::string& name = settings.*source.member;
        PLUMB_TRY(const ModelSource found, source.key == first_model.key
                                               ? find_model(name, workspace)
                                               : find_reward_model(name, workspace));
        return found.folder;
    };
    auto folder = find();
    if (folder) return folder;
    return Error{folder.error().code, std::string(source.key) + ": " + folder.error().message};
}

Result<SourceFolders> find_sources(const Settings& settings, const fs::path& workspace) {
    SourceFolders folders;
    for (const NamedSource& source : named_sources(settings)) {
        PLUMB_TRY(fs::path folder, find_source(source, settings, workspace));
        if (source.key == first_model.key)
            folders.model = std::move(folder);
        else if (source.key == reward_model.key)
            folders.reward_model = std::move(folder);
        else if (source.key == pairs.key)
            folders.pairs = std::move(folder);
        else
            folders.eval_reward_model = std::move(folder);
    }
    return folders;
}

}  // namespace plumb
