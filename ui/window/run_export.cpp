// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/run_export.h"

#include <memory>

#include <QFileDialog>

#include "analysis/metrics_csv.h"
#include "base/files.h"
#include "common/background.h"
#include "common/text.h"
#include "config/yaml.h"
#include "session/run_plan.h"

namespace plumb::ui {
namespace fs = std::filesystem;
namespace {

QString ending(RunExport what) { return what == RunExport::metrics ? "csv" : "yaml"; }

/// The name as that of a file: "ppo, kl 0" becomes "ppo-kl-0".
QString fileName(const QString& name, RunExport what) {
    QString stem;
    for (const QChar c : name)
        if (c.isLetterOrNumber() || c == '.' || c == '_')
            stem += c;
        else if (!stem.isEmpty() && !stem.endsWith('-'))
            stem += '-';
    while (stem.endsWith('-')) stem.chop(1);
    return (stem.isEmpty() ? "run" : stem) + "." + ending(what);
}

Result<std::string> contentOf(StoreReader& reader, const RunRecord& run, RunExport what) {
    if (what == RunExport::settings) {
        PLUMB_TRY(const RunPlan plan, plan_of(reader, run.id));
        return write_settings(plan.settings, true);
    }
    PLUMB_TRY(auto keys, reader.metric_keys(run.id));
    PLUMB_TRY(const auto steps, reader.metrics(run.id));
    return metrics_csv(ordered_keys(std::move(keys)), steps);
}

struct Target {
    RunRecord run;
    fs::path file;
};

Status writeAll(const fs::path& workspace, const std::vector<Target>& targets, RunExport what) {
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    for (const Target& target : targets) {
        PLUMB_TRY(const std::string content, contentOf(*reader, target.run, what));
        PLUMB_TRY_STATUS(write_file_atomic(target.file, content));
    }
    return {};
}

/// A dialog that hands on what was chosen; of the system or, where there is none, Qt's own.
QFileDialog* makeDialog(QWidget* window, const QString& title, const QString& name) {
    auto* dialog = new QFileDialog(window, title);
    dialog->setObjectName(name);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    return dialog;
}

QFileDialog* makeSaveDialog(QWidget* window, RunExport what, const QString& name) {
    auto* dialog = makeDialog(
        window, what == RunExport::metrics ? "Export metrics" : "Export settings", "exportDialog");
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(ending(what));
    dialog->setNameFilter(what == RunExport::metrics ? "Comma-separated values (*.csv)"
                                                     : "Run files (*.yaml *.yml)");
    dialog->selectFile(fileName(name, what));
    return dialog;
}

void tell(const ExportReport& report, const Status& status, const QString& where) {
    if (status)
        report(true, "Saved to " + where + ".");
    else
        report(false, toQString(status.error().message));
}

}  // namespace

void exportRuns(QWidget* window, const fs::path& workspace, const std::vector<RunRecord>& runs,
                RunExport what, ExportReport report) {
    if (runs.empty()) return;
    const bool several = runs.size() > 1;
    QFileDialog* dialog =
        several ? makeDialog(window, "Folder for the files of the runs", "exportDialog")
                : makeSaveDialog(window, what, toQString(runs.front().name));
    if (several) {
        dialog->setFileMode(QFileDialog::Directory);
        dialog->setOption(QFileDialog::ShowDirsOnly);
    }
    QObject::connect(dialog, &QFileDialog::fileSelected, window, [=](const QString& chosen) {
        std::vector<Target> targets;
        for (const RunRecord& run : runs) {
            fs::path file = toStd(chosen);
            // Names need not differ; numbers do.
            if (several)
                file /= std::to_string(run.id) + "-" + toStd(fileName(toQString(run.name), what));
            targets.push_back({run, std::move(file)});
        }
        runInBackground(
            window,
            [workspace, targets, what](std::stop_token) {
                return writeAll(workspace, targets, what);
            },
            [report, chosen](const Status& status) { tell(report, status, chosen); });
    });
    dialog->open();
}

void exportSettings(QWidget* window, const Settings& settings, const QString& name,
                    ExportReport report) {
    QFileDialog* dialog = makeSaveDialog(window, RunExport::settings, name);
    QObject::connect(dialog, &QFileDialog::fileSelected, window, [=](const QString& chosen) {
        runInBackground(
            window,
            [settings, chosen](std::stop_token) {
                return write_file_atomic(toStd(chosen), write_settings(settings, true));
            },
            [report, chosen](const Status& status) { tell(report, status, chosen); });
    });
    dialog->open();
}

}  // namespace plumb::ui
