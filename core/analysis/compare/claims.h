// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/compared_run.h"
#include "analysis/compare/report_table.h"
#include "analysis/estimate.h"

namespace plumb {

// The common account of PPO, DPO and GRPO as claims, each tested here by runs of this workspace
// (config/claim_experiments.h makes them). docs/comparison.md tells how each is measured.

enum class ClaimVerdict : std::uint8_t { holds, does_not_hold, not_decided, not_run };
/// "holds here", "does not hold here", "not decided", "not run yet"
std::string_view verdict_text(ClaimVerdict verdict);

struct Claim {
    std::string id;          ///< "grpo-compute"
    std::string statement;   ///< "GRPO needs about half of PPO's compute."
    std::string experiment;  ///< what was run to test it, and what is measured
    std::string figure;      ///< "0.52 ± 0.02 of PPO's operations for each completion"
    Estimate estimate;       ///< what the verdict is of; over seeds
    ClaimVerdict verdict = ClaimVerdict::not_run;
    std::string reason;                  ///< why this verdict, and what would change it
    std::optional<double> p_value{};     ///< two-sided, where the verdict is that of a test ...
    std::optional<double> adjusted_p{};  ///< ... and corrected after Holm over all claims
    std::vector<RunId> runs{};           ///< that the figure is from
    std::size_t seeds = 0;
};

/// How much the gold reward of a run rose on held-out prompts that its pairs have, and on others.
struct PromptGains {
    double inside = 0, outside = 0;
    std::int64_t inside_prompts = 0, outside_prompts = 0;
};

/// Every claim, in the order in which they are read; those without runs are not_run and say what is
/// missing. gains: of the runs that learned from pairs of few prompts.
std::vector<Claim> judge_claims(const std::vector<ComparedRun>& runs,
                                const std::map<RunId, PromptGains>& gains);

/// The claims as a table: statement, verdict, figure, seeds, p, experiment, runs.
ReportTable claims_table(const std::vector<Claim>& claims);

}  // namespace plumb
