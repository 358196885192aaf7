// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/run_charts.h"

#include <algorithm>

#include "analysis/colours.h"

namespace plumb {
namespace {

std::string capitalised(std::string text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return text;
}

}  // namespace

std::vector<ChartMark> chart_marks(const std::vector<EditRecord>& edits,
                                   const std::vector<CheckpointRecord>& checkpoints) {
    std::vector<ChartMark> marks;
    for (const CheckpointRecord& checkpoint : checkpoints)
        marks.push_back({checkpoint.step, MarkKind::checkpoint,
                         "checkpoint at step " + std::to_string(checkpoint.step)});
    for (const EditRecord& edit : edits)
        marks.push_back(
            {edit.step, MarkKind::edit, edit.key + " " + edit.old_value + " → " + edit.new_value});
    std::ranges::stable_sort(marks, {}, &ChartMark::step);
    return marks;
}

std::vector<ChartSpec> run_charts(const RunRecord& run, const std::vector<ChartGroup>& groups,
                                  const MetricReader& points_of,
                                  const std::vector<EditRecord>& edits,
                                  const std::vector<CheckpointRecord>& checkpoints) {
    const std::vector<ChartMark> marks = chart_marks(edits, checkpoints);
    std::vector<ChartSpec> charts;
    std::int64_t last = 0;
    for (const ChartGroup& group : groups) {
        ChartSpec chart;
        chart.title = group.title;
        chart.marks = marks;
        for (const std::string& key : group.keys) {
            std::vector<MetricPoint> points = points_of(key);
            if (points.empty()) continue;
            last = std::max(last, points.back().step);
            const MetricInfo info = metric_info(key);
            if (chart.series.empty()) chart.unit = info.unit;
            chart.series.push_back(
                {info.name, series_colour(run.algorithm, chart.series.size()), std::move(points)});
        }
        if (!chart.series.empty()) charts.push_back(std::move(chart));
    }
    for (ChartSpec& chart : charts) {
        chart.first_step = 0;
        chart.last_step = last;
    }
    return charts;
}

std::vector<ChartGroup> chart_groups(const std::string& algorithm,
                                     const std::vector<std::string>& keys) {
    if (keys.empty()) return default_charts(algorithm);
    std::vector<ChartGroup> groups;
    for (const std::string& key : keys) groups.push_back({metric_info(key).title, {key}});
    return groups;
}

std::string run_dashboard(const RunRecord& run, const std::vector<ChartSpec>& charts) {
    DashboardSpec dashboard;
    dashboard.title = run.name;
    dashboard.subtitle = capitalised(run.algorithm);
    if (!run.preset.empty()) dashboard.subtitle += " · " + run.preset;
    dashboard.subtitle += " · step " + std::to_string(run.step);
    if (run.total_steps > 0) dashboard.subtitle += " of " + std::to_string(run.total_steps);
    dashboard.charts = charts;
    dashboard.columns = charts.size() == 1 ? 1 : 2;
    return svg_dashboard(dashboard);
}

}  // namespace plumb
