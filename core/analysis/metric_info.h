// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

/// What a metric is called and how it is read.
struct MetricInfo {
    std::string key;
    std::string title;  ///< "Completion length, mean"
    std::string name;   ///< a word or two for a line in a chart of several: "mean"
    std::string unit;   ///< "tokens", "nats/token", "share", ...; empty: none
    std::string help;   ///< what it is, and what a change of it tells
    std::optional<bool> larger_is_better;  ///< empty: neither is
};

/// What is known of a metric key; those of one reward function ("rewards/ended/mean"), of a mixed
/// loss, of held-out rows, of a reward model made by the run and of the cost of phases are known by
/// their pattern. An
/// unknown key comes back with itself as title and no help. The algorithm tells apart what has one
/// key: eval/accuracy is of answers, or of pairs with reward models.
MetricInfo metric_info(std::string_view key, std::string_view algorithm = {});

/// Measured on rows that are not trained on.
bool is_held_out(std::string_view key);
/// Of what the task really wants, which the run does not see.
bool is_gold(std::string_view key);

/// A chart of metrics that are read together.
struct ChartGroup {
    std::string title;
    std::vector<std::string> keys;
};

/// The charts that show how a run of the algorithm goes, most telling first, those of phases before
/// its training last. A run need not have all of the metrics.
std::vector<ChartGroup> default_charts(std::string_view algorithm);

}  // namespace plumb
