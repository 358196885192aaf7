// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "analysis/compare/report_table.h"
#include "analysis/compare/run_groups.h"

namespace plumb {

// The tables of a comparison, a row a group unless said otherwise. Numbers are means over the runs
// of a group with 95 % intervals over runs (mean_estimate); what a run did not record is left
// empty. docs/comparison.md tells how each is measured.

/// A row a setting in which groups differ, a column a group: where a setting has no effect on a
/// group there is a dash. A setting that has an effect on some groups alone is there where it is
/// not at its default.
ReportTable settings_table(const std::vector<ComparedRun>& runs,
                           const std::vector<RunGroup>& groups);

/// A row a live edit or note.
ReportTable edits_table(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups);

/// Models in memory, peak memory by model, tokens, seconds by phase, FLOPs, energy; what the
/// preparation cost (supervised start, pairs, reward model) stands apart from the updates, and
/// counts the share of runs that made models or pairs for others.
ReportTable cost_table(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups);

/// metric: what the end of a run is judged by. A run has diverged where it failed, met a non-finite
/// gradient, or ended below its start in the metric. A spike is a gradient norm above ten times the
/// median of the twenty updates before it.
ReportTable stability_table(const std::vector<ComparedRun>& runs,
                            const std::vector<RunGroup>& groups, const std::string& metric);

/// How much the metric at the end depends on a setting in which groups of one algorithm differ and
/// nothing else: a row a setting and algorithm. Empty without such groups.
ReportTable sensitivity_table(const std::vector<ComparedRun>& runs,
                              const std::vector<RunGroup>& groups, const std::string& metric);

/// What each group needed to learn from: prompts, pairs, verdicts, reward functions.
ReportTable data_table(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups);

/// A row a pair of groups: the difference in the metric at the end, by seed where both groups have
/// the same seeds (paired t), else of the means (Welch's t); p-values corrected after Holm for all
/// pairs. "not decided" from fewer than two seeds each.
ReportTable differences_table(const std::vector<ComparedRun>& runs,
                              const std::vector<RunGroup>& groups, const std::string& metric);

/// Spikes of the gradient norm, as stability_table counts them.
std::int64_t gradient_spikes(const ComparedRun& run);
/// Whether the run has diverged, as stability_table says.
bool has_diverged(const ComparedRun& run, const std::string& metric);

}  // namespace plumb
