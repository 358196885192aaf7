// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/compare_report.h"

#include <utility>

#include <QFileDialog>

#include "analysis/compare/comparison_report.h"
#include "common/background.h"
#include "common/text.h"
#include "report/report_painter.h"

namespace plumb::ui {
namespace {

std::pair<QString, QString> endingOf(ComparePage::Report what) {
    switch (what) {
        case ComparePage::Report::html: return {"html", "Web pages (*.html)"};
        case ComparePage::Report::pdf: return {"pdf", "PDF (*.pdf)"};
        case ComparePage::Report::png: return {"png", "Pictures (*.png)"};
        case ComparePage::Report::tables: break;
    }
    return {};
}

QString fileStem(const QString& title) {
    QString stem;
    for (const QChar c : title)
        if (c.isLetterOrNumber() || c == '.' || c == '_')
            stem += c;
        else if (!stem.isEmpty() && !stem.endsWith('-'))
            stem += '-';
    while (stem.endsWith('-')) stem.chop(1);
    return stem.isEmpty() ? "comparison" : stem;
}

}  // namespace

void saveComparison(QWidget* window, ComparePage::Report what,
                    std::shared_ptr<const Comparison> comparison,
                    std::shared_ptr<const WinRates> rates, const QString& title,
                    std::function<void(bool ok, const QString& text)> report) {
    const bool tables = what == ComparePage::Report::tables;
    auto* dialog = new QFileDialog(window, tables ? "Folder for the tables" : "Save report");
    dialog->setObjectName("reportFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (tables) {
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
    } else {
        const auto [ending, filter] = endingOf(what);
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setDefaultSuffix(ending);
        dialog->setNameFilter(filter);
        dialog->selectFile(fileStem(title) + "." + ending);
    }
    QObject::connect(dialog, &QFileDialog::fileSelected, window, [=](const QString& chosen) {
        runInBackground(
            window,
            [comparison, rates, title, tables, chosen](const std::stop_token&) -> Status {
                ReportOptions options;
                options.title = toStd(title);
                if (rates) options.more = rates->tables();
                const ComparisonReport made = make_report(*comparison, options);
                return tables ? save_tables(made, toStd(chosen)) : saveReport(made, chosen);
            },
            [report, chosen](const Status& status) {
                if (status)
                    report(true, "Saved to " + chosen + ".");
                else
                    report(false, toQString(status.error().message));
            });
    });
    dialog->open();
}

}  // namespace plumb::ui
