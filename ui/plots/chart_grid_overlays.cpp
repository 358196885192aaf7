// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that lie over the one that the grid shows.
#include <algorithm>
#include <limits>

#include "plots/chart_grid.h"

namespace plumb::ui {

Overlay* ChartGrid::overlayOf(RunId run) const {
    const auto found = std::ranges::find_if(
        m_overlays, [run](const auto& overlay) { return overlay->run.run == run; });
    return found == m_overlays.end() ? nullptr : found->get();
}

void ChartGrid::setOverlays(const std::vector<OverlaidRun>& runs) {
    // The charts let go of what they draw before it is gone.
    const Overlays before = std::exchange(m_overlays, {});
    for (Chart* chart : m_charts) chart->setOverlays(m_overlays);
    for (const OverlaidRun& run : runs) {
        const auto same = std::ranges::find_if(
            before, [&](const auto& overlay) { return overlay->run.run == run.run; });
        auto overlay = std::make_unique<Overlay>();
        if (same != before.end()) overlay->series = std::move((*same)->series);
        overlay->run = run;
        overlay->series.setAxis(m_view.axis, m_view.smoothing);
        m_overlays.push_back(std::move(overlay));
    }
    showOverlays();
}

void ChartGrid::setOverlayMetrics(RunId run,
                                  const std::map<std::string, std::vector<MetricPoint>>& metrics) {
    Overlay* overlay = overlayOf(run);
    if (!overlay) return;
    overlay->series.clear();
    for (const auto& [key, points] : metrics) overlay->series.set(key, points);
    showOverlays();
}

void ChartGrid::appendOverlay(RunId run, std::int64_t step, const Metrics& metrics) {
    Overlay* overlay = overlayOf(run);
    if (!overlay) return;
    const bool isNew = std::ranges::any_of(
        metrics, [&](const auto& metric) { return !overlay->series.has(metric.first); });
    overlay->series.append(step, metrics);
    if (isNew)
        showOverlays();
    else
        for (Chart* chart : m_charts) chart->touchOverlays();
}

void ChartGrid::setFrame(const std::map<std::string, std::int64_t>& keys,
                         std::map<XAxis, XScale> scales) {
    m_series.setFrame(true);
    m_series.setScales(std::move(scales));
    MetricTable points;
    for (const auto& [key, last] : keys)
        points[key] = {{last, std::numeric_limits<double>::quiet_NaN()}};
    setMetrics(points);
}

void ChartGrid::setCurves(std::vector<FramedCurves> curves) {
    const Overlays before = std::exchange(m_overlays, {});
    for (Chart* chart : m_charts) chart->setOverlays(m_overlays);
    for (FramedCurves& each : curves) {
        auto overlay = std::make_unique<Overlay>();
        overlay->run = std::move(each.run);
        for (auto& [key, points] : each.metrics) overlay->series.set(key, std::move(points));
        if (each.scales) overlay->series.setScales(std::move(*each.scales));
        overlay->series.setAxis(m_view.axis, m_view.smoothing);
        m_overlays.push_back(std::move(overlay));
    }
    showOverlays();
}

void ChartGrid::showOverlays() {
    for (Chart* chart : m_charts) chart->setOverlays(m_overlays);
}

}  // namespace plumb::ui
