// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/claim_experiments.h"

#include <initializer_list>
#include <utility>

#include "config/claim_variants.h"
#include "config/fields.h"
#include "config/presets.h"

namespace plumb {
namespace {

namespace variants = claim_variants;
using Changes = std::vector<std::pair<std::string, std::string>>;

/// What differs between the sizes.
struct Scale {
    const char* ending;  ///< of the presets
    std::int64_t seeds;
    const char* steps;                        ///< of the sweeps of PPO and GRPO
    const char* eval_steps;                   ///< of these sweeps
    std::vector<const char*> ppo, dpo, grpo;  ///< weights that are swept
    const char* few_steps;                    ///< of DPO on pairs of few prompts
};

Scale scale_of(ClaimSize size) {
    if (size == ClaimSize::quick)
        return {
            "-smoke", 3, "40", "10", {"0", "0.1", "0.3"}, {"0.02", "0.1", "1"}, {"0", "0.1", "0.4"},
            "40"};
    return {"",
            5,
            "100",
            "10",
            {"0", "0.02", "0.05", "0.1", "0.3"},
            {"0.02", "0.05", "0.1", "0.3", "1"},
            {"0", "0.04", "0.1", "0.4", "1"},
            "96"};
}

/// Collects variants until one of them cannot be made.
class Variants {
public:
    explicit Variants(const char* ending) : ending_(ending) {}

    void add(std::string_view name, const std::string& preset, const Changes& changes) {
        auto settings = preset_settings(preset + ending_);
        if (!settings) return fail(settings.error());
        for (const auto& [key, value] : changes)
            if (const Status set = set_field(key, *settings, value); !set) return fail(set.error());
        all_.push_back({std::string(name), std::move(*settings)});
    }

    void sweep(std::string_view prefix, const std::string& preset, const std::string& key,
               const std::vector<const char*>& values, const Changes& changes) {
        for (const char* value : values) {
            Changes with = changes;
            with.emplace_back(key, value);
            add(std::string(prefix) + value, preset, with);
        }
    }

    /// Those of an experiment, each to its budget. names: what they are called here, by algorithm.
    void take_from(const std::string& experiment,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> names) {
        auto found = find_experiment(experiment + ending_);
        if (!found) return fail(found.error());
        for (Variant& variant : found->variants) {
            if (found->budget) set_budget(*found->budget, variant.settings);
            for (const auto& [algorithm, name] : names)
                if (variant.settings.algorithm == algorithm)
                    all_.push_back({std::string(name), variant.settings});
        }
    }

    Result<std::vector<Variant>> take() {
        if (error_) return *error_;
        return std::move(all_);
    }

private:
    void fail(const Error& error) {
        if (!error_) error_ = error;
    }

    const char* ending_;
    std::vector<Variant> all_;
    std::optional<Error> error_;
};

/// Everything on reviews that shares a reward model and its pairs.
Result<Experiment> shared_reviews(const Scale& scale) {
    Variants all(scale.ending);
    const Changes sweep = {{"max_steps", scale.steps}, {"eval_steps", scale.eval_steps}};
    all.take_from("compare-three-reviews",
                  {{"ppo", variants::ppo}, {"dpo", variants::dpo}, {"grpo", variants::grpo}});
    all.sweep(variants::ppo_sweep, "ppo-reviews", "kl_coef", scale.ppo, sweep);
    all.sweep(variants::dpo_sweep, "dpo-reviews", "dpo_beta", scale.dpo, {});
    all.sweep(variants::grpo_sweep, "grpo-reviews", "beta", scale.grpo, sweep);
    all.add(variants::dpo_fresh, "online-dpo-reviews", {});
    // One pass over each completion, in batches of one size, with a reference on both sides.
    const Changes once = {{"max_steps", "10"}, {"eval_steps", "0"}};
    Changes ppo_once = once, grpo_once = once;
    ppo_once.insert(ppo_once.end(), {{"num_ppo_epochs", "1"}, {"num_mini_batches", "1"}});
    grpo_once.insert(grpo_once.end(), {{"num_iterations", "1"}, {"beta", "0.1"}});
    all.add(variants::ppo_once, "ppo-reviews", ppo_once);
    all.add(variants::grpo_once, "grpo-reviews", grpo_once);

    Experiment experiment;
    experiment.name = "claims-reviews";
    PLUMB_TRY(const Settings preparation,
              preset_settings(std::string("reward-reviews") + scale.ending));
    experiment.preparation = preparation;
    PLUMB_TRY(experiment.variants, all.take());
    return experiment;
}

/// As many pairs as usual, but of six prompts drawn from the task.
Result<Experiment> few_prompts(const Scale& scale) {
    Variants all(scale.ending);
    all.add(variants::dpo_few, "dpo-reviews",
            {{"pairs_prompts", "6"}, {"pairs_per_prompt", "256"}, {"max_steps", scale.few_steps}});
    Experiment experiment;
    experiment.name = "claims-few-prompts";
    PLUMB_TRY(experiment.variants, all.take());
    return experiment;
}

Result<Experiment> sums(const Scale& scale) {
    Variants all(scale.ending);
    all.take_from(
        "compare-three-arithmetic",
        {{"ppo", variants::ppo_sums}, {"dpo", variants::dpo_sums}, {"grpo", variants::grpo_sums}});
    Experiment experiment;
    experiment.name = "claims-sums";
    PLUMB_TRY(experiment.variants, all.take());
    return experiment;
}

}  // namespace

std::string_view to_string(ClaimSize size) { return size == ClaimSize::quick ? "quick" : "full"; }

std::optional<ClaimSize> parse_claim_size(std::string_view name) {
    for (const ClaimSize size : {ClaimSize::quick, ClaimSize::full})
        if (to_string(size) == name) return size;
    return std::nullopt;
}

std::string claims_comparison(ClaimSize size) { return "claims, " + std::string(to_string(size)); }

Result<std::vector<Experiment>> claim_experiments(ClaimSize size) {
    const Scale scale = scale_of(size);
    std::vector<Experiment> all;
    for (const auto make : {shared_reviews, few_prompts, sums}) {
        PLUMB_TRY(Experiment experiment, make(scale));
        experiment.title = "Claims";
        experiment.seeds = scale.seeds;
        all.push_back(std::move(experiment));
    }
    return all;
}

}  // namespace plumb
