// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart_save.h"

#include <QFileDialog>

#include "base/files.h"
#include "common/background.h"
#include "common/text.h"

namespace plumb::ui {

void askAndSaveCharts(QWidget* parent, const ExportedCharts& charts,
                      std::function<void(const QString&)> problem) {
    auto* dialog =
        new QFileDialog(parent, charts.charts.size() <= 1 ? "Save chart" : "Save all charts");
    dialog->setObjectName("saveChartDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters(
        {"Scalable picture (*.svg)", "Picture (*.png)", "Document (*.pdf)", "All points (*.csv)"});
    dialog->setDefaultSuffix("svg");
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.section("*.", 1).chopped(1));
    });
    dialog->selectFile(charts.title.toLower().replace(' ', '-').replace('/', '-'));
    QObject::connect(dialog, &QFileDialog::fileSelected, parent,
                     [parent, charts, problem](const QString& file) {
                         saveCharts(parent, charts, file, problem);
                     });
    dialog->open();
}

void saveCharts(QWidget* parent, const ExportedCharts& charts, const QString& file,
                std::function<void(const QString&)> problem) {
    runInBackground(
        parent,
        [charts, file](std::stop_token) -> Status {
            PLUMB_TRY(const QByteArray bytes, encodeCharts(charts, file));
            return write_file_atomic(toStd(file), bytes.toStdString());
        },
        [problem](const Status& saved) {
            if (!saved) problem(toQString(saved.error().message));
        });
}

}  // namespace plumb::ui
