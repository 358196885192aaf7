// SPDX-License-Identifier: GPL-3.0-or-later
// Private to analysis/compare: how each claim is judged.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/claim_evidence.h"
#include "analysis/compare/claims.h"

namespace plumb {

/// Judges the claims one by one, then corrects their verdicts for how many they are.
class ClaimJudge {
public:
    ClaimJudge(const std::vector<ComparedRun>& runs, const std::map<RunId, PromptGains>& gains)
        : evidence_(runs), gains_(gains) {}

    std::vector<Claim> all() const;

private:
    // What the algorithms cost (claim_judge_cost.cpp).
    Claim models() const;
    Claim compute() const;
    Claim compute_to_reward() const;
    // How they depend on their KL weight (claim_judge_weights.cpp).
    Claim ppo_sensitive() const;
    Claim ppo_hacks() const;
    Claim dpo_stable() const;
    // What they learn from what they are given (claim_judge_data.cpp).
    Claim dpo_stale() const;
    Claim dpo_narrow() const;
    Claim grpo_checkable() const;
    Claim grpo_learned() const;
    Claim grpo_longer() const;

    /// of: the variants that the claim rests on. One without a finished run is the reason why
    /// nothing is claimed.
    Claim begin(std::string id, std::string statement, std::string experiment,
                const std::vector<std::string>& of) const;
    static bool is_run(const Claim& claim) { return claim.reason.empty(); }
    /// The verdict of a claim that says that these values, one a seed, are above 0 on average.
    static void test(Claim& claim, const std::vector<double>& values);
    struct Sweeps {
        BySeed ppo, dpo;
    };
    /// That PPO's sweep of its KL weight has more of the value, joined over the weights of each
    /// seed, than DPO's. Nothing, and the reason in the claim, before both sweeps have runs.
    std::optional<Sweeps> test_sweeps(
        Claim& claim, const RunValue& value,
        const std::function<double(const std::vector<double>&)>& join) const;
    /// Once it is known how many tests there are.
    static void settle(Claim& claim, std::optional<double> adjusted);
    void add_runs(Claim& claim, const std::vector<std::string>& variants) const;
    /// The mean over the variant's runs with its interval.
    std::string mean_text(std::string_view variant, const RunValue& value) const;

    ClaimEvidence evidence_;
    const std::map<RunId, PromptGains>& gains_;
};

/// The mean over seeds.
Estimate mean_of(const BySeed& values);

}  // namespace plumb
