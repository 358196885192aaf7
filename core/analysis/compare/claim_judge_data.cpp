// SPDX-License-Identifier: GPL-3.0-or-later
// What the algorithms make of the data that they are given.
#include "analysis/compare/claim_judge.h"

#include <functional>

#include "analysis/compare/group_curves.h"
#include "config/claim_variants.h"

namespace plumb {
namespace {

namespace variants = claim_variants;

}  // namespace

Claim ClaimJudge::dpo_stale() const {
    const std::string fixed = std::string(variants::dpo_sweep) + "0.1";
    Claim claim = begin("dpo-stale", "Fixed pairs hold DPO back: they go stale.",
                        "The held-out gold reward at the end with pairs that the policy writes "
                        "anew in each step and the reward model ranks, minus that with the "
                        "fixed pairs which that reward model was made from.",
                        {std::string(variants::dpo_fresh), fixed});
    if (!is_run(claim)) return claim;
    test(claim,
         evidence_.paired(variants::dpo_fresh, fixed, last_of("eval/gold_reward"), std::minus<>()));
    claim.figure = "fresh pairs " + mean_text(variants::dpo_fresh, last_of("eval/gold_reward")) +
                   ", fixed pairs " + mean_text(fixed, last_of("eval/gold_reward"));
    return claim;
}

Claim ClaimJudge::dpo_narrow() const {
    Claim claim = begin("dpo-narrow", "DPO does little for prompts that its pairs do not have.",
                        "Pairs of a few prompts, as many as others have of many: the rise of "
                        "the gold reward on held-out prompts that the pairs have, minus that "
                        "on prompts that they do not have.",
                        {std::string(variants::dpo_few)});
    if (!is_run(claim)) return claim;
    std::vector<double> differences, inside, outside;
    for (const ComparedRun* run : evidence_.runs_of(variants::dpo_few))
        if (const auto found = gains_.find(run->record.id); found != gains_.end()) {
            const PromptGains& gains = found->second;
            if (gains.inside_prompts == 0 || gains.outside_prompts == 0) continue;
            differences.push_back(gains.inside - gains.outside);
            inside.push_back(gains.inside);
            outside.push_back(gains.outside);
        }
    test(claim, differences);
    claim.figure = "gold rose by " + estimate_text(mean_estimate(inside)) +
                   " on prompts of the pairs, by " + estimate_text(mean_estimate(outside)) +
                   " on others";
    if (differences.empty()) {
        claim.figure.clear();
        claim.reason = "No run has held-out answers on both kinds of prompts.";
    }
    return claim;
}

Claim ClaimJudge::grpo_checkable() const {
    Claim claim = begin("grpo-checkable", "GRPO is strongest where an answer can be checked.",
                        "Sums with a rule as reward, every algorithm with the same operations: "
                        "GRPO's held-out accuracy minus the better one of PPO's and DPO's "
                        "means, by seed.",
                        {std::string(variants::grpo_sums), std::string(variants::ppo_sums),
                         std::string(variants::dpo_sums)});
    if (!is_run(claim)) return claim;
    const auto accuracy = last_of("eval/accuracy");
    const double ppo =
        mean_estimate(evidence_.values(variants::ppo_sums, accuracy)).value.value_or(0);
    const double dpo =
        mean_estimate(evidence_.values(variants::dpo_sums, accuracy)).value.value_or(0);
    test(claim,
         evidence_.paired(variants::grpo_sums, ppo >= dpo ? variants::ppo_sums : variants::dpo_sums,
                          accuracy, std::minus<>()));
    for (const auto& variant : {variants::grpo_sums, variants::ppo_sums, variants::dpo_sums})
        claim.figure += (claim.figure.empty() ? "accuracy " : ", ") +
                        std::string(variant.substr(0, variant.find(','))) + " " +
                        mean_text(variant, accuracy);
    return claim;
}

Claim ClaimJudge::grpo_learned() const {
    Claim claim = begin("grpo-learned", "GRPO is weak where answers cannot be checked.",
                        "Reviews with a learned reward, every algorithm with the same "
                        "operations: PPO's held-out gold reward at the end minus GRPO's.",
                        {std::string(variants::ppo), std::string(variants::grpo)});
    if (!is_run(claim)) return claim;
    test(claim, evidence_.paired(variants::ppo, variants::grpo, last_of("eval/gold_reward"),
                                 std::minus<>()));
    claim.figure = "gold reward PPO " + mean_text(variants::ppo, last_of("eval/gold_reward")) +
                   ", GRPO " + mean_text(variants::grpo, last_of("eval/gold_reward")) + ", DPO " +
                   mean_text(variants::dpo, last_of("eval/gold_reward"));
    return claim;
}

Claim ClaimJudge::grpo_longer() const {
    Claim claim = begin("grpo-longer", "With GRPO reasoning gets longer by itself.",
                        "Sums: the mean length of held-out answers at the end minus that at the "
                        "start, in tokens; nothing rewards length.",
                        {std::string(variants::grpo_sums)});
    if (!is_run(claim)) return claim;
    const auto change = [](const char* key) {
        return [key](const ComparedRun& run) -> std::optional<double> {
            const auto start = first_of(key)(run), end = run.last(key);
            if (!start || !end) return std::nullopt;
            return *end - *start;
        };
    };
    test(claim, evidence_.values(variants::grpo_sums, change("eval/mean_length")));
    const auto mean = [&](const RunValue& value) { return mean_text(variants::grpo_sums, value); };
    claim.figure = mean(first_of("eval/mean_length")) + " to " + mean(last_of("eval/mean_length")) +
                   " tokens; scratchpad in " + mean(first_of("eval/scratchpad")) + " to " +
                   mean(last_of("eval/scratchpad")) + " of the answers";
    return claim;
}

}  // namespace plumb
