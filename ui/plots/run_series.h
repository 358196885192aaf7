// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/chart_marks.h"
#include "analysis/x_axis.h"
#include "store/records.h"

namespace plumb::ui {

/// Every metric of the run that the charts show, and what they are drawn over.
class RunSeries {
public:
    /// Takes all metrics out.
    void clear();
    /// By rising step; replaces what there was.
    void set(const std::string& key, std::vector<MetricPoint> points);
    /// A step that is there already is replaced; points of earlier steps are put in their place.
    void append(std::int64_t step, const Metrics& metrics);

    /// By rising step; empty where the run has none. Valid until it changes.
    const std::vector<MetricPoint>& points(const std::string& key) const;
    bool has(std::string_view key) const { return m_metrics.contains(key); }
    std::vector<std::string> keys() const;
    MetricReader reader() const;
    /// Larger after every change of the metric's points; 0: none yet.
    std::uint64_t revision(const std::string& key) const;

    /// What is to be drawn over, and the weight that averages KL there; empty: as suits the points.
    void setAxis(XAxis axis, std::optional<double> smoothing);
    /// Scales that are known, in place of those that metrics make; steps need none.
    void setScales(std::map<XAxis, XScale> scales);
    /// A frame has no curve of its own: its points tell which steps there are of the curves that
    /// lie over it, and its scales which places.
    void setFrame(bool frame) { m_isFrame = frame; }
    bool isFrame() const { return m_isFrame; }
    /// The scale of that axis, or of steps where the run does not have it.
    const XScale& scale() const;
    /// Larger after every change of the scale.
    std::uint64_t scaleRevision() const;
    /// Whether the run has what the axis is made of.
    bool offers(XAxis axis) const;
    /// The metrics that the axes of this run are made of.
    std::vector<std::string> axisKeys() const;

private:
    struct Metric {
        std::vector<MetricPoint> points;
        std::uint64_t revision = 0;
    };

    std::string axisKey(XAxis axis) const;

    std::map<std::string, Metric, std::less<>> m_metrics;
    std::uint64_t m_revision = 0;
    bool m_isFrame = false;
    std::optional<std::map<XAxis, XScale>> m_scales;
    XAxis m_axis = XAxis::step;
    std::optional<double> m_smoothing;
    mutable XScale m_scale;
    mutable std::uint64_t m_scaleOf = 0;  ///< the revision that the scale was made of
    mutable bool m_scaleIsOld = false;
};

}  // namespace plumb::ui
