// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointer>
#include <QWidget>

#include "analysis/x_axis.h"

class QComboBox;
class QMenu;
class QPushButton;
class QToolButton;

namespace plumb::ui {

class Chart;
class ChartChooser;
class ChartGrid;

/// What concerns all charts of a grid: following, what they are drawn over, the menu to add, reset
/// and save them, with the keys for it while the bar is seen; and the dialogs that charts ask for.
class ChartBar : public QWidget {
    Q_OBJECT

public:
    explicit ChartBar(ChartGrid& grid, QWidget* parent = nullptr);

    /// What files of all charts are called.
    void setRunName(const QString& name) { m_runName = name; }
    /// null: a new chart.
    void chooseCurves(Chart* chart);

Q_SIGNALS:
    void problem(const QString& message);

private:
    void makeMenu();
    void addKeys();
    void update();
    void fillMenu();
    void chooseAxis(XAxis axis);
    void nextAxis();
    void toggleLogarithmic();
    void save(Chart* chart);

    ChartGrid& m_grid;
    QString m_runName;
    QPushButton *m_follow, *m_charts;
    QComboBox* m_axis;
    QToolButton* m_logarithmic;
    QMenu* m_menu;
    QPointer<ChartChooser> m_chooser;
};

}  // namespace plumb::ui
