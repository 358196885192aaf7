// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QPalette>
#include <QPointF>
#include <QString>

#include "analysis/colours.h"
#include "analysis/metric_info.h"
#include "plots/curve.h"
#include "plots/overlay.h"
#include "plots/run_series.h"

class QCPCurve;
class QCustomPlot;

namespace plumb::ui {

/// One metric in a plot: a smoothed line over its faint raw line, and where the metric has one, a
/// band between its least and its most. Of a run that lies over the shown one it is the line alone.
/// The plot owns what is drawn and must outlive it.
class CurveLines {
public:
    struct Look {
        QString name;
        SeriesStyle style = {};
        std::optional<MetricBand> band = {};
        std::optional<OverlaidRun> overlaid = {};  ///< the run that it is of, in place of the style
    };

    CurveLines(QCustomPlot& plot, std::string key, Look look);

    const std::string& key() const { return m_key; }
    const Look& look() const { return m_look; }

    void setColours(const QPalette& palette);
    QColor colour(const QPalette& palette) const;
    /// The faint raw line is seen again with the next update.
    void setVisible(bool visible);
    /// Takes what is drawn off the plot; it is not to be used afterwards.
    void remove();
    /// Draws what is in view; smoothing: weight in [0, 1), nothing: as suits the number of points.
    void update(const RunSeries& series, const XScale& scale, const PlotView& view,
                std::optional<double> smoothing);
    /// Larger after every change of what is drawn.
    std::uint64_t revision(const RunSeries& series) const;

    /// Adds the values in view. all: of every point, not only of those that are drawn.
    void collectValues(const RunSeries& series, const XScale& scale, const PlotView& view, bool all,
                       std::vector<double>& values) const;

    struct Nearest {
        std::int64_t step = 0;
        double distance = 0;  ///< in pixels
    };
    /// The drawn point of the line nearest to the pixel.
    std::optional<Nearest> nearestTo(const QPointF& pixel) const;
    const DrawnCurve& drawn() const { return m_drawn; }
    /// The line's value at the step; nothing where it has none there.
    std::optional<double> lineAt(const RunSeries& series, std::int64_t step) const;

private:
    struct Smoothed {
        std::vector<MetricPoint> points;
        std::uint64_t revision = 0;
        double weight = -1;
    };
    /// The metric's points averaged with the weight; made again only where either has changed.
    const std::vector<MetricPoint>& smoothed(const RunSeries& series, const std::string& key,
                                             double weight, Smoothed& cache);

    const std::string m_key;
    const Look m_look;
    QCPCurve *m_raw, *m_line, *m_band = nullptr;
    DrawnCurve m_drawn;  ///< of the line
    Smoothed m_smoothed, m_low, m_high;
    double m_weight = 0;
};

}  // namespace plumb::ui
