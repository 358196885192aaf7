// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/completions_panel.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "common/theme.h"
#include "models/completion_table_model.h"
#include "widgets/completion_table.h"

namespace plumb::ui {
namespace {

constexpr int least_prompt_width = 72, prompt_width = 150;
constexpr int answer_width = 84, number_width = 84;
constexpr int completion_width = 206, least_completion_width = 110;
constexpr int few_columns = 7;

QString partsText(const CompletionRecord& row) {
    QStringList parts;
    for (const auto& [name, value] : row.reward_parts)
        parts << toQString(name) + " " +
                     (value ? toQString(format_fixed(*value, 3)) : QString("no value"));
    return parts.join(", ");
}

}  // namespace

CompletionsPanel::CompletionsPanel(QWidget* parent) : QFrame(parent) {
    setObjectName("completionsPanel");
    setProperty("role", "panel");
    m_model = new CompletionTableModel(this);
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(CompletionTableModel::SortRole);
    m_sorted->setFilterKeyColumn(-1);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_header = new QLabel(this);
    m_header->setObjectName("completionsHeader");
    m_header->setProperty("role", "title");
    m_search = new QLineEdit(this);
    m_search->setObjectName("completionsSearch");
    m_search->setPlaceholderText("Find in this step");
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(220);
    m_table = new CompletionTable(true, this);
    m_table->setObjectName("completions");
    m_table->setModel(m_sorted);
    m_table->viewport()->installEventFilter(this);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_details = new QPlainTextEdit(this);
    m_details->setObjectName("completionDetails");
    m_details->setReadOnly(true);
    m_details->setFont(monospacedFont());
    m_facts = new QLabel(this);
    m_facts->setObjectName("completionFacts");
    m_facts->setProperty("role", "small");
    m_facts->setWordWrap(true);
    m_empty = new QLabel(this);
    m_empty->setObjectName("completionsEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);

    m_side = new QWidget(this);
    auto* sideLayout = new QVBoxLayout(m_side);
    sideLayout->setContentsMargins(4, 0, 0, 0);
    sideLayout->addWidget(m_details, 1);
    sideLayout->addWidget(m_facts);
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setObjectName("completionsSplitter");
    splitter->setChildrenCollapsible(true);
    splitter->addWidget(m_table);
    splitter->addWidget(m_side);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({560, 200});
    m_content = splitter;
    auto* head = new QHBoxLayout;
    head->addWidget(m_header, 1);
    head->addWidget(m_search);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(6);
    layout->addLayout(head);
    layout->addWidget(splitter, 1);
    layout->addWidget(m_empty, 1);

    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_sorted->setFilterFixedString(text);
        updateHeader();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &CompletionsPanel::showDetails);
    showNothing("Completions of the run appear here as it samples them.");
}

void CompletionsPanel::showCompletions(std::int64_t step, std::vector<CompletionRecord> rows,
                                       bool live) {
    if (rows.empty()) {
        showNothing(QString("Step %1 has no completions: this kind of run does not sample while "
                            "it trains, or the step was not reached.")
                        .arg(step));
        return;
    }
    m_step = step;
    m_live = live;
    // The row that is read stays chosen, so that one prompt's place can be watched.
    const QModelIndex current = m_sorted->mapToSource(m_table->currentIndex());
    const int chosen = current.isValid() ? current.row() : -1;
    m_model->setRows(std::move(rows));
    m_content->show();
    m_search->show();
    m_empty->hide();
    setColumnWidths();
    if (chosen >= 0) {
        const QModelIndex index = m_sorted->mapFromSource(m_model->index(chosen, 0));
        if (index.isValid())
            m_table->selectionModel()->setCurrentIndex(
                index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }
    updateHeader();
    showDetails();
}

void CompletionsPanel::showNothing(const QString& reason) {
    m_model->setRows({});
    m_content->hide();
    m_search->hide();
    m_empty->show();
    m_empty->setText(reason);
    m_header->setText("Completions");
}

void CompletionsPanel::sortBy(const QString& column, bool largestFirst) {
    for (int i = 0; i < m_model->columnCount(); ++i)
        if (m_model->headerData(i, Qt::Horizontal, Qt::DisplayRole) == column) {
            m_table->sortByColumn(i, largestFirst ? Qt::DescendingOrder : Qt::AscendingOrder);
            m_table->scrollToTop();
            return;
        }
}

void CompletionsPanel::setColumnWidths() {
    m_table->setColumnHidden(CompletionTableModel::AnswerColumn, !m_model->hasAnswers());
    if (m_model->columnCount() == m_shownColumns) return;
    m_shownColumns = m_model->columnCount();
    QHeaderView* header = m_table->horizontalHeader();
    for (int column = 0; column < m_shownColumns; ++column) {
        header->setSectionResizeMode(column, QHeaderView::Interactive);
        const QString title =
            m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        m_table->setColumnWidth(
            column, std::max(number_width, header->fontMetrics().horizontalAdvance(title) + 30));
    }
    m_table->resizeColumnToContents(CompletionTableModel::PromptColumn);
    m_table->setColumnWidth(CompletionTableModel::PromptColumn,
                            std::clamp(m_table->columnWidth(CompletionTableModel::PromptColumn),
                                       least_prompt_width, prompt_width));
    m_table->setColumnWidth(CompletionTableModel::AnswerColumn, answer_width);
    m_table->setColumnWidth(m_model->advantageColumn(), 98);
    m_table->setColumnWidth(m_model->lengthColumn(), 72);
    m_table->setColumnWidth(m_model->endColumn(), 66);
    fitCompletionColumn();
}

void CompletionsPanel::fitCompletionColumn() {
    int others = 0;
    for (int column = 0; column < m_shownColumns; ++column)
        if (column != CompletionTableModel::CompletionColumn && !m_table->isColumnHidden(column))
            others += m_table->columnWidth(column);
    // With many columns the table scrolls, so that completions stay readable.
    const int least = m_shownColumns > few_columns ? completion_width : least_completion_width;
    m_table->setColumnWidth(CompletionTableModel::CompletionColumn,
                            std::max(least, m_table->viewport()->width() - others));
}

bool CompletionsPanel::eventFilter(QObject* object, QEvent* event) {
    if (object == m_table->viewport() && event->type() == QEvent::Resize) fitCompletionColumn();
    return QFrame::eventFilter(object, event);
}

void CompletionsPanel::updateHeader() {
    const int shown = m_sorted->rowCount(), all = m_model->rowCount();
    QString text = QString("Completions of step %1%2").arg(m_step).arg(m_live ? ", newest" : "");
    text += shown == all ? QString(": %1").arg(all) : QString(": %1 of %2").arg(shown).arg(all);
    m_header->setText(text);
}

void CompletionsPanel::showDetails() {
    const QModelIndex current = m_sorted->mapToSource(m_table->currentIndex());
    const CompletionRecord* row = m_model->row(current.isValid() ? current.row() : -1);
    m_side->setVisible(row != nullptr);
    if (!row) {
        m_details->clear();
        m_facts->clear();
        return;
    }
    m_details->setPlainText(toQString(row->prompt) + toQString(row->completion));
    QStringList facts;
    facts << QString("group %1").arg(row->group);
    if (!row->answer.empty()) facts << "answer " + toQString(row->answer).left(80);
    facts << partsText(*row)
          << QString("%1 tokens, %2")
                 .arg(row->length)
                 .arg(row->ended ? "ended" : "cut at the longest length");
    facts.removeAll(QString());
    m_facts->setText(facts.join(" \u00B7 "));
}

}  // namespace plumb::ui
