// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QSettings>
#include <QTextDocument>
#include <QWheelEvent>

#include <qcustomplot.h>

#include "plots/chart.h"
#include "plots/chart_grid.h"
#include "test_main.h"

namespace plumb::ui {

inline std::vector<MetricPoint> line(std::int64_t steps, double slope) {
    std::vector<MetricPoint> points;
    for (std::int64_t step = 1; step <= steps; ++step)
        points.push_back({step, slope * static_cast<double>(step)});
    return points;
}

/// What the label says, without its markup.
inline QString plain(const QLabel* label) {
    QTextDocument document;
    document.setHtml(label->text());
    return document.toPlainText();
}

/// The settings of this test program's own, empty.
inline void clearSettings() {
    QCoreApplication::setApplicationName("plumbline-test-plots");
    QSettings().clear();
}

/// A grid that is shown, with rewards from 0.1 to 2 and losses from 1 to 20 over 20 steps.
struct Shown {
    ChartGrid grid;
    explicit Shown(const std::vector<ChartGroup>& groups = {{"Reward", {"reward", "eval/reward"}},
                                                            {"Loss", {"loss"}}}) {
        grid.resize(760, 400);
        grid.show();
        grid.showRun("grpo", groups, {{"Loss", "nothing here yet"}});
        grid.setMetrics({{"reward", line(20, 0.1)}, {"loss", line(20, 1)}});
        grid.redrawNow();
    }
    Chart* chart(const QString& name) { return grid.findChild<Chart*>("chart:" + name); }
    QCustomPlot* plot(const QString& name) { return chart(name)->findChild<QCustomPlot*>(); }
    QString values(const QString& name) {
        grid.redrawNow();
        return plain(chart(name)->findChild<QLabel*>("values"));
    }
    QString names(const QString& name) {
        grid.redrawNow();
        return plain(chart(name)->findChild<QLabel*>("names"));
    }
    QCPRange range(const QString& name) {
        grid.redrawNow();
        return plot(name)->xAxis->range();
    }
    void wheel(const QString& name, int turns, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QCustomPlot* at = plot(name);
        const QPointF centre = at->axisRect()->center();
        QWheelEvent event(centre, at->mapToGlobal(centre), {}, {0, 120 * turns}, Qt::NoButton,
                          modifiers, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(at, &event);
    }
    /// The titles of the charts that are seen, in their order.
    QStringList seen() {
        QStringList titles;
        for (const Chart* each : grid.shownCharts())
            titles << QString::fromStdString(each->group().title);
        return titles;
    }
};

}  // namespace plumb::ui
