// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <qcustomplot.h>

namespace plumb::ui {

/// The crosshair of a plot: a line, a dot on each curve, and at the foot a tag that says where it
/// is. It lies in a layer of its own, so that it moves without the curves being drawn again.
class CursorItem : public QCPAbstractItem {
    Q_OBJECT

public:
    struct Dot {
        double value = 0;
        QColor colour;
        std::optional<double> place = {};  ///< where it is not that of the line
    };

    explicit CursorItem(QCustomPlot* plot);

    /// No place: no line; the dots that have places of their own are seen still. An empty tag is
    /// left out.
    void set(std::optional<double> place, std::vector<Dot> dots, const QString& tag);
    void setColours(const QPalette& palette) { m_palette = palette; }
    QString tag() const { return m_tag; }
    double selectTest(const QPointF&, bool, QVariant*) const override { return -1; }

protected:
    void draw(QCPPainter* painter) override;

private:
    std::optional<double> m_place;
    std::vector<Dot> m_dots;
    QString m_tag;
    QPalette m_palette;
};

}  // namespace plumb::ui
