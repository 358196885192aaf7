// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QObject>
#include <QPoint>
#include <QRect>

class QScrollArea;
class QWidget;

namespace plumb::ui {

class Chart;

/// Charts are dragged by their titles to another place in the grid; a line shows where they would
/// stand. Escape leaves them where they are. It runs no event loop of its own.
class ChartDrag : public QObject {
    Q_OBJECT

public:
    /// shown: the charts that are seen, in their order.
    ChartDrag(QScrollArea* grid, std::function<std::vector<Chart*>()> shown);

    void watch(Chart* chart);
    bool isDragging() const { return m_dragging; }

Q_SIGNALS:
    /// The chart is to stand before that one, or last (null).
    void dropped(plumb::ui::Chart* chart, plumb::ui::Chart* before);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Place {
        std::size_t index = 0;  ///< among the shown charts, before which it would stand
        QRect line;             ///< in the page
    };
    Place placeAt(const QPoint& onPage) const;
    void moveTo(const QPoint& global);
    void end();

    QScrollArea* m_grid;
    const std::function<std::vector<Chart*>()> m_shown;
    Chart* m_chart = nullptr;  ///< whose title is pressed
    QPoint m_pressedAt;
    bool m_dragging = false;
    std::size_t m_target = 0;
    QWidget* m_line;
};

}  // namespace plumb::ui
