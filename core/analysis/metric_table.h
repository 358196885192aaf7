// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace plumb {

/// A row of the tables behind metric_info().
struct KnownMetric {
    std::string_view key, title, name, unit, help;
    std::optional<bool> larger_is_better = {};
    /// The one algorithm whose metric this is, where others have the same key; empty: any.
    std::string_view algorithm = {};
};

/// Metrics that several algorithms have: losses, rewards, completions, evaluations, times.
std::span<const KnownMetric> shared_metrics();
/// Metrics of single algorithms: clipping, values, preference pairs, scores.
std::span<const KnownMetric> algorithm_metrics();

}  // namespace plumb
