// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/claim_judge.h"

#include <cmath>
#include <utility>

#include "analysis/compare/group_curves.h"
#include "analysis/compare/mean_test.h"
#include "analysis/compare/multiple_testing.h"
#include "base/words.h"
#include "config/claim_variants.h"

namespace plumb {
namespace {

constexpr double level = 0.05;

}  // namespace

std::vector<Claim> ClaimJudge::all() const {
    std::vector<Claim> claims = {
        models(),    compute(),    compute_to_reward(), ppo_sensitive(), ppo_hacks(),  dpo_stable(),
        dpo_stale(), dpo_narrow(), grpo_checkable(),    grpo_learned(),  grpo_longer()};
    std::vector<std::optional<double>> p_values;
    for (const Claim& claim : claims) p_values.push_back(claim.p_value);
    const auto adjusted = holm_adjusted(p_values);
    for (std::size_t i = 0; i < claims.size(); ++i) settle(claims[i], adjusted[i]);
    return claims;
}

Claim ClaimJudge::begin(std::string id, std::string statement, std::string experiment,
                        const std::vector<std::string>& of) const {
    Claim claim;
    claim.id = std::move(id);
    claim.statement = std::move(statement);
    claim.experiment = std::move(experiment);
    std::string missing;
    for (const std::string& variant : of)
        if (evidence_.runs_of(variant).empty()) missing += (missing.empty() ? "" : ", ") + variant;
    add_runs(claim, of);
    if (!missing.empty()) claim.reason = "No run of " + missing + " has come to an end yet.";
    return claim;
}

void ClaimJudge::test(Claim& claim, const std::vector<double>& values) {
    const MeanTest result = mean_test(values);
    claim.estimate = result.estimate;
    claim.p_value = result.p_value;
    claim.seeds = values.size();
    claim.verdict = ClaimVerdict::not_decided;
}

std::optional<ClaimJudge::Sweeps> ClaimJudge::test_sweeps(
    Claim& claim, const RunValue& value,
    const std::function<double(const std::vector<double>&)>& join) const {
    const auto ppo = evidence_.sweep(claim_variants::ppo_sweep),
               dpo = evidence_.sweep(claim_variants::dpo_sweep);
    if (ppo.size() < 2 || dpo.size() < 2) {
        claim.reason = "The sweeps of PPO and DPO have not come to an end yet.";
        return std::nullopt;
    }
    add_runs(claim, ppo);
    add_runs(claim, dpo);
    Sweeps sweeps{evidence_.over_sweep(ppo, value, join), evidence_.over_sweep(dpo, value, join)};
    std::vector<double> differences;
    for (const auto& [seed, of_ppo] : sweeps.ppo)
        if (const auto of_dpo = sweeps.dpo.find(seed); of_dpo != sweeps.dpo.end())
            differences.push_back(of_ppo - of_dpo->second);
    test(claim, differences);
    return sweeps;
}

void ClaimJudge::settle(Claim& claim, std::optional<double> adjusted) {
    claim.adjusted_p = adjusted;
    if (claim.verdict != ClaimVerdict::not_decided || !claim.reason.empty()) return;
    if (claim.seeds < 2) {
        claim.reason = "One seed decides nothing.";
    } else if (!adjusted) {
        claim.reason = "The seeds do not differ at all, so that they tell nothing of others.";
    } else if (*adjusted >= level) {
        claim.reason = "p " + p_text(*adjusted) + " after correction for all claims: these " +
                       counted(claim.seeds, "seed") + " do not decide it; more could.";
    } else {
        const bool above = claim.estimate.value.value_or(0) > 0;
        claim.verdict = above ? ClaimVerdict::holds : ClaimVerdict::does_not_hold;
        claim.reason = "p " + p_text(*adjusted) + " after correction for all claims, " +
                       counted(claim.seeds, "seed") + ".";
    }
}

void ClaimJudge::add_runs(Claim& claim, const std::vector<std::string>& variants) const {
    for (const std::string& variant : variants)
        for (const ComparedRun* run : evidence_.runs_of(variant))
            claim.runs.push_back(run->record.id);
}

std::string ClaimJudge::mean_text(std::string_view variant, const RunValue& value) const {
    return estimate_text(mean_estimate(evidence_.values(variant, value)));
}

Estimate mean_of(const BySeed& values) {
    std::vector<double> all;
    for (const auto& [seed, value] : values) all.push_back(value);
    return mean_estimate(all);
}

}  // namespace plumb
