// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <qcustomplot.h>

#include "analysis/svg_scatter.h"

namespace plumb::ui {

/// Paints the series of a scatter into the axes of a plot.
class ScatterItem : public QCPAbstractItem {
    Q_OBJECT

public:
    /// The spec must outlive it.
    ScatterItem(QCustomPlot* plot, const ScatterSpec& spec);

    void setColours(const QPalette& palette) { m_palette = palette; }
    void setCurrent(std::optional<std::size_t> source) { m_current = source; }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

    /// Whether the axis can show the point, and where.
    bool canShow(const ScatterPoint& point) const;
    QPointF pixelOf(const ScatterPoint& point) const;

protected:
    void draw(QCPPainter* painter) override;

private:
    void drawLine(QCPPainter* painter, const ScatterSeries& series) const;
    void drawBars(QCPPainter* painter, const ScatterSeries& series) const;
    void drawPoints(QCPPainter* painter, const ScatterSeries& series) const;
    void drawLabels(QCPPainter* painter) const;
    QColor colourOf(const ScatterSeries& series, const ScatterPoint& point) const;

    const ScatterSpec& m_spec;
    QPalette m_palette;
    std::optional<std::size_t> m_current;
};

}  // namespace plumb::ui
