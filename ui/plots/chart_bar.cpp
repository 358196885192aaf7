// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_bar.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QStandardItemModel>
#include <QToolButton>

#include "common/shortcuts.h"
#include "common/text.h"
#include "plots/chart_chooser.h"
#include "plots/chart_grid.h"
#include "plots/chart_save.h"

namespace plumb::ui {

ChartBar::ChartBar(ChartGrid& grid, QWidget* parent) : QWidget(parent), m_grid(grid) {
    setObjectName("chartBar");
    m_follow = new QPushButton("Follow  " + keyText("followRun"), this);
    m_follow->setObjectName("followCharts");
    m_follow->setToolTip("The charts show a range of your choice; this follows the run again");
    m_follow->hide();
    auto* over = new QLabel("over", this);
    over->setProperty("role", "muted");
    m_axis = new QComboBox(this);
    m_axis->setObjectName("xAxis");
    m_axis->setAccessibleName("What the charts are drawn over");
    m_axis->setToolTip(
        QString("What the charts are drawn over; %1 takes the next").arg(keyText("keyNextAxis")));
    for (const XAxis axis : all_x_axes) m_axis->addItem(toQString(x_axis_info(axis).name));
    m_logarithmic = new QToolButton(this);
    m_logarithmic->setObjectName("logarithmicX");
    m_logarithmic->setText("log");
    m_logarithmic->setCheckable(true);
    m_logarithmic->setFocusPolicy(Qt::StrongFocus);
    m_logarithmic->setAccessibleName("Logarithmic scale of what the charts are drawn over");
    m_logarithmic->setToolTip(QString("Logarithmic scale of steps, time, tokens, FLOPs or KL (%1)")
                                  .arg(keyText("keyLogarithmicX")));
    m_charts = new QPushButton("Charts", this);
    m_charts->setObjectName("chartsMenuButton");
    m_charts->setToolTip("Add, reset and save charts");
    m_menu = new QMenu(this);
    m_menu->setObjectName("chartsMenu");
    m_charts->setMenu(m_menu);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_follow);
    layout->addWidget(over);
    layout->addWidget(m_axis);
    layout->addWidget(m_logarithmic);
    layout->addWidget(m_charts);

    connect(m_follow, &QPushButton::clicked, &grid, &ChartGrid::follow);
    connect(&grid, &ChartGrid::followingChanged, this,
            [this](bool following) { m_follow->setVisible(!following); });
    connect(m_axis, &QComboBox::activated, this,
            [this](int index) { chooseAxis(all_x_axes[static_cast<std::size_t>(index)]); });
    connect(m_logarithmic, &QToolButton::clicked, this, &ChartBar::toggleLogarithmic);
    connect(m_menu, &QMenu::aboutToShow, this, &ChartBar::fillMenu);
    connect(&grid, &ChartGrid::viewChanged, this, &ChartBar::update);
    connect(&grid, &ChartGrid::arrangementChanged, this, &ChartBar::update);
    connect(&grid, &ChartGrid::chooseRequested, this, &ChartBar::chooseCurves);
    connect(&grid, &ChartGrid::saveRequested, this, &ChartBar::save);
    addKeys();
    update();
}

void ChartBar::addKeys() {
    const auto add = [this](QWidget* place, const char* id, auto act) {
        auto* shortcut = new QShortcut(keysOf(id), place);
        shortcut->setObjectName(id);
        connect(shortcut, &QShortcut::activated, this, act);
        return shortcut;
    };
    add(this, "keyAddChart", [this] { chooseCurves(nullptr); });
    add(this, "keyNextAxis", [this] { nextAxis(); });
    add(this, "keyLogarithmicX", [this] { toggleLogarithmic(); });
    // Beside the charts these keys mean other things, as in the list of runs.
    QWidget* page = parentWidget() ? parentWidget() : this;
    add(page, "keyUndoCharts", [this] {
        m_grid.undoArrangement();
    })->setContext(Qt::WidgetWithChildrenShortcut);
    add(page, "keySaveCharts", [this] {
        save(nullptr);
    })->setContext(Qt::WidgetWithChildrenShortcut);
}

void ChartBar::fillMenu() {
    m_menu->clear();
    const auto add = [this](const char* name, const QString& text, const char* id, auto act) {
        // Behind a tab stands the key, which is a shortcut of the bar already.
        QAction* action = m_menu->addAction(*id ? text + "\t" + keyText(id) : text, this, act);
        action->setObjectName(name);
        return action;
    };
    add("addChart", "Add a chart...", "keyAddChart", [this] {
        chooseCurves(nullptr);
    })->setEnabled(!m_grid.algorithm().isEmpty());
    add("undoCharts", "Undo change of charts", "keyUndoCharts", [this] {
        m_grid.undoArrangement();
    })->setEnabled(m_grid.canUndo());
    const QString of =
        m_grid.series().isFrame() ? QString("comparisons") : m_grid.algorithm().toUpper();
    add("resetCharts", "Usual charts of " + of, "", [this] {
        m_grid.resetArrangement();
    })->setEnabled(!m_grid.isDefault());
    m_menu->addSeparator();
    add("saveCharts", "Save all charts or points...", "keySaveCharts", [this] {
        save(nullptr);
    })->setEnabled(std::ranges::any_of(m_grid.shownCharts(), &Chart::hasPoints));
}

void ChartBar::update() {
    auto* model = qobject_cast<QStandardItemModel*>(m_axis->model());
    for (std::size_t i = 0; i < all_x_axes.size(); ++i) {
        const bool offered = m_grid.series().offers(all_x_axes[i]);
        QStandardItem* item = model->item(static_cast<int>(i));
        item->setEnabled(offered);
        item->setToolTip(toQString(offered ? x_axis_info(all_x_axes[i]).label
                                           : x_axis_info(all_x_axes[i]).absent));
    }
    const auto shown = std::ranges::find(all_x_axes, m_grid.series().scale().axis());
    m_axis->setCurrentIndex(static_cast<int>(shown - all_x_axes.begin()));
    m_logarithmic->setChecked(m_grid.view().logarithmicX);
    if (!m_chooser) return;
    // Another run may be shown by now.
    if (m_chooser->charts() == m_grid.arrangement())
        m_chooser->refresh(m_grid.series());
    else
        m_chooser->reject();
}

void ChartBar::chooseAxis(XAxis axis) {
    ChartsView view = m_grid.view();
    view.axis = axis;
    m_grid.setView(view);
    update();
}

void ChartBar::nextAxis() {
    const auto shown = static_cast<std::size_t>(m_axis->currentIndex());
    for (std::size_t i = 1; i <= all_x_axes.size(); ++i) {
        const XAxis next = all_x_axes[(shown + i) % all_x_axes.size()];
        if (!m_grid.series().offers(next)) continue;
        chooseAxis(next);
        return;
    }
}

void ChartBar::toggleLogarithmic() {
    ChartsView view = m_grid.view();
    view.logarithmicX = !view.logarithmicX;
    m_grid.setView(view);
}

void ChartBar::chooseCurves(Chart* chart) {
    if (m_chooser || (!chart && m_grid.algorithm().isEmpty())) return;
    const auto& charts = m_grid.charts();
    std::optional<std::size_t> index;
    if (const auto found = std::ranges::find(charts, chart); found != charts.end())
        index = static_cast<std::size_t>(found - charts.begin());
    m_chooser =
        new ChartChooser(m_grid.algorithm(), m_grid.arrangement(), m_grid.series(), index, this);
    connect(m_chooser, &ChartChooser::chosen, this, [this](int place, const ChartGroup& group) {
        // The dialog is done with, so that the change does not close it as an old one.
        m_chooser.clear();
        if (place < 0)
            m_grid.addChart(group);
        else
            m_grid.changeChart(static_cast<std::size_t>(place), group);
    });
    m_chooser->open();
}

void ChartBar::save(Chart* chart) {
    const std::vector<Chart*> charts = chart ? std::vector<Chart*>{chart} : m_grid.shownCharts();
    const QString title = chart ? toQString(chart->group().title) : m_runName;
    ExportedCharts exported = exportedCharts(title, charts, m_grid.series());
    if (m_grid.pointsCsv())
        exported.csv = [csv = m_grid.pointsCsv(), keys = exported.keys] { return csv(keys); };
    if (exported.charts.empty()) return;
    askAndSaveCharts(this, exported, [this](const QString& message) { Q_EMIT problem(message); });
}

}  // namespace plumb::ui
