// SPDX-License-Identifier: GPL-3.0-or-later
// The curves of other runs that lie over those of the shown one.
#include <cmath>

#include "common/text.h"
#include "plots/chart_plot.h"

namespace plumb::ui {

void ChartPlot::setOverlays(const Overlays& overlays) {
    for (auto& [overlay, lines] : m_overlays) lines.remove();
    m_overlays.clear();
    const std::string key = m_curves.front().key();
    for (const auto& overlay : overlays) {
        if (!overlay->series.has(key)) continue;
        CurveLines lines(*this, key, {.name = overlay->run.name, .overlaid = overlay->run});
        lines.setColours(palette());
        m_overlays.push_back({overlay.get(), std::move(lines)});
    }
    m_dirty = true;
}

const XScale& ChartPlot::scaleOf(const Overlay& overlay) const {
    return m_ofPhase ? m_steps : overlay.series.scale();
}

std::optional<std::int64_t> ChartPlot::crosshairIn(const Overlay& overlay) const {
    if (!m_crosshair) return std::nullopt;
    const XScale& other = scaleOf(overlay);
    if (other.axis() != scale().axis() || !scale().is_monotone()) return std::nullopt;
    if (other.axis() == XAxis::step) return m_crosshair;
    const double place = scale().at(*m_crosshair);
    if (place > other.highest()) return std::nullopt;
    return static_cast<std::int64_t>(std::floor(other.step_at(place)));
}

std::vector<ChartPlot::OverlaidValue> ChartPlot::overlaidValues() const {
    std::vector<OverlaidValue> values;
    for (const auto& [overlay, lines] : m_overlays) {
        const auto& points = overlay->series.points(lines.key());
        const auto step = crosshairIn(*overlay);
        const bool last = !m_crosshair && !points.empty();
        values.push_back({overlay->run, last   ? std::optional(points.back().value)
                                        : step ? valueAt(points, *step)
                                               : std::nullopt});
    }
    return values;
}

}  // namespace plumb::ui
