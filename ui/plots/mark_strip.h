// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <qcustomplot.h>

#include "analysis/svg_chart.h"
#include "analysis/x_axis.h"

namespace plumb::ui {

/// The signs of marks at the top edge of a plot; edits and alerts have a dashed line through it.
class MarkStrip : public QCPAbstractItem {
    Q_OBJECT

public:
    explicit MarkStrip(QCustomPlot* plot);

    /// By rising step, which lies on the scale; the scale must outlive its use here.
    void setMarks(std::vector<ChartMark> marks) { m_marks = std::move(marks); }
    void setScale(const XScale& scale) { m_scale = &scale; }
    void setColours(const QPalette& palette) { m_palette = palette; }

    /// What the marks at this pixel say, a line for each; empty: none is near.
    QString textAt(double pixel) const;
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    double pixelOf(const ChartMark& mark) const;
    QColor colourOf(MarkKind kind) const;

    std::vector<ChartMark> m_marks;
    const XScale* m_scale = nullptr;
    QPalette m_palette;
};

/// The room above the plot's axes that the signs take, in pixels.
inline constexpr int mark_room = 11;

}  // namespace plumb::ui
