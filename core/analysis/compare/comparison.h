// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/frontier.h"
#include "analysis/compare/report_table.h"
#include "analysis/compare/run_groups.h"
#include "base/result.h"

namespace plumb {

/// Something that cannot be compared, or not without care, and why: "The runs are of different
/// tasks (arithmetic, reviews); rewards are not on one scale."
struct ComparisonProblem {
    std::string id;  ///< "tasks", "gold", "seeds", "budget", "prompts", "checkpoint", "state", ...
    std::string text;
};

/// Several runs beside each other: everything that the Compare page, the terminal and reports show.
struct Comparison {
    std::vector<ComparedRun> runs;
    std::vector<RunGroup> groups;
    std::vector<ComparisonProblem> problems;
    std::string metric;       ///< what the algorithms are told apart by: gold reward or accuracy
    ReportTable settings;     ///< differences only, a column a group
    ReportTable edits;        ///< live edits and notes, a row each
    ReportTable cost;         ///< models, memory, tokens, seconds by phase, FLOPs, energy
    ReportTable stability;    ///< spread over seeds, diverged, worst KL, spikes, failures
    ReportTable sensitivity;  ///< how much the end depends on a setting that was swept
    ReportTable data;         ///< prompts, pairs, verdicts, reward functions
    ReportTable differences;  ///< of every two groups in the metric at the end, Holm-corrected
    ReportTable frontier;     ///< reward against KL at the ends of runs
    std::vector<FrontierPoint> ends, evaluations;

    /// All tables, in the order in which they are shown.
    std::vector<const ReportTable*> tables() const;
    /// "9 runs in 3 groups, seeds 0, 1, 2".
    std::string summary() const;
};

/// Runs that were read already are handed in and need not be read again.
Comparison compare_runs(std::vector<ComparedRun> runs);

/// Reads the runs and compares them. An unknown run is an error.
Result<Comparison> read_comparison(StoreReader& reader, const std::vector<RunId>& runs);

/// The metric that runs of these tasks are told apart by: eval/gold_reward, else eval/accuracy,
/// else eval/reward, else eval/loss: the first that all runs have, else that any has.
std::string comparison_metric(const std::vector<ComparedRun>& runs);

}  // namespace plumb
