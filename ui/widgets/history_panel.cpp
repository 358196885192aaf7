// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/history_panel.h"

#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

#include "analysis/word_diff.h"
#include "common/background.h"
#include "common/text.h"
#include "models/completion_list_model.h"
#include "widgets/completion_table.h"
#include "widgets/difference_text.h"

namespace plumb::ui {
namespace {

QString placeText(const CompletionRecord& row) {
    const QString reward = row.reward ? ", reward " + numberText(row.reward) : QString();
    return row.held_out() ? QString("the evaluation at step %1%2").arg(row.step).arg(reward)
                          : QString("step %1, row %2%3").arg(row.step).arg(row.row).arg(reward);
}

}  // namespace

HistoryPanel::HistoryPanel(SessionBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_pages(bridge) {
    using Kind = CompletionColumn::Kind;
    m_model = new CompletionListModel(m_pages, this);
    m_model->setColumns({{Kind::step}, {Kind::reward}, {Kind::length}, {Kind::completion}});
    m_table = new CompletionTable(false, this);
    m_table->setObjectName("completionHistory");
    m_table->setAccessibleName("Answers to the prompt by step");
    m_table->setModel(m_model);
    m_table->fitColumns(m_model->columns());
    m_summary = new QLabel(this);
    m_summary->setObjectName("historySummary");
    m_summary->setProperty("role", "small");
    m_legend = new QLabel(this);
    m_legend->setObjectName("differenceLegend");
    m_legend->setProperty("role", "small");
    m_legend->setWordWrap(true);
    m_difference = new DifferenceText(this);
    m_difference->setObjectName("difference");
    m_difference->setAccessibleName("Difference of the two answers");
    const auto column = [this](QWidget* head, QWidget* body) {
        auto* side = new QWidget(this);
        auto* layout = new QVBoxLayout(side);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(4);
        layout->addWidget(head);
        layout->addWidget(body, 1);
        return side;
    };
    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setHandleWidth(6);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(column(m_summary, m_table));
    splitter->addWidget(column(m_legend, m_difference));
    splitter->setSizes({1, 1});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);

    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &HistoryPanel::compare);
    connect(m_table, &CompletionTable::opened, this, [this] {
        if (const CompletionRecord* row = m_model->row(m_table->currentIndex().row()))
            Q_EMIT chosen(CompletionRecord(*row));
    });
    connect(&m_pages, &CompletionPages::pageRead, this, [this] {
        chooseEarlier();
        compare();
    });
    connect(&m_pages, &CompletionPages::searchChanged, this, [this] {
        chooseEarlier();
        if (m_run)
            m_summary->setText(QString("%1 %2 to this prompt; choose one to compare with")
                                   .arg(m_pages.count())
                                   .arg(m_pages.count() == 1 ? "answer" : "answers"));
    });
    connect(&m_pages, &CompletionPages::failed, m_summary, &QLabel::setText);
    clear();
}

void HistoryPanel::clear() {
    m_run.reset();
    m_base.reset();
    m_earlier.reset();
    ++m_asked;
    ++m_compared;
    m_pages.clear();
    m_summary->setText("Choose a completion to see its prompt over the run.");
    m_legend->clear();
    m_difference->show({});
}

void HistoryPanel::focusTable() { m_table->setFocus(); }

void HistoryPanel::show(RunId run, const CompletionRecord& completion) {
    const bool same = m_run == run && m_completion.prompt == completion.prompt;
    m_run = run;
    m_completion = completion;
    m_base.reset();
    if (!same) {
        CompletionFilter filter;
        filter.prompt = completion.prompt;
        m_pages.show(run, filter, {});
    }
    findEarlier();
}

void HistoryPanel::findEarlier() {
    m_earlier.reset();
    m_table->clearSelection();
    m_legend->setText("No earlier step has an answer to this prompt. Choose one on the left.");
    ++m_compared;
    m_difference->show({{DiffPiece::Kind::same, m_completion.completion}});
    CompletionFilter before;
    before.prompt = m_completion.prompt;
    before.last_step = m_completion.step - 1;
    m_bridge.query(
        this,
        [run = *m_run, before](StoreReader& reader) {
            return reader.completion_count(run, before);
        },
        [this, asked = ++m_asked](const Result<std::int64_t>& count) {
            if (asked != m_asked || !count.ok()) return;
            if (*count == 0) {
                m_table->setCurrentIndex({});
                return;
            }
            m_earlier = static_cast<int>(*count - 1);
            chooseEarlier();
        });
}

void HistoryPanel::chooseEarlier() {
    if (!m_earlier || *m_earlier >= m_model->rowCount()) return;
    const int row = *std::exchange(m_earlier, std::nullopt);
    if (m_table->currentIndex().row() == row) compare();
    m_table->chooseRow(row);
}

void HistoryPanel::compare() {
    const QModelIndex index = m_table->currentIndex();
    const CompletionRecord* base = index.isValid() ? m_model->row(index.row()) : nullptr;
    if (!m_run || !base) return;
    if (m_base && m_base->step == base->step && m_base->row == base->row) return;
    m_base = *base;
    const bool own = base->step == m_completion.step && base->row == m_completion.row;
    m_legend->setText(own ? "This is the answer itself. Choose another one on the left."
                          : "Struck out: only in " + placeText(*base) + ". Underlined: only in " +
                                placeText(m_completion) + ".");
    runInBackground(
        this,
        [before = base->completion, after = m_completion.completion](std::stop_token) {
            return diff_words(before, after);
        },
        [this, compared = ++m_compared](std::vector<DiffPiece> pieces) {
            if (compared == m_compared) m_difference->show(std::move(pieces));
        });
}

}  // namespace plumb::ui
