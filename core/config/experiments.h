// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/budget.h"
#include "config/settings.h"

namespace plumb {

/// One condition of a comparison, to be run with several seeds.
struct Variant {
    std::string name;  ///< "PPO", "PPO, kl_coef 0.1"
    Settings settings;
};

/// Variants that are compared from one start on the same prompts. Those that come with the program
/// stand in resources/experiments as YAML and are built into it.
struct Experiment {
    std::string name;     ///< "compare-three-reviews"
    std::string title;    ///< "Compare three on reviews"
    std::string summary;  ///< what the user will see and what it costs
    /// A run of algorithm reward, made before the variants of each seed: they share its start, its
    /// pairs and its reward model. Nothing where they need neither pairs nor reward model, or are
    /// to make their own.
    std::optional<Settings> preparation;
    std::vector<Variant> variants;
    std::int64_t seeds = 3;  ///< how many by default, from 0 on
    /// Where each run ends, the preparation left out. Nothing: as its settings say.
    std::optional<Budget> budget;
};

/// Those built into the program, by name.
std::span<const Experiment> experiments();
/// An unknown name is an error with the nearest one.
Result<Experiment> find_experiment(std::string_view name);
/// The same from YAML text; origin names it in errors.
Result<Experiment> parse_experiment(std::string_view yaml, const std::string& name,
                                    const std::string& origin);

struct ExperimentOptions {
    std::string name;                 ///< of the comparison; empty: the experiment's
    std::vector<std::int64_t> seeds;  ///< empty: as many as the experiment says
    std::optional<Budget> budget;     ///< nothing: the experiment's
    /// All seeds start from the model of the first and use its pairs and its reward model. Without
    /// it the spread over seeds includes that of the start.
    bool shared_start = false;
    /// KEY, VALUE of settings of every run. What ends a run or trains it is that of the variants
    /// alone, not of the preparation.
    std::vector<std::pair<std::string, std::string>> changes;
    std::string preparation_name = "reward model";  ///< the variant that the preparation is
};

/// A run as it is to be queued.
struct PlannedRun {
    std::string name;  ///< "PPO, seed 0 · COMPARISON": others may name it as a model
    Settings settings;
    bool is_preparation = false;
};

struct ExperimentPlan {
    std::string comparison;
    std::vector<PlannedRun> runs;
};

/// The runs in the order in which they are to be queued: for each seed the preparation, then the
/// variants, so that the comparison grows evenly. Errors: seeds given twice or below 0, a change of
/// what the experiment decides itself, settings that are not valid.
Result<ExperimentPlan> plan_experiment(const Experiment& experiment,
                                       const ExperimentOptions& options);

/// "PPO, seed 0": what tells a run of a comparison from the others.
std::string experiment_run_title(const std::string& variant, std::int64_t seed);
/// "PPO, seed 0 · COMPARISON", without what a model's name has around it ('/', '@'). The title
/// comes first, since lists cut the end off.
std::string experiment_run_name(const std::string& variant, std::int64_t seed,
                                const std::string& comparison);
/// Whether the run's name is one that experiment_run_name() gives for the comparison.
bool is_named_after(const std::string& run_name, const std::string& comparison);

/// "3" means the seeds 0, 1 and 2; "0, 5" those, "7," that one.
Result<std::vector<std::int64_t>> parse_seeds(std::string_view text);

/// What makes start, pairs and reward model for runs with these settings; nothing where they need
/// none: a run that neither makes a reward model nor could be scored by one.
std::optional<Settings> preparation_of(const Settings& settings);

/// An experiment whose variants are the base with one setting at several values; seeds and budget
/// are those of the base. Its variants share a preparation where the setting has no effect on that.
/// Errors: an unknown setting, no values, one that is out of range or given twice, a setting that
/// has no effect on a run with these settings, or cannot be swept.
Result<Experiment> sweep_experiment(const Settings& base, std::string_view key,
                                    const std::vector<std::string>& values);

/// The items of "0, 0.02, [a, b]": cut at commas outside brackets.
std::vector<std::string> split_values(std::string_view text);

/// "PPO", "GRPO", "DPO", "online DPO", ...
std::string algorithm_title(const Settings& settings);

}  // namespace plumb
