// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/run_charts.h"

#include <algorithm>

#include "analysis/colours.h"
#include "base/words.h"
#include "config/yaml.h"

namespace plumb {
namespace {

constexpr const char* held_out_dashes = "5 3";
constexpr const char* phase_label = "step of the phase";

}  // namespace

ChartSpec chart_spec(const std::string& algorithm, const ChartGroup& group,
                     const MetricReader& points_of, std::int64_t shade) {
    ChartSpec chart;
    chart.title = group.title;
    chart.first_step = 0;
    if (is_phase_metric(group.keys.front())) chart.x_label = phase_label;
    const std::vector<SeriesStyle> styles = series_styles(algorithm, group.keys, shade);
    const std::vector<std::string> names = curve_names(algorithm, group.keys);
    for (std::size_t i = 0; i < group.keys.size(); ++i) {
        std::vector<MetricPoint> points = points_of(group.keys[i]);
        if (points.empty()) continue;
        if (chart.series.empty()) chart.unit = metric_info(group.keys[i], algorithm).unit;
        ChartSeries series{names[i], styles[i].colour, std::move(points),
                           styles[i].dashed ? held_out_dashes : ""};
        if (const auto band = shown_band(group, i)) {
            series.low = points_of(band->low);
            series.high = points_of(band->high);
        }
        chart.series.push_back(std::move(series));
    }
    return chart;
}

std::vector<ChartSpec> run_charts(const RunRecord& run, const std::vector<ChartGroup>& groups,
                                  const MetricReader& points_of,
                                  const std::vector<ChartMark>& marks) {
    std::vector<ChartSpec> charts;
    std::int64_t last = 0;
    for (const ChartGroup& group : groups) {
        ChartSpec chart = chart_spec(run.algorithm, group, points_of, run.shade);
        if (chart.series.empty()) continue;
        if (!is_phase_metric(group.keys.front())) {
            chart.marks = marks;
            for (const ChartSeries& series : chart.series)
                last = std::max(last, series.points.back().step);
        }
        charts.push_back(std::move(chart));
    }
    for (ChartSpec& chart : charts)
        if (chart.x_label != phase_label) chart.last_step = last;
    return charts;
}

std::vector<ChartGroup> chart_groups(const RunRecord& run, const std::vector<std::string>& keys) {
    if (keys.empty()) {
        const auto settings = parse_settings(run.settings, run.name, {});
        const bool readable = settings.ok() && settings->algorithm == run.algorithm;
        return readable ? default_charts(*settings) : default_charts(run.algorithm);
    }
    std::vector<ChartGroup> groups;
    for (const std::string& key : keys)
        groups.push_back({metric_info(key, run.algorithm).title, {key}});
    return groups;
}

std::string run_dashboard(const RunRecord& run, const std::vector<ChartSpec>& charts) {
    DashboardSpec dashboard;
    dashboard.title = run.name;
    dashboard.subtitle = upper_case(run.algorithm);
    if (!run.preset.empty()) dashboard.subtitle += " · " + run.preset;
    dashboard.subtitle += " · step " + std::to_string(run.step);
    if (run.total_steps > 0) dashboard.subtitle += " of " + std::to_string(run.total_steps);
    dashboard.charts = charts;
    dashboard.columns = charts.size() == 1 ? 1 : 2;
    return svg_dashboard(dashboard);
}

}  // namespace plumb
