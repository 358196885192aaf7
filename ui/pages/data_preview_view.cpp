// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/data_preview_view.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTableWidget>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "common/theme.h"
#include "models/completion_table_model.h"
#include "plots/length_histogram.h"

namespace plumb::ui {
namespace {

QString count(std::int64_t number) { return QLocale(QLocale::English).toString(qlonglong(number)); }

QString percent(std::int64_t part, std::int64_t whole) {
    const double share =
        whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0.0;
    return QString::number(share, 'f', share > 0 && share < 1 ? 2 : 1) + " %";
}

QLabel* wrappedLabel(const QString& name, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}

}  // namespace

DataPreviewView::DataPreviewView(QWidget* parent) : QFrame(parent) {
    setObjectName("dataPreview");
    setProperty("role", "panel");
    m_title = new QLabel(this);
    m_title->setObjectName("previewTitle");
    m_title->setProperty("role", "title");
    m_problem = wrappedLabel("previewProblem", this);
    m_problem->setProperty("role", "error");
    m_problem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_summary = wrappedLabel("previewSummary", this);
    m_summary->setProperty("role", "muted");
    m_warnings = wrappedLabel("previewWarnings", this);
    m_lengths = wrappedLabel("previewLengths", this);
    m_histogram = new LengthHistogram(this);
    m_table = new QTableWidget(this);
    m_table->setObjectName("previewRows");
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_content = new QWidget(this);
    auto* inside = new QVBoxLayout(m_content);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->setSpacing(6);
    inside->addWidget(m_warnings);
    inside->addWidget(m_lengths);
    inside->addWidget(m_histogram);
    inside->addWidget(m_table, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(6);
    layout->addWidget(m_title);
    layout->addWidget(m_problem);
    layout->addWidget(m_summary);
    layout->addWidget(m_content, 1);
    layout->addStretch();
    showNothing();
}

void DataPreviewView::showNothing() {
    m_title->setText("Preview");
    m_summary->setText(
        "Add a text file (one row a line) or a JSONL file (one object a line) to "
        "see its rows as the run would see them.");
    m_problem->hide();
    m_content->hide();
}

void DataPreviewView::showBusy() { m_title->setText("Preview: reading ..."); }

void DataPreviewView::showProblem(const QString& message) {
    m_title->setText("Preview");
    m_problem->setText(message);
    m_problem->show();
    m_summary->clear();
    m_content->hide();
}

void DataPreviewView::showPreview(const DataPreview& preview) {
    m_title->setText(QString("Preview: %1 rows").arg(count(preview.rows)));
    m_problem->hide();
    QStringList columns;
    for (const PreviewColumn& column : preview.columns)
        columns << toQString(column.name) + (column.rows == preview.rows
                                                 ? QString()
                                                 : QString(" (%1 rows)").arg(count(column.rows)));
    QStringList files;
    for (const PreviewFile& file : preview.files)
        files << QString("%1 (%2)").arg(count(file.rows), toQString(format_bytes(file.bytes)));
    QString summary = QString("Rows by file: %1. Columns: %2. Vocabulary: %3.")
                          .arg(files.join(", "), columns.join(", "), toQString(preview.tokenizer));
    if (preview.limit_key == "max_prompt_length")
        summary += QString(" Reference answers: %1.").arg(count(preview.with_answer));
    m_summary->setText(summary);
    QStringList warnings;
    for (const std::string& warning : preview.warnings) warnings << toQString(warning);
    m_warnings->setText(warnings.join("\n"));
    m_warnings->setVisible(!warnings.isEmpty());
    m_warnings->setStyleSheet("color: " + warningColour(palette()).name());
    const PreviewLengths& lengths = preview.lengths;
    m_lengths->setText(
        QString("Tokens a %1: %2 to %3, median %4, p90 %5, p99 %6. Cut by %7 %8: %9 rows (%10).")
            .arg(preview.pairs                       ? "pair (its longer side)"
                 : preview.limit_key == "max_length" ? "row"
                                                     : "prompt")
            .arg(count(lengths.minimum), count(lengths.maximum), count(lengths.median),
                 count(lengths.p90), count(lengths.p99))
            .arg(toQString(preview.limit_key))
            .arg(count(preview.limit), count(preview.cut), percent(preview.cut, preview.rows)));
    m_histogram->show(lengths, preview.limit);
    fillTable(preview);
    m_content->show();
}

void DataPreviewView::fillTable(const DataPreview& preview) {
    const bool prompts = preview.limit_key == "max_prompt_length";
    const bool hasPrompt = prompts || std::ranges::any_of(preview.first_rows, [](const auto& row) {
                               return !row.prompt.empty();
                           });
    QStringList titles;
    if (hasPrompt) titles << "prompt";
    titles << (prompts ? "answer" : preview.pairs ? "chosen" : hasPrompt ? "completion" : "text");
    if (preview.pairs) titles << "rejected";
    titles << "tokens"
           << "from";
    m_table->clear();
    m_table->setColumnCount(static_cast<int>(titles.size()));
    m_table->setHorizontalHeaderLabels(titles);
    m_table->setRowCount(static_cast<int>(preview.first_rows.size()));
    const QFont mono = monospacedFont();
    for (int i = 0; i < m_table->rowCount(); ++i) {
        const PreviewRow& row = preview.first_rows[static_cast<std::size_t>(i)];
        int column = 0;
        const auto put = [&](const QString& text, bool number = false) {
            auto* item = new QTableWidgetItem(text);
            item->setFont(mono);
            if (number) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_table->setItem(i, column++, item);
            return item;
        };
        if (hasPrompt) put(onOneLine(row.prompt))->setToolTip(toQString(row.prompt).left(2000));
        const std::string& second = prompts ? row.answer : row.completion;
        put(onOneLine(second))->setToolTip(toQString(second).left(2000));
        if (preview.pairs)
            put(onOneLine(row.rejected))->setToolTip(toQString(row.rejected).left(2000));
        auto* tokens = put(count(row.tokens), true);
        if (row.cut) {
            tokens->setForeground(errorColour(palette()));
            tokens->setToolTip("Longer than " + toQString(preview.limit_key));
        }
        const QString source = toQString(row.source);
        put(source.section('/', -1).replace(", line ", ":"))->setToolTip(source);
    }
    QHeaderView* header = m_table->horizontalHeader();
    const int last = m_table->columnCount() - 1;
    for (int column = 0; column <= last; ++column) {
        header->setSectionResizeMode(column, QHeaderView::Interactive);
        m_table->horizontalHeaderItem(column)->setTextAlignment(
            (column == last - 1 ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    }
    m_table->setColumnWidth(last - 1, 78);
    m_table->setColumnWidth(last, 170);
    if (prompts)
        m_table->setColumnWidth(1, 90);
    else
        for (int column = 1; column < last - 1; ++column)
            header->setSectionResizeMode(column, QHeaderView::Stretch);
    header->setSectionResizeMode(0, QHeaderView::Stretch);
}

}  // namespace plumb::ui
