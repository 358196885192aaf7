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
        std::optional<MetricBand> band;
        if (overlay->run.isGroup && overlay->series.has(groupBand(key).low)) band = groupBand(key);
        CurveLines lines(*this, key,
                         {.name = overlay->run.name, .band = band, .overlaid = overlay->run});
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
    if (hasScatteredCrosshair()) return isOverSameAxis(overlay) ? m_crosshair : std::nullopt;
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
        const auto at = last ? std::optional(points.back().step) : step;
        const auto valueOf = [&](const std::string& key) {
            return at ? valueAt(overlay->series.points(key), *at) : std::nullopt;
        };
        OverlaidValue value{overlay->run, valueOf(lines.key()), std::nullopt};
        if (const auto& band = lines.look().band) {
            const auto low = valueOf(band->low), high = valueOf(band->high);
            if (low && high && std::isfinite(*low) && std::isfinite(*high))
                value.interval = Interval{*low, *high};
        }
        values.push_back(std::move(value));
    }
    return values;
}

}  // namespace plumb::ui
