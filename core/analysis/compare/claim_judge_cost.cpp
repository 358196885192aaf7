// SPDX-License-Identifier: GPL-3.0-or-later
// What the algorithms hold in memory and compute.
#include "analysis/compare/claim_judge.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "analysis/compare/group_curves.h"
#include "analysis/ticks.h"
#include "base/words.h"
#include "config/claim_variants.h"

namespace plumb {
namespace {

namespace variants = claim_variants;

/// "About half": between these shares.
constexpr Interval about_half = {0.4, 0.6};

}  // namespace

Claim ClaimJudge::models() const {
    Claim claim = begin(
        "models", "PPO holds 4 models in memory, DPO 2, GRPO 3.",
        "The models counted in memory during updates (memory/models) on "
        "reviews, where the reward is learned; on sums a rule is the reward.",
        {std::string(variants::ppo), std::string(variants::dpo), std::string(variants::grpo)});
    if (!is_run(claim)) return claim;
    const std::pair<std::string_view, double> said[] = {
        {variants::ppo, 4}, {variants::dpo, 2}, {variants::grpo, 3}};
    bool as_said = true;
    for (const auto& [variant, models] : said) {
        const auto counts = evidence_.values(variant, last_of("memory/models"));
        claim.seeds = std::max(claim.seeds, counts.size());
        for (const double count : counts) as_said = as_said && count == models;
        claim.figure += (claim.figure.empty() ? "" : ", ") + std::string(variant) + " " +
                        (counts.empty() ? "not measured" : short_number(counts.front()));
    }
    for (const auto& [variant, name] :
         {std::pair(variants::ppo_sums, "PPO"), std::pair(variants::grpo_sums, "GRPO")})
        if (const auto counts = evidence_.values(variant, last_of("memory/models"));
            !counts.empty())
            claim.figure +=
                "; with a rule as reward " + std::string(name) + " " + short_number(counts.front());
    claim.verdict = as_said ? ClaimVerdict::holds : ClaimVerdict::does_not_hold;
    claim.reason =
        "A count that no draw changes: equal in all runs, so that no interval is "
        "needed.";
    if (!as_said) claim.reason = "The counts are not those of the claim.";
    return claim;
}

Claim ClaimJudge::compute() const {
    Claim claim =
        begin("grpo-compute", "GRPO needs about half of PPO's compute.",
              "Operations of sampling, scores and updates for each sampled token, when both "
              "pass over "
              "each completion once, same model, batch and prompts, a learned reward and a "
              "reference. About half: between " +
                  short_number(about_half.low) + " and " + short_number(about_half.high) + ".",
              {std::string(variants::grpo_once), std::string(variants::ppo_once)});
    if (!is_run(claim)) return claim;
    const std::vector<double> ratios = evidence_.paired(variants::grpo_once, variants::ppo_once,
                                                        flops_per_token, std::divides<>());
    claim.estimate = mean_estimate(ratios);
    claim.seeds = ratios.size();
    claim.figure = estimate_text(claim.estimate) + " of PPO's operations for a sampled token";
    const std::vector<double> as_preset =
        evidence_.paired(variants::grpo, variants::ppo, flops_per_token, std::divides<>());
    if (!as_preset.empty())
        claim.figure += "; " + estimate_text(mean_estimate(as_preset)) +
                        " with the presets, whose PPO passes over each twice";
    claim.verdict = ClaimVerdict::not_decided;
    if (!claim.estimate.interval) {
        claim.reason = "One seed decides nothing.";
        return claim;
    }
    const Interval seen = *claim.estimate.interval;
    if (seen.low >= about_half.low && seen.high <= about_half.high)
        claim.verdict = ClaimVerdict::holds;
    else if (seen.high < about_half.low || seen.low > about_half.high)
        claim.verdict = ClaimVerdict::does_not_hold;
    claim.reason =
        claim.verdict == ClaimVerdict::not_decided
            ? "The interval reaches over the edge of what counts as about half."
            : "The whole interval lies " +
                  std::string(claim.verdict == ClaimVerdict::holds ? "within" : "outside") +
                  " what counts as about half. It depends on the number of passes.";
    return claim;
}

Claim ClaimJudge::compute_to_reward() const {
    Claim claim =
        begin("grpo-compute-to-reward", "GRPO reaches a given reward with less compute than PPO.",
              "Operations until the held-out gold reward is half way from the start to PPO's "
              "best, on reviews; the logarithm of PPO's over GRPO's, by seed.",
              {std::string(variants::ppo), std::string(variants::grpo)});
    if (!is_run(claim)) return claim;
    std::vector<double> logs;
    std::size_t unreached = 0;
    evidence_.for_pairs(variants::ppo, variants::grpo,
                        [&](const ComparedRun& ppo, const ComparedRun& grpo) {
                            const auto start = first_of("eval/gold_reward")(ppo);
                            const auto best = best_of(ppo);
                            if (!start || !best) return;
                            const double aim = *start + 0.5 * (*best - *start);
                            const auto of_ppo = flops_until(ppo, aim);
                            const auto of_grpo = flops_until(grpo, aim);
                            if (of_ppo && of_grpo && *of_ppo > 0 && *of_grpo > 0)
                                logs.push_back(std::log(*of_ppo / *of_grpo));
                            else
                                ++unreached;
                        });
    test(claim, logs);
    if (claim.estimate.value) {
        Estimate ratio = claim.estimate;
        ratio.value = std::exp(-*ratio.value);
        if (ratio.interval)
            ratio.interval = Interval{std::exp(-claim.estimate.interval->high),
                                      std::exp(-claim.estimate.interval->low)};
        claim.figure = "GRPO took " + estimate_text(ratio) + " of PPO's operations";
    }
    if (unreached > 0) {
        claim.figure += (claim.figure.empty() ? "" : "; ") + counted(unreached, "seed") +
                        " where GRPO did not get there";
        claim.p_value.reset();
        claim.reason = "GRPO did not get there with " + counted(unreached, "seed") +
                       ", so that there is no ratio.";
    }
    return claim;
}

}  // namespace plumb
