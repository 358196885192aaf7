// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/group_panel.h"

#include <algorithm>
#include <cmath>

#include <QHeaderView>
#include <QLabel>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include "common/text.h"
#include "models/completion_table_model.h"
#include "widgets/completion_table.h"

namespace plumb::ui {
namespace {

/// "mean 0.5, spread 0.2, from 0 to 1"; the spread is the standard deviation with n - 1, which
/// advantages are divided by.
QString summaryOf(const QString& name, const std::vector<double>& values) {
    if (values.empty()) return name + ": none";
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    const auto count = static_cast<double>(values.size());
    const double mean = sum / count;
    for (const double value : values) squares += (value - mean) * (value - mean);
    const auto [least, most] = std::ranges::minmax(values);
    QString text = name + ": mean " + numberText(mean);
    if (values.size() > 1)
        text += QString(", spread %1, from %2 to %3")
                    .arg(numberText(std::sqrt(squares / (count - 1))), numberText(least),
                         numberText(most));
    return text;
}

}  // namespace

GroupPanel::GroupPanel(SessionBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge) {
    m_model = new CompletionTableModel(this);
    m_model->setShowsKl(true);
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(CompletionTableModel::SortRole);
    m_table = new CompletionTable(true, this);
    m_table->setObjectName("completionGroup");
    m_table->setAccessibleName("Answers to one prompt at one step");
    m_table->setModel(m_sorted);
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    m_summary = new QLabel(this);
    m_summary->setObjectName("groupSummary");
    m_summary->setProperty("role", "small");
    m_summary->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_summary);
    layout->addWidget(m_table, 1);
    connect(m_table, &CompletionTable::opened, this, [this] {
        const QModelIndex index = m_sorted->mapToSource(m_table->currentIndex());
        if (const CompletionRecord* row = m_model->row(index.row())) Q_EMIT chosen(*row);
    });
    clear();
}

void GroupPanel::clear() {
    ++m_asked;
    m_model->setRows({});
    m_summary->setText("Choose a completion to see what else was sampled from its prompt.");
}

void GroupPanel::focusTable() { m_table->setFocus(); }

void GroupPanel::show(RunId run, const CompletionRecord& completion) {
    const bool same = m_model->rowCount() > 0 && m_completion.step == completion.step &&
                      m_completion.group == completion.group;
    m_completion = completion;
    if (same) {
        chooseOwn();
        return;
    }
    CompletionFilter filter;
    filter.first_step = filter.last_step = completion.step;
    filter.group = completion.group;
    filter.source = completion.held_out() ? CompletionSource::held_out : CompletionSource::training;
    m_bridge.query(
        this,
        [run, filter](StoreReader& reader) {
            return reader.completion_page(run, filter, {}, {.limit = -1});
        },
        [this, asked = ++m_asked](const Result<std::vector<PlacedCompletion>>& group) {
            if (asked != m_asked) return;
            if (!group.ok()) {
                clear();
                m_summary->setText(toQString(group.error().message));
                return;
            }
            std::vector<CompletionRecord> rows;
            for (const PlacedCompletion& placed : *group) rows.push_back(placed.record);
            showRows(std::move(rows));
        });
}

void GroupPanel::showRows(std::vector<CompletionRecord> rows) {
    std::vector<double> rewards, advantages;
    for (const CompletionRecord& row : rows) {
        if (row.reward && std::isfinite(*row.reward)) rewards.push_back(*row.reward);
        if (std::isfinite(row.advantage)) advantages.push_back(row.advantage);
    }
    const QString place =
        m_completion.held_out()
            ? QString("Evaluation at step %1").arg(m_completion.step)
            : QString("Step %1, group %2").arg(m_completion.step).arg(m_completion.group);
    QStringList facts = {QString("%1: %2 %3 to \u201C%4\u201D")
                             .arg(place)
                             .arg(rows.size())
                             .arg(rows.size() == 1 ? "answer" : "answers")
                             .arg(onOneLine(m_completion.prompt).right(80)),
                         summaryOf("Reward", rewards)};
    if (!m_completion.held_out()) facts << summaryOf("Advantage", advantages);
    if (rewards.size() > 1 && std::ranges::min(rewards) == std::ranges::max(rewards))
        facts << "No spread: a group of equal rewards teaches nothing";
    m_summary->setText(facts.join(" \u00B7 "));
    m_model->setRows(std::move(rows));
    m_table->setColumnHidden(CompletionTableModel::PromptColumn, true);
    m_table->setColumnHidden(CompletionTableModel::AnswerColumn, !m_model->hasAnswers());
    m_table->fitColumns(m_model->columns());
    m_table->horizontalHeader()->setStretchLastSection(false);
    m_table->horizontalHeader()->setSectionResizeMode(CompletionTableModel::CompletionColumn,
                                                      QHeaderView::Stretch);
    chooseOwn();
}

void GroupPanel::chooseOwn() {
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (m_model->row(row)->row == m_completion.row)
            m_table->chooseRow(m_sorted->mapFromSource(m_model->index(row, 0)).row());
}

}  // namespace plumb::ui
