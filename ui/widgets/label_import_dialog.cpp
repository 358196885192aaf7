// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_import_dialog.h"

#include <algorithm>

#include <QComboBox>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>

#include "base/strings.h"
#include "bridge/session_bridge.h"
#include "common/background.h"
#include "common/text.h"
#include "common/theme.h"
#include "common/visible_text.h"
#include "widgets/job_progress.h"

namespace plumb::ui {
namespace {

constexpr std::size_t previewed_rows = 20;
constexpr qsizetype most_in_cell = 300;
constexpr int line_width = 56, verdict_width = 70;
/// Of the dialog where there is nothing to list.
constexpr int summary_width = 520, summary_height = 140;
constexpr std::size_t most_duplicates_shown = 1000;

enum RowColumn { Line, Prompt, AnswerA, AnswerB, VerdictColumn, RowColumns };

QString oneLine(const std::string& text) {
    return visibleText(toQString(text).left(most_in_cell)).simplified();
}

QString counted(std::int64_t number, const QString& one, const QString& many) {
    return QString("%1 %2").arg(number).arg(number == 1 ? one : many);
}

/// "pairs" of /data/pairs.jsonl.gz.
QString baseName(const QString& file) {
    QString name = QFileInfo(file).fileName();
    for (const char* ending : {".gz", ".jsonl", ".json"})
        if (name.endsWith(ending, Qt::CaseInsensitive)) name.chop(qsizetype(strlen(ending)));
    return name;
}

}  // namespace

LabelImportDialog::~LabelImportDialog() { m_reading.request_stop(); }

void LabelImportDialog::setFile(const QString& file) {
    m_file->setText(file);
    suggestName();
    preview();
}

void LabelImportDialog::suggestName() {
    const QString base = baseName(m_file->text().trimmed());
    if (m_named || base.isEmpty() || !m_taken) return;
    const auto isTaken = [&](const QString& name) {
        return std::ranges::find(*m_taken, toStd(name)) != m_taken->end();
    };
    QString name = base;
    for (int number = 2; isTaken(name); ++number) name = QString("%1 %2").arg(base).arg(number);
    m_name->setText(name);
}

LabelFileToImport LabelImportDialog::wanted() const {
    LabelFileToImport from;
    from.file = toStd(m_file->text().trimmed());
    from.queue = toStd(m_name->text().trimmed());
    from.annotator = toStd(m_annotator->text().trimmed());
    for (const auto& [role, combo] : m_columns)
        if (combo->currentIndex() > 0) from.columns[role] = toStd(combo->currentText());
    return from;
}

void LabelImportDialog::tell(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void LabelImportDialog::preview() {
    m_delay.stop();
    m_reading.request_stop();
    m_import->setEnabled(false);
    tell({});
    m_form->setText("Reading the first rows ...");
    if (m_file->text().trimmed().isEmpty()) {
        m_form->clear();
        m_rows->setRowCount(0);
        return;
    }
    m_reading = runInBackground(
        this,
        [from = wanted()](const std::stop_token& stop) {
            return preview_label_file(from, previewed_rows, stop);
        },
        [this](const Result<LabelFilePreview>& read) { showPreview(read); });
}

void LabelImportDialog::showPreview(const Result<LabelFilePreview>& read) {
    if (!read.ok()) {
        m_form->clear();
        m_rows->setRowCount(0);
        tell(toQString(read.error().message));
        return;
    }
    const bool usable = !read->form.empty();
    m_form->setText(
        (usable ? "Read as " + toQString(read->form) : QString("No row can be used as it is")) +
        QString(" \u00B7 %1 \u00B7 %2")
            .arg(toQString(format_bytes(read->bytes)),
                 read->whole ? counted(qint64(read->rows.size()), "row", "rows")
                             : QString("the first %1 rows").arg(read->rows.size())));
    tell(toQString(read->problem));
    fillRows(*read);
    fillColumns(*read);
    // What lies behind the first rows may be good.
    m_import->setEnabled(read->problem.empty() && (usable || !read->whole));
}

void LabelImportDialog::fillRows(const LabelFilePreview& read) {
    m_rows->clear();
    m_rows->clearSpans();
    m_rows->setColumnCount(RowColumns);
    m_rows->setHorizontalHeaderLabels({"row", "prompt", "answer A", "answer B", "verdict"});
    m_rows->setRowCount(static_cast<int>(read.rows.size()));
    for (int i = 0; i < m_rows->rowCount(); ++i) {
        const LabelPreviewRow& row = read.rows[static_cast<std::size_t>(i)];
        const auto put = [&](int column, const QString& text, const std::string& whole) {
            auto* cell = new QTableWidgetItem(text);
            if (!whole.empty()) cell->setToolTip("<pre>" + toQString(whole).toHtmlEscaped());
            m_rows->setItem(i, column, cell);
            return cell;
        };
        put(Line, QString::number(row.line), {})
            ->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        if (!row.problem.empty()) {
            m_rows->setSpan(i, Prompt, 1, RowColumns - Prompt);
            // Its place is in the first column, and the file's name above.
            const std::string mark = "row " + std::to_string(row.line) + ": ";
            const auto at = row.problem.find(mark);
            const std::string why =
                at == std::string::npos ? row.problem : row.problem.substr(at + mark.size());
            put(Prompt, visibleText(toQString(why)).simplified(), row.problem)
                ->setForeground(errorColour(palette()));
            continue;
        }
        put(Prompt, oneLine(row.prompt), row.prompt);
        put(AnswerA, oneLine(row.a), row.a);
        put(AnswerB, row.b ? oneLine(*row.b) : QString(), row.b.value_or(""));
        put(VerdictColumn,
            row.verdict ? toQString(to_string(*row.verdict)).replace("_", " ").toUpper() : "-", {});
    }
    auto* header = m_rows->horizontalHeader();
    for (int column = Prompt; column < RowColumns; ++column)
        m_rows->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    for (const int column : {Prompt, AnswerA, AnswerB})
        header->setSectionResizeMode(column, QHeaderView::Stretch);
    m_rows->setColumnWidth(Line, line_width);
    m_rows->setColumnWidth(VerdictColumn, verdict_width);
}

void LabelImportDialog::fillColumns(const LabelFilePreview& read) {
    for (const auto& [role, combo] : m_columns) {
        const QString before = combo->currentIndex() > 0 ? combo->currentText() : QString();
        combo->clear();
        combo->addItem("by its name");
        for (const std::string& name : read.columns) combo->addItem(toQString(name));
        if (before.isEmpty()) continue;
        if (combo->findText(before) < 0) combo->addItem(before);
        combo->setCurrentIndex(combo->findText(before));
    }
}

void LabelImportDialog::import() {
    if (m_pages->currentIndex() == 1) {
        accept();
        return;
    }
    if (m_progress->isGoing()) return;
    tell({});
    m_import->setEnabled(false);
    m_pages->currentWidget()->setEnabled(false);
    const auto job = m_progress->begin(JobProgress::Unit::bytes, "Importing");
    m_bridge.write(
        this,
        [from = wanted(), job](Store& store) {
            return import_label_file(store, from, job->stop.get_token(),
                                     [&job](std::uint64_t done, std::uint64_t total) {
                                         job->done = done;
                                         job->total = total;
                                     });
        },
        [this](const Result<LabelFileReport>& done) {
            m_progress->end();
            m_pages->currentWidget()->setEnabled(true);
            m_import->setEnabled(true);
            if (done.ok())
                showOutcome(*done);
            else if (done.error().code == ErrorCode::cancelled)
                tell("The import was stopped; nothing was kept.");
            else
                tell(toQString(done.error().message) + " Nothing was kept.");
        });
}

void LabelImportDialog::showOutcome(const LabelFileReport& report) {
    const auto twice = static_cast<std::int64_t>(report.duplicate_lines.size());
    QStringList parts = {counted(report.done.items, "item", "items"),
                         counted(report.done.verdicts, "verdict", "verdicts")};
    QString text = QString("\"%1\" has %2.").arg(m_name->text().trimmed(), parts.join(" and "));
    if (twice > 0)
        text += " " + counted(twice, "row has", "rows have") +
                " texts that the file had before; nothing was added for them.";
    if (report.bad_rows > 0)
        text +=
            " " + counted(report.bad_rows, "row", "rows") + " could not be used and were left out.";
    m_summary->setText(text);
    QStringList list;
    for (const std::string& problem : report.problems) list << toQString(problem);
    if (const auto more = report.bad_rows - static_cast<std::int64_t>(report.problems.size());
        more > 0)
        list << "... and " + counted(more, "more row", "more rows") + " that cannot be used";
    if (twice > 0) {
        QStringList lines;
        for (std::size_t i = 0; i < std::min(report.duplicate_lines.size(), most_duplicates_shown);
             ++i)
            lines << QString::number(report.duplicate_lines[i]);
        if (report.duplicate_lines.size() > most_duplicates_shown) lines << "...";
        list << "The same as earlier rows: " + lines.join(", ");
    }
    m_bad->setPlainText(list.join('\n'));
    m_bad->setVisible(!list.isEmpty());
    m_copy->setVisible(!list.isEmpty());
    m_pages->setCurrentIndex(1);
    if (list.isEmpty()) resize(summary_width, summary_height);
    m_cancel->hide();
    m_import->setText("Label them");
    m_import->setFocus();
    Q_EMIT imported(report.done.queue);
}

void LabelImportDialog::reject() {
    // The import ends within a row; its answer then leaves the form as it was.
    if (m_progress->isGoing())
        m_progress->stop();
    else
        QDialog::reject();
}

}  // namespace plumb::ui
