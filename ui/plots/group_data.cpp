// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/group_data.h"

#include <algorithm>

#include "analysis/compare/compare_charts.h"
#include "analysis/compare/group_curves.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

MetricTable meansOf(const Comparison& comparison, const RunGroup& group,
                    const std::set<std::string>& keys) {
    MetricTable table;
    for (const std::string& key : keys) {
        GroupCurve curve = group_curve(comparison.runs, group, key);
        if (curve.mean.empty()) continue;
        if (group.runs.size() > 1) {
            const MetricBand band = groupBand(key);
            table[band.low] = std::move(curve.low);
            table[band.high] = std::move(curve.high);
        }
        table[key] = std::move(curve.mean);
    }
    return table;
}

/// The metrics of a run with those that its axes are made of.
MetricTable metricsOf(const ComparedRun& run, std::set<std::string> keys) {
    for (const XAxis axis : all_x_axes)
        keys.emplace(x_axis_key(axis, [&](std::string_view key) {
            const auto* points = run.points(std::string(key));
            return points && !points->empty();
        }));
    MetricTable table;
    for (const std::string& key : keys)
        if (const auto* points = run.points(key); points && !points->empty()) table[key] = *points;
    return table;
}

FramedCurves curvesOfRun(const ComparedRun& run, const RunGroup& group,
                         const std::set<std::string>& keys) {
    OverlaidRun shown = overlayOfGroup(group, run.record.id);
    shown.isGroup = false;
    shown.name = toQString(group.name) + QString(", seed %1").arg(run.settings.seed);
    return {std::move(shown), metricsOf(run, keys), std::nullopt};
}

/// A straight scale over the steps that frames all of the groups' places.
XScale frameScale(XAxis axis, double lowest, double highest, std::int64_t lastStep) {
    const std::vector<MetricPoint> ends = {{0, lowest},
                                           {std::max<std::int64_t>(1, lastStep), highest}};
    return XScale::of_places(axis, ends);
}

}  // namespace

OverlaidRun overlayOfGroup(const RunGroup& group, std::int64_t number) {
    return {.run = number,
            .name = toQString(group.name),
            .algorithm = group.algorithm,
            .style = {0, group.pattern},
            .colour = group.colour,
            .isGroup = true};
}

GroupData groupData(const Comparison& comparison, const GroupDataWish& wish, std::stop_token stop) {
    GroupData data;
    std::int64_t last = 0;
    for (const ComparedRun& run : comparison.runs)
        for (const auto& [key, points] : run.metrics) {
            if (points.empty()) continue;
            std::int64_t& of_key = data.lastSteps[key];
            of_key = std::max(of_key, points.back().step);
            if (!is_phase_metric(key)) last = std::max(last, points.back().step);
        }
    std::map<XAxis, std::pair<double, double>> reach;
    for (const RunGroup& group : comparison.groups) {
        if (stop.stop_requested()) return data;
        std::map<XAxis, XScale> scales;
        for (const XAxis axis : all_x_axes) {
            if (axis == XAxis::step) continue;
            XScale scale = group_scale(comparison.runs, group, axis);
            if (scale.axis() != axis) {
                data.without[axis].push_back(group.name);
                continue;
            }
            auto [place, isNew] = reach.try_emplace(axis, scale.lowest(), scale.highest());
            place->second.first = std::min(place->second.first, scale.lowest());
            place->second.second = std::max(place->second.second, scale.highest());
            scales.emplace(axis, std::move(scale));
        }
        if (wish.hidden.contains(group.name)) continue;
        auto keys = wish.keys;
        std::erase_if(
            keys, [&](const std::string& key) { return !is_comparable(comparison, group, key); });
        if (wish.everyRun) {
            for (const std::size_t run : group.runs)
                data.curves.push_back(curvesOfRun(comparison.runs[run], group, keys));
            continue;
        }
        data.curves.push_back({overlayOfGroup(group, wish.numbers.at(group.name)),
                               meansOf(comparison, group, keys), std::move(scales)});
    }
    for (const auto& [axis, places] : reach)
        data.scales.emplace(axis, frameScale(axis, places.first, places.second, last));
    return data;
}

}  // namespace plumb::ui
