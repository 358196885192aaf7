// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/experiments.h"

#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "config/fields.h"
#include "config/roles.h"
#include "config/validation.h"

namespace plumb {
namespace {

/// Whose value the experiment decides itself, with what to do instead.
struct DecidedKey {
    std::string_view key, remedy;
};
constexpr DecidedKey decided_keys[] = {
    {"seed", "name the seeds of the comparison instead"},
    {"comparison", "name the comparison instead"},
    {"variant", "it is the name of the variant"},
    {"preset", "it is a label only"},
    {"algorithm", "the experiment compares what it compares"},
    {"budget_tokens", "name the budget of the comparison instead"},
    {"budget_seconds", "name the budget of the comparison instead"},
    {"budget_flops", "name the budget of the comparison instead"}};

std::string_view remedy_for(std::string_view key) {
    for (const DecidedKey& decided : decided_keys)
        if (decided.key == key) return decided.remedy;
    return {};
}

/// Whether the setting, given for every run, is also that of the preparation: what it starts from
/// and makes pairs and reward model of, not how the variants learn and where they end.
bool changes_preparation(const Field& field) {
    switch (field.section) {
        case Section::model:
        case Section::data:
        case Section::arithmetic:
        case Section::pairs:
        case Section::start: return true;
        case Section::run: return field.key == "threads" || field.key == "device";
        case Section::generation: return field.key == "max_completion_length";
        case Section::reward_model: return field.key == "center_rewards_coefficient";
        case Section::evaluation: return field.key == "eval_prompts" || field.key == "min_free_mb";
        default: return false;
    }
}

constexpr const char* name_separator = " · ";

/// What names a run has to be free of what a model's name has around it.
std::string as_run_name(std::string name) {
    for (char& c : name)
        if (c == '/' || c == '@') c = '-';
    return name;
}

/// Makes the runs of one experiment.
class Planner {
public:
    Planner(const Experiment& experiment, const ExperimentOptions& options)
        : experiment_(experiment), options_(options) {}

    Result<ExperimentPlan> plan() {
        plan_.comparison = options_.name.empty() ? experiment_.name : options_.name;
        PLUMB_TRY(const auto seeds, seeds_of());
        PLUMB_TRY(std::vector<Variant> variants, changed_variants());
        std::optional<Settings> preparation = experiment_.preparation;
        PLUMB_TRY_STATUS(change(variants, preparation));
        for (const std::int64_t seed : seeds) {
            if (preparation && !(options_.shared_start && seed != seeds.front()))
                preparation_ = add(*preparation, options_.preparation_name, seed, true);
            for (const Variant& variant : variants) add_variant(variant, seed);
        }
        for (const PlannedRun& run : plan_.runs)
            if (const Status status = validate(run.settings); !status)
                return Error{status.error().code, run.name + ": " + status.error().message};
        return std::move(plan_);
    }

private:
    Result<std::vector<std::int64_t>> seeds_of() const {
        std::vector<std::int64_t> seeds = options_.seeds;
        for (std::int64_t seed = 0; options_.seeds.empty() && seed < experiment_.seeds; ++seed)
            seeds.push_back(seed);
        std::set<std::int64_t> known;
        for (const std::int64_t seed : seeds) {
            if (seed < 0)
                return invalid_input("a seed is " + std::to_string(seed) +
                                     "; seeds are whole numbers from 0 on");
            if (!known.insert(seed).second)
                return invalid_input("the seed " + std::to_string(seed) +
                                     " is given twice; its runs would be the same");
        }
        return seeds;
    }

    Result<std::vector<Variant>> changed_variants() const {
        std::vector<Variant> variants = experiment_.variants;
        const auto& budget = options_.budget ? options_.budget : experiment_.budget;
        if (budget)
            for (Variant& variant : variants) set_budget(*budget, variant.settings);
        return variants;
    }

    Status change(std::vector<Variant>& variants, std::optional<Settings>& preparation) const {
        for (const auto& [key, value] : options_.changes) {
            const Field* field = find_field(key);
            if (!field) return unknown_key(key);
            if (const std::string_view remedy = remedy_for(key); !remedy.empty())
                return invalid_input("the experiment decides " + key + " itself; " +
                                     std::string(remedy));
            PLUMB_TRY_STATUS(decides_source(*field));
            bool has_effect = false;
            for (Variant& variant : variants) {
                PLUMB_TRY_STATUS(set_field(*field, variant.settings, value));
                has_effect = has_effect || field_applies(*field, variant.settings);
            }
            if (preparation && changes_preparation(*field)) {
                PLUMB_TRY_STATUS(set_field(*field, *preparation, value));
                has_effect = has_effect || field_applies(*field, *preparation);
            }
            if (!has_effect)
                return invalid_input(key + " has no effect on any run of " + experiment_.name);
        }
        return {};
    }

    Status decides_source(const Field& field) const {
        const bool given = experiment_.preparation.has_value() &&
                           (field.key == "reward_model" || field.key == "pairs_run" ||
                            field.key == "eval_reward_model");
        const bool start = field.key == "model_name_or_path" && options_.shared_start;
        if (!given && !start) return {};
        return invalid_input("the experiment decides " + std::string(field.key) +
                             " itself: its runs share what it makes");
    }

    std::string add(Settings settings, const std::string& variant, std::int64_t seed,
                    bool is_preparation) {
        settings.seed = seed;
        settings.comparison = plan_.comparison;
        settings.variant = variant;
        std::string name = experiment_run_name(variant, seed, plan_.comparison);
        plan_.runs.push_back({name, std::move(settings), is_preparation});
        return name;
    }

    void add_variant(const Variant& variant, std::int64_t seed) {
        Settings settings = variant.settings;
        if (!preparation_.empty()) {
            if (makes_reward_model(settings)) settings.reward_model = preparation_;
            if (samples_pairs(settings) && settings.pairs_run.empty())
                settings.pairs_run = preparation_;
            if (takes_eval_reward(settings) && settings.eval_reward_model.empty())
                settings.eval_reward_model = preparation_;
        }
        if (options_.shared_start) share(variant, settings);
        const std::string name = add(settings, variant.name, seed, false);
        if (first_run_.empty()) first_run_ = preparation_.empty() ? name : preparation_;
        first_of_.try_emplace(variant.name, name);
    }

    /// What seeds after the first take from runs of the first.
    void share(const Variant& variant, Settings& settings) const {
        const auto same = first_of_.find(variant.name);
        if (same == first_of_.end()) return;  // of the first seed, whose start the cache keeps
        const bool makes_reward = makes_reward_model(settings);
        if (makes_reward) settings.reward_model = same->second;
        if (!makes_reward && samples_pairs(settings) && settings.pairs_run.empty())
            settings.pairs_run = same->second;
        if (has_supervised_start(settings)) settings.model_name_or_path = first_run_ + "@start";
    }

    const Experiment& experiment_;
    const ExperimentOptions& options_;
    ExperimentPlan plan_;
    std::string preparation_;  ///< the name of the run that the next variants build on
    std::string first_run_;    ///< whose start is shared
    std::map<std::string, std::string> first_of_;  ///< variant to its run of the first seed
};

}  // namespace

std::string experiment_run_title(const std::string& variant, std::int64_t seed) {
    return variant + ", seed " + std::to_string(seed);
}

std::string experiment_run_name(const std::string& variant, std::int64_t seed,
                                const std::string& comparison) {
    return as_run_name(experiment_run_title(variant, seed) + name_separator + comparison);
}

bool is_named_after(const std::string& run_name, const std::string& comparison) {
    return run_name.ends_with(as_run_name(name_separator + comparison));
}

Result<ExperimentPlan> plan_experiment(const Experiment& experiment,
                                       const ExperimentOptions& options) {
    return Planner(experiment, options).plan();
}

Result<std::vector<std::int64_t>> parse_seeds(std::string_view text) {
    const auto wrong = [&] {
        return invalid_input("'" + std::string(text) +
                             "' names no seeds; give how many (3), or which (0, 5; \"7,\" for that "
                             "one alone)");
    };
    const bool is_list = text.find(',') != text.npos;
    std::vector<std::int64_t> numbers;
    std::string_view listed = trim(text);
    if (listed.ends_with(',')) listed.remove_suffix(1);
    for (const std::string& part : split(listed, ',')) {
        const auto number = parse_int(trim(part));
        if (!number || *number < 0) return wrong();
        numbers.push_back(*number);
    }
    if (is_list) return numbers;
    constexpr std::int64_t most = 1000;
    if (numbers.front() < 1 || numbers.front() > most)
        return invalid_input("there are to be " + std::string(trim(text)) +
                             " seeds; give between 1 and " + std::to_string(most));
    std::vector<std::int64_t> seeds;
    for (std::int64_t seed = 0; seed < numbers.front(); ++seed) seeds.push_back(seed);
    return seeds;
}

std::string algorithm_title(const Settings& settings) {
    if (settings.algorithm == "dpo") return settings.online_dpo ? "online DPO" : "DPO";
    if (settings.algorithm == "reward") return "reward model";
    std::string title = settings.algorithm;
    for (char& c : title)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return title;
}

}  // namespace plumb
