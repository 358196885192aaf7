// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <vector>

#include "analysis/compare/comparison.h"
#include "analysis/svg_scatter.h"

namespace plumb {

enum class FrontierRewards { gold, proxy, both };

struct FrontierView {
    FrontierOf what = FrontierOf::ends;
    FrontierRewards rewards = FrontierRewards::gold;
    bool logarithmic = false;
    std::set<std::string> hidden = {};  ///< names of groups that are left out
};

/// The points that the view is of: indices in source of ScatterPoint count in these.
const std::vector<FrontierPoint>& frontier_points(const Comparison& comparison, FrontierOf what);

/// What gold means in these runs: "gold reward", or "accuracy" where none has a gold reward.
std::string gold_name(const Comparison& comparison);

/// Reward against KL as points with error bars. Of ends the groups of an algorithm are one series,
/// joined by rising coefficient where their coefficients differ; of evaluations each group is one,
/// joined by step, with the first and the last labelled. Gold rewards are discs; proxy rewards
/// beside them are rings.
ScatterSpec frontier_spec(const Comparison& comparison, const FrontierView& view = {});

/// Why the view has no point; empty where it has one.
std::string frontier_absence(const Comparison& comparison, const FrontierView& view = {});

/// The spec as a complete SVG document. Where no run has a gold reward it shows the proxy.
std::string frontier_svg(const Comparison& comparison, FrontierOf what = FrontierOf::ends);

}  // namespace plumb
