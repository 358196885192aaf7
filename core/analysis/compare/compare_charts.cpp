// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/compare_charts.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/chart_marks.h"
#include "analysis/colours.h"
#include "analysis/compare/group_curves.h"
#include "analysis/csv.h"
#include "analysis/metric_info.h"
#include "base/strings.h"

namespace plumb {
namespace {

/// In the order of the charts; of the keys in one line the first that a run has.
const std::vector<std::vector<std::string_view>> usual_keys = {
    {"eval/gold_reward"},
    {"eval/accuracy"},
    {"eval/reward"},
    {"eval/kl_sequence"},
    {"eval/mean_length", "completions/mean_length"},
    {"entropy"},
    {"policy/entropy_avg"},
    {"loss"},
    {"loss/policy_avg"},
    {"eval/loss"}};

/// The algorithm that words of a metric are looked up by: that of the runs where all share one.
std::string shared_algorithm(const Comparison& comparison) {
    std::set<std::string> algorithms;
    for (const RunGroup& group : comparison.groups) algorithms.insert(group.algorithm);
    return algorithms.size() == 1 ? *algorithms.begin() : std::string();
}

bool has_points(const Comparison& comparison, std::string_view key) {
    return std::ranges::any_of(comparison.runs, [&](const ComparedRun& run) {
        const auto* points = run.points(std::string(key));
        return points && !points->empty();
    });
}

std::string number_or_nothing(double value) {
    return std::isfinite(value) ? format_number(value) : std::string();
}

}  // namespace

std::vector<ChartGroup> comparison_chart_groups(const Comparison& comparison) {
    const std::string algorithm = shared_algorithm(comparison);
    std::vector<std::string> keys;
    const auto add = [&](std::string_view key) {
        if (key.empty() || !has_points(comparison, key)) return false;
        if (std::ranges::find(keys, key) == keys.end()) keys.emplace_back(key);
        return true;
    };
    add(comparison.metric);
    for (const auto& alternatives : usual_keys)
        for (const std::string_view key : alternatives)
            if (add(key)) break;
    std::vector<ChartGroup> groups;
    for (const std::string& key : keys) {
        std::string title = metric_info(key, algorithm).title;
        // Two metrics may have one title.
        for (const ChartGroup& group : groups)
            if (group.title == title) {
                title += " (" + key + ")";
                break;
            }
        groups.push_back({std::move(title), {key}});
    }
    return groups;
}

std::vector<std::string> comparison_keys(const Comparison& comparison) {
    std::set<std::string> keys;
    for (const ComparedRun& run : comparison.runs)
        for (const auto& [key, points] : run.metrics)
            if (!points.empty()) keys.insert(key);
    return {keys.begin(), keys.end()};
}

std::string seeds_text(const RunGroup& group) {
    return group.runs.size() == 1 ? "1 seed, no interval"
                                  : std::to_string(group.runs.size()) + " seeds";
}

bool is_comparable(const Comparison& comparison, const RunGroup& group, const std::string& key) {
    if (group.algorithm != "reward" || key != "eval/accuracy") return true;
    return std::ranges::all_of(comparison.groups,
                               [](const RunGroup& other) { return other.algorithm == "reward"; });
}

ChartSpec group_chart_spec(const Comparison& comparison, const std::string& key, XAxis axis) {
    const MetricInfo info = metric_info(key, shared_algorithm(comparison));
    const bool of_phase = is_phase_metric(key);
    ChartSpec spec;
    spec.title = info.title;
    spec.unit = info.unit;
    std::vector<ChartSeries> over_axis, over_steps;
    for (const RunGroup& group : comparison.groups) {
        GroupCurve curve = group_curve(comparison.runs, group, key);
        if (curve.mean.empty() || !is_comparable(comparison, group, key)) continue;
        ChartSeries series{.name = group.name,
                           .colour = group.colour,
                           .points = std::move(curve.mean),
                           .dashes = std::string(line_patterns.at(group.pattern)),
                           .low = std::move(curve.low),
                           .high = std::move(curve.high),
                           .shows_raw = false};
        over_steps.push_back(series);
        if (of_phase || axis == XAxis::step) continue;
        XScale scale = group_scale(comparison.runs, group, axis);
        if (scale.axis() != axis) continue;
        series.scale = std::move(scale);
        over_axis.push_back(std::move(series));
    }
    if (over_axis.empty()) {
        spec.series = std::move(over_steps);
        return spec;
    }
    spec.series = std::move(over_axis);
    // The chart's own scale is that of a group: it says what kind of axis is drawn.
    spec.scale = *spec.series.front().scale;
    spec.x_label = x_axis_info(axis).label;
    return spec;
}

std::string group_points_csv(const Comparison& comparison, const std::vector<std::string>& keys) {
    std::string text = "group,metric,step";
    for (const XAxis axis : all_x_axes)
        if (axis != XAxis::step) text += "," + std::string(x_axis_info(axis).id);
    text += ",seeds,mean,low,high\n";
    for (const RunGroup& group : comparison.groups) {
        std::vector<XScale> scales;
        for (const XAxis axis : all_x_axes)
            if (axis != XAxis::step) scales.push_back(group_scale(comparison.runs, group, axis));
        for (const std::string& key : keys) {
            const GroupCurve curve = group_curve(comparison.runs, group, key);
            for (std::size_t i = 0; i < curve.mean.size(); ++i) {
                const std::int64_t step = curve.mean[i].step;
                text += csv_quoted(group.name) + "," + csv_quoted(key) + "," + std::to_string(step);
                for (const XScale& scale : scales) {
                    const bool known = scale.axis() != XAxis::step && !is_phase_metric(key);
                    text += "," + (known ? format_number(scale.at(step)) : std::string());
                }
                text += "," + std::to_string(curve.seeds[i]) + "," +
                        format_number(curve.mean[i].value) + "," +
                        number_or_nothing(curve.low[i].value) + "," +
                        number_or_nothing(curve.high[i].value) + "\n";
            }
        }
    }
    return text;
}

std::string run_points_csv(const Comparison& comparison, const std::vector<std::string>& keys) {
    std::string text = "run,name,group,seed,metric,step,value\n";
    for (const RunGroup& group : comparison.groups)
        for (const std::size_t index : group.runs) {
            const ComparedRun& run = comparison.runs[index];
            const std::string head = std::to_string(run.record.id) + "," +
                                     csv_quoted(run.record.name) + "," + csv_quoted(group.name) +
                                     "," + std::to_string(run.settings.seed) + ",";
            for (const std::string& key : keys)
                if (const auto* points = run.points(key))
                    for (const MetricPoint& point : *points)
                        text += head + csv_quoted(key) + "," + std::to_string(point.step) + "," +
                                format_number(point.value) + "\n";
        }
    return text;
}

}  // namespace plumb
