// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

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

/// The phase before the training that a metric belongs to: "start", "reward_model"; empty: none.
std::string_view metric_phase(std::string_view key);

/// The metrics of the least and the most of what a metric is the mean of, which are drawn as a band
/// around it; nothing where it has none.
struct MetricBand {
    std::string low, high;
};
std::optional<MetricBand> metric_band(std::string_view key);

/// A chart of metrics that are read together.
struct ChartGroup {
    std::string title;
    std::vector<std::string> keys;
    bool operator==(const ChartGroup&) const = default;
};

/// What the chart's curves are called beside each other, in the order of its keys: the short names
/// where a chart of the algorithm has them together, else the titles, with the units that differ
/// from the first one's.
std::vector<std::string> curve_names(std::string_view algorithm,
                                     const std::vector<std::string>& keys);

/// The band of the chart's metric: none where the chart has its edges as curves of their own.
std::optional<MetricBand> shown_band(const ChartGroup& chart, std::size_t index);

/// The charts that show how a run of the algorithm goes, most telling first, those of phases before
/// its training last. A run need not have all of the metrics.
std::vector<ChartGroup> default_charts(std::string_view algorithm);
/// The same for a run with these settings: where several functions reward it, a chart of them
/// stands behind that of their sum.
std::vector<ChartGroup> default_charts(const Settings& settings);

}  // namespace plumb
