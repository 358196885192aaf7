// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/run_series.h"

#include <algorithm>
#include <utility>

#include "analysis/smoothing.h"

namespace plumb::ui {

void RunSeries::clear() {
    m_metrics.clear();
    ++m_revision;
    m_scaleIsOld = true;
}

void RunSeries::set(const std::string& key, std::vector<MetricPoint> points) {
    m_metrics[key] = {std::move(points), ++m_revision};
}

void RunSeries::append(std::int64_t step, const Metrics& metrics) {
    ++m_revision;
    for (const auto& [key, value] : metrics) {
        Metric& metric = m_metrics[key];
        metric.revision = m_revision;
        const auto place = std::ranges::lower_bound(metric.points, step, {}, &MetricPoint::step);
        if (place != metric.points.end() && place->step == step)
            place->value = value;
        else
            metric.points.insert(place, {step, value});
    }
}

const std::vector<MetricPoint>& RunSeries::points(const std::string& key) const {
    static const std::vector<MetricPoint> none;
    const auto found = m_metrics.find(key);
    return found == m_metrics.end() ? none : found->second.points;
}

std::vector<std::string> RunSeries::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, metric] : m_metrics) keys.push_back(key);
    return keys;
}

MetricReader RunSeries::reader() const {
    return [this](const std::string& key) { return points(key); };
}

std::uint64_t RunSeries::revision(const std::string& key) const {
    const auto found = m_metrics.find(key);
    return found == m_metrics.end() ? 0 : found->second.revision;
}

std::string RunSeries::axisKey(XAxis axis) const {
    return std::string(x_axis_key(axis, [this](std::string_view key) { return has(key); }));
}

bool RunSeries::offers(XAxis axis) const {
    if (axis == XAxis::step) return true;
    return m_scales ? m_scales->contains(axis) : !axisKey(axis).empty();
}

std::vector<std::string> RunSeries::axisKeys() const {
    std::vector<std::string> keys;
    for (const XAxis axis : all_x_axes)
        if (std::string key = axisKey(axis); !key.empty()) keys.push_back(std::move(key));
    return keys;
}

void RunSeries::setAxis(XAxis axis, std::optional<double> smoothing) {
    m_axis = axis;
    m_smoothing = smoothing;
    m_scaleIsOld = true;
    ++m_revision;
}

void RunSeries::setScales(std::map<XAxis, XScale> scales) {
    m_scales = std::move(scales);
    m_scaleIsOld = true;
    ++m_revision;
}

std::uint64_t RunSeries::scaleRevision() const {
    scale();
    return m_scaleOf;
}

const XScale& RunSeries::scale() const {
    static const XScale steps;
    if (m_scales) {
        if (std::exchange(m_scaleIsOld, false)) m_scaleOf = m_revision;
        const auto found = m_scales->find(m_axis);
        return found == m_scales->end() ? steps : found->second;
    }
    const std::string key = axisKey(m_axis);
    const std::uint64_t now = revision(key);
    if (!m_scaleIsOld && now <= m_scaleOf) return m_scale;
    const std::vector<MetricPoint>& from = points(key);
    m_scale = XScale(m_axis, from, m_smoothing.value_or(default_smoothing(from.size())));
    m_scaleOf = m_scaleIsOld ? m_revision : now;
    m_scaleIsOld = false;
    return m_scale;
}

}  // namespace plumb::ui
