// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <qcustomplot.h>

#include "analysis/estimate.h"
#include "analysis/svg_chart.h"
#include "plots/arrangement.h"
#include "plots/curve_lines.h"
#include "plots/run_series.h"

namespace plumb::ui {

class CursorItem;
class MarkStrip;

/// The axes of a chart with its curves, marks and crosshair. Nothing is drawn before redraw() is
/// called, so that many changes cost one frame, and a crosshair that moves alone costs little.
class ChartPlot : public QCustomPlot {
    Q_OBJECT

public:
    /// The series must outlive it.
    ChartPlot(const ChartSetup& setup, const QString& algorithm, const RunSeries& series,
              QWidget* parent = nullptr);

    const std::vector<CurveLines>& curves() const { return m_curves; }
    /// What it is drawn over: charts of phases before the training have steps of their own.
    const XScale& scale() const;
    bool isOfPhase() const { return m_ofPhase; }

    /// Of each run the chart's first curve lies over its own. They must outlive the next call.
    void setOverlays(const Overlays& overlays);
    /// Points of a run that lies over the shown one have changed.
    void touchOverlays() { m_dirty = m_dirty || !m_overlays.empty(); }
    struct OverlaidValue {
        const OverlaidRun& run;
        std::optional<double> value;
        std::optional<Interval> interval;  ///< of a group
    };
    /// At the crosshair, or the last ones: as they were measured, of runs that have the metric.
    std::vector<OverlaidValue> overlaidValues() const;

    void setValueAxis(bool logarithmic, bool clipsOutliers);
    void setChartsView(const ChartsView& view);
    void setMarks(std::vector<ChartMark> marks);
    /// Nothing: no crosshair.
    void setCrosshair(std::optional<std::int64_t> step);
    /// Whether the crosshair has a tag that says where it is.
    void setTagged(bool tagged);
    /// What is in view, as places on the scale.
    void setXRange(double first, double last);
    /// Fits the values to what is in view again, after the user has zoomed them.
    void followValues();
    /// A factor below 1 shows less; around the middle.
    void zoomX(double factor);
    void zoomY(double factor);
    /// By a share of what is in view; above 0 to later steps.
    void panX(double share);
    /// Draws what has changed since the last call; returns whether anything has.
    bool redraw();
    /// What the marks at the crosshair say; empty: there are none.
    QString markText() const;
    /// Where the crosshair meets the top edge.
    QPoint markPoint() const;
    QString tag() const;
    /// On an axis that goes back and forth, the step of the nearest point.
    std::int64_t stepAt(const QPointF& pixel) const;
    /// The metric of the curve nearest to the pixel, else of the first; empty without curves.
    QString metricAt(const QPointF& pixel) const;

Q_SIGNALS:
    void hovered(std::optional<std::int64_t> step);
    void clicked(qint64 step);
    /// The completions of a step are to be seen; metric: of the curve nearest to the mouse.
    void samplesRequested(qint64 step, const QString& metric);
    void rangeChosen(double first, double last);
    void followRequested();

protected:
    void changeEvent(QEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeAxes();
    void connectMouse();
    void applyColours();
    void updateTickers();
    struct OverlaidCurve {
        const Overlay* of;
        CurveLines lines;
    };

    void drawCurves();
    void drawCursor();
    QString tagText() const;
    const XScale& scaleOf(const Overlay& overlay) const;
    bool isOverSameAxis(const Overlay& overlay) const {
        return scaleOf(overlay).axis() == scale().axis();
    }
    /// Whether the crosshair is a step, which lies elsewhere on each curve.
    bool hasScatteredCrosshair() const { return m_series.isFrame() && !scale().is_monotone(); }
    /// The step of the other run that lies where the crosshair is.
    std::optional<std::int64_t> crosshairIn(const Overlay& overlay) const;
    void updateYRange(const PlotView& view);
    void zoomYAround(double factor, double value);
    PlotView plotView() const;

    const RunSeries& m_series;
    const bool m_ofPhase;
    const XScale m_steps;
    std::vector<CurveLines> m_curves;
    std::vector<OverlaidCurve> m_overlays;
    MarkStrip* m_strip = nullptr;
    CursorItem* m_cursor = nullptr;
    ChartsView m_view;
    std::optional<std::int64_t> m_crosshair;
    double m_first = 0, m_last = 10;
    XAxis m_axis = XAxis::step;  ///< that the ticks are made for
    std::uint64_t m_drawn = 0;   ///< the newest revision that is drawn
    bool m_logarithmic, m_clipsOutliers;
    bool m_dirty = true, m_cursorDirty = true, m_tagged = false;
    bool m_yIsFree = false;  ///< the user has zoomed the values
    bool m_settingRange = false;
    std::optional<QPointF> m_pressedAt;
};

}  // namespace plumb::ui
