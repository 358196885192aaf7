// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/compare/compared_run.h"

namespace plumb {

/// Runs that differ by their seed alone: one condition of a comparison.
struct RunGroup {
    std::string name;  ///< "PPO, kl_coef 0.1"
    std::string algorithm{};
    std::string colour;               ///< "#RRGGBB": the algorithm's, in a shade of the group's own
    std::size_t pattern = 0;          ///< index into line_patterns
    std::vector<std::size_t> runs{};  ///< indices, by seed
};

/// Runs of one variant of one comparison are a group (settings.comparison, settings.variant); else
/// those whose settings agree but for seed, labels, and what is made anew for each seed (first
/// model, reward model, pairs). A run with edits is a group of its own, since its settings are not
/// those of the others. Groups are in the order of their first run, reward models last. Names tell
/// what differs between groups of one algorithm; two that would have one name are numbered.
std::vector<RunGroup> group_runs(const std::vector<ComparedRun>& runs);

/// Whether the setting only tells what a run is called and which of its like it is: seed, preset,
/// comparison, variant.
bool is_label_setting(std::string_view key);
/// Whether the setting names what a run builds on, which a comparison may make anew for each seed:
/// its first model, reward models, the run with its pairs.
bool is_source_setting(std::string_view key);

}  // namespace plumb
