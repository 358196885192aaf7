// SPDX-License-Identifier: GPL-3.0-or-later
// How much hangs on the KL weight, and what happens without one.
#include "analysis/compare/claim_judge.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "analysis/compare/group_curves.h"
#include "analysis/compare/group_tables.h"
#include "config/claim_variants.h"

namespace plumb {
namespace {

namespace variants = claim_variants;

}  // namespace

Claim ClaimJudge::ppo_sensitive() const {
    Claim claim = begin("ppo-sensitive", "PPO depends more on its KL weight than DPO.",
                        "The held-out gold reward at the end for every weight of a sweep: best "
                        "minus worst, by seed, PPO's minus DPO's.",
                        {});
    const auto range = [](const std::vector<double>& ends) {
        return std::ranges::max(ends) - std::ranges::min(ends);
    };
    const RunValue end = last_of("eval/gold_reward");
    const auto sweeps = test_sweeps(claim, end, range);
    if (!sweeps) return claim;
    claim.figure = "best to worst: PPO " + estimate_text(mean_of(sweeps->ppo)) + ", DPO " +
                   estimate_text(mean_of(sweeps->dpo));
    if (const auto grpo = evidence_.sweep(variants::grpo_sweep); grpo.size() > 1)
        claim.figure += ", GRPO " + estimate_text(mean_of(evidence_.over_sweep(grpo, end, range)));
    return claim;
}

Claim ClaimJudge::ppo_hacks() const {
    const auto sweep = evidence_.sweep(variants::ppo_sweep);
    Claim claim = begin(
        "ppo-hacks", "With a low KL weight PPO exploits its reward model.",
        "What the held-out gold reward lost from its best evaluation to the end: without a KL "
        "weight, minus with the weight that ends best; and whether the learned reward rose "
        "meanwhile.",
        {});
    const std::string none = std::string(variants::ppo_sweep) + "0";
    if (sweep.size() < 2 || std::ranges::find(sweep, none) == sweep.end()) {
        claim.reason = "The sweep of PPO's KL weight has not come to an end yet.";
        return claim;
    }
    std::string sound;
    double best_end = -INFINITY;
    for (const std::string& variant : sweep) {
        const Estimate end = mean_estimate(evidence_.values(variant, last_of("eval/gold_reward")));
        if (variant != none && end.value && *end.value > best_end) {
            best_end = *end.value;
            sound = variant;
        }
    }
    add_runs(claim, {none, sound});
    std::size_t hacked = 0, seen = 0;
    for (const ComparedRun* run : evidence_.runs_of(none)) {
        ++seen;
        hacked += has_hacked(*run);
    }
    test(claim, evidence_.paired(none, sound, lost_after_best, std::minus<>()));
    claim.figure = "lost " + mean_text(none, lost_after_best) + " gold at kl_coef 0, " +
                   mean_text(sound, lost_after_best) + " at " +
                   sound.substr(variants::ppo_sweep.size()) +
                   "; learned reward up while gold fell in " + std::to_string(hacked) + " of " +
                   std::to_string(seen);
    return claim;
}

Claim ClaimJudge::dpo_stable() const {
    Claim claim = begin("dpo-stable", "DPO is more stable than PPO.",
                        "What the held-out gold reward lost from its best evaluation to the "
                        "end, mean over the KL weights of a sweep, by seed: PPO's minus DPO's.",
                        {});
    const auto sweeps = test_sweeps(claim, lost_after_best, [](const std::vector<double>& lost) {
        return *mean_estimate(lost).value;
    });
    if (!sweeps) return claim;
    const auto diverged = [&](std::string_view sweep) {
        std::size_t count = 0, all = 0;
        for (const std::string& variant : evidence_.sweep(sweep))
            for (const ComparedRun* run : evidence_.runs_of(variant)) {
                ++all;
                count += has_diverged(*run, "eval/gold_reward");
            }
        return std::to_string(count) + " of " + std::to_string(all);
    };
    claim.figure = "lost after the best: PPO " + estimate_text(mean_of(sweeps->ppo)) + ", DPO " +
                   estimate_text(mean_of(sweeps->dpo)) + "; ended below the start: PPO " +
                   diverged(variants::ppo_sweep) + ", DPO " + diverged(variants::dpo_sweep);
    return claim;
}

}  // namespace plumb
