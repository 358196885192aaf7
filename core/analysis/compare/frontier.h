// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/report_table.h"
#include "analysis/compare/run_groups.h"
#include "analysis/estimate.h"

namespace plumb {

/// Reward bought at a distance from the reference, both measured on held-out prompts with samples
/// of the policy at temperature 1 (eval/kl_sequence, eval/gold_reward, eval/reward).
struct FrontierPoint {
    std::size_t group = 0;  ///< index into the groups
    std::int64_t step = 0;  ///< of the evaluation; of several runs the last of the first
    std::string label;      ///< "step 60", or the coefficient: "kl_coef 0.1"
    std::optional<double> coefficient;  ///< of what holds the policy near the reference
    Estimate kl;                        ///< nats a completion
    Estimate gold, proxy;  ///< gold: eval/gold_reward, else eval/accuracy; proxy: eval/reward
    std::size_t seeds = 0;
};

enum class FrontierOf {
    ends,         ///< one point a group: its runs' last evaluations
    evaluations,  ///< one point for every evaluation of a group
};

/// Intervals are over seeds where a group has two runs or more, else over the prompts of the one
/// evaluation (from the spread that it recorded); count says of how many. Runs without KL give no
/// point.
std::vector<FrontierPoint> frontier(const std::vector<ComparedRun>& runs,
                                    const std::vector<RunGroup>& groups, FrontierOf what);

/// A row a point: KL, gold and proxy reward with their intervals, and of how many seeds.
ReportTable frontier_table(const std::vector<FrontierPoint>& points,
                           const std::vector<RunGroup>& groups);

/// The setting that holds a run of the algorithm near its reference: kl_coef, dpo_beta, beta; empty
/// for others.
std::string_view kl_weight_key(std::string_view algorithm);

}  // namespace plumb
