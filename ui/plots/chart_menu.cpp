// SPDX-License-Identifier: GPL-3.0-or-later
// The context menu of a chart: smoothing, axes, export.
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QMenu>

#include <qcustomplot.h>

#include "base/files.h"
#include "common/background.h"
#include "common/text.h"
#include "plots/chart.h"
#include "plots/chart_export.h"

namespace plumb::ui {

void Chart::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setObjectName("chartMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const std::pair<const char*, std::optional<double>> weights[] = {
        {"No smoothing", 0.0},
        {"Smoothing as suits the points", std::nullopt},
        {"Strong smoothing", 0.9}};
    for (const auto& [text, weight] : weights) {
        QAction* action =
            menu->addAction(text, this, [this, value = weight] { Q_EMIT smoothingChosen(value); });
        action->setCheckable(true);
        action->setChecked(m_smoothing == weight);
    }
    menu->addSeparator();
    QAction* logarithmic = menu->addAction("Logarithmic values", this, [this] {
        m_logarithmic = !m_logarithmic;
        m_yIsFree = false;
        m_plot->yAxis->setScaleType(m_logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        if (m_logarithmic)
            m_plot->yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        else
            m_plot->yAxis->setTicker(makeValueTicker());
        m_dirty = true;
        redraw();
    });
    logarithmic->setCheckable(true);
    logarithmic->setChecked(m_logarithmic);
    QAction* clip = menu->addAction("Leave outliers out of view", this, [this] {
        m_clipOutliers = !m_clipOutliers;
        m_yIsFree = false;
        m_dirty = true;
        redraw();
    });
    clip->setCheckable(true);
    clip->setChecked(m_clipOutliers);
    menu->addSeparator();
    menu->addAction("Follow the run  Home", this, &Chart::followRequested);
    menu->addSeparator();
    QAction* save = menu->addAction("Save chart or points...", this, &Chart::saveAs);
    save->setEnabled(hasPoints());
    QAction* copy = menu->addAction("Copy picture", this,
                                    [this] { QApplication::clipboard()->setPixmap(grab()); });
    copy->setEnabled(hasPoints());
    menu->popup(event->globalPos());
}

void Chart::saveAs() {
    auto* dialog = new QFileDialog(this, "Save chart");
    dialog->setObjectName("saveChartDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(
        {"Scalable picture (*.svg)", "Picture (*.png)", "Document (*.pdf)", "All points (*.csv)"});
    dialog->setDefaultSuffix("svg");
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section("*.", 1).chopped(1));
    });
    dialog->selectFile(toQString(m_group.title).toLower().replace(' ', '-'));
    connect(dialog, &QFileDialog::fileSelected, this, &Chart::save);
    dialog->open();
}

void Chart::save(const QString& file) {
    runInBackground(
        this,
        [chart = spec(), file](std::stop_token) -> Status {
            PLUMB_TRY(const QByteArray bytes, encodeChart(chart, file));
            return write_file_atomic(toStd(file), bytes.toStdString());
        },
        [this](const Status& saved) {
            if (!saved) Q_EMIT problem(toQString(saved.error().message));
        });
}

}  // namespace plumb::ui
