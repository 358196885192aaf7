// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/points_csv.h"

#include <algorithm>

#include "analysis/csv.h"
#include "analysis/metric_info.h"
#include "analysis/x_axis.h"
#include "base/strings.h"

namespace plumb {
namespace {

using Points = std::map<std::string, std::vector<MetricPoint>>;

std::vector<XScale> scales_of(const Points& points) {
    std::vector<XScale> scales;
    for (const XAxis axis : all_x_axes) {
        const auto key = x_axis_key(
            axis, [&](std::string_view each) { return points.contains(std::string(each)); });
        if (key.empty()) continue;
        XScale scale(axis, points.at(std::string(key)));
        if (scale.axis() == axis) scales.push_back(std::move(scale));
    }
    return scales;
}

using Lines = std::map<std::int64_t, std::vector<std::string>>;

Lines lines_of(std::string_view phase, const std::vector<std::string>& keys, const Points& points) {
    Lines lines;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto found = points.find(keys[i]);
        if (found == points.end() || metric_phase(keys[i]) != phase) continue;
        for (const MetricPoint& point : found->second) {
            auto& line = lines[point.step];
            line.resize(keys.size());
            line[i] = format_number(point.value);
        }
    }
    return lines;
}

}  // namespace

std::string points_as_csv(const std::vector<std::string>& keys, const Points& points) {
    const bool has_phases = std::ranges::any_of(keys, is_phase_metric);
    const std::vector<XScale> scales = scales_of(points);
    std::string text = has_phases ? "phase,step" : "step";
    for (const XScale& scale : scales) text += "," + std::string(x_axis_info(scale.axis()).id);
    for (const std::string& key : keys) text += "," + csv_field(key);
    text += "\n";

    std::vector<std::string_view> phases;
    for (const std::string& key : keys)
        if (std::ranges::find(phases, metric_phase(key)) == phases.end())
            phases.push_back(metric_phase(key));
    for (const std::string_view phase : phases)
        for (const auto& [step, values] : lines_of(phase, keys, points)) {
            if (has_phases) text += (phase.empty() ? "training" : std::string(phase)) + ",";
            text += std::to_string(step);
            for (const XScale& scale : scales)
                text += "," + (phase.empty() ? format_number(scale.at(step)) : std::string());
            for (const std::string& value : values) text += "," + value;
            text += "\n";
        }
    return text;
}

}  // namespace plumb
