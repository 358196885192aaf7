// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/run_charts.h"

#include <algorithm>

#include "analysis/colours.h"

namespace plumb {
namespace {

constexpr const char* held_out_dashes = "5 3";
constexpr const char* phase_label = "step of the phase";

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
        // A phase before the training counts its own steps.
        const bool of_phase = is_phase_metric(group.keys.front());
        if (!of_phase) chart.marks = marks;
        const std::vector<SeriesStyle> styles = series_styles(run.algorithm, group.keys, run.shade);
        for (std::size_t i = 0; i < group.keys.size(); ++i) {
            std::vector<MetricPoint> points = points_of(group.keys[i]);
            if (points.empty()) continue;
            if (!of_phase) last = std::max(last, points.back().step);
            const MetricInfo info = metric_info(group.keys[i], run.algorithm);
            if (chart.series.empty()) chart.unit = info.unit;
            chart.series.push_back({info.name, styles[i].colour, std::move(points),
                                    styles[i].dashed ? held_out_dashes : ""});
        }
        if (chart.series.empty()) continue;
        chart.first_step = 0;
        if (of_phase) chart.x_label = phase_label;
        charts.push_back(std::move(chart));
    }
    for (ChartSpec& chart : charts)
        if (chart.x_label != phase_label) chart.last_step = last;
    return charts;
}

std::vector<ChartGroup> chart_groups(const std::string& algorithm,
                                     const std::vector<std::string>& keys) {
    if (keys.empty()) return default_charts(algorithm);
    std::vector<ChartGroup> groups;
    for (const std::string& key : keys)
        groups.push_back({metric_info(key, algorithm).title, {key}});
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
