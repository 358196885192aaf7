// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/completion_details.h"

#include <algorithm>

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/elided_label.h"
#include "common/text.h"
#include "models/completion_columns.h"
#include "widgets/group_panel.h"
#include "widgets/history_panel.h"
#include "widgets/tab_stack.h"
#include "widgets/token_panel.h"

namespace plumb::ui {
namespace {

QString factsOf(const CompletionRecord& row) {
    QStringList facts = {row.held_out() ? QString("Evaluation at step %1").arg(row.step)
                                        : QString("Step %1, row %2").arg(row.step).arg(row.row)};
    if (!row.answer.empty()) facts << "answer " + onOneLine(row.answer).left(60);
    facts << "reward " + numberText(row.reward);
    for (const auto& [name, value] : row.reward_parts)
        if (row.reward_parts.size() > 1) facts << toQString(name) + " " + numberText(value);
    if (row.kl) facts << "KL " + numberText(row.kl);
    facts << QString("%1 tokens, %2")
                 .arg(row.length)
                 .arg(row.ended ? "ended" : "cut at the longest length");
    return facts.join(" \u00B7 ");
}

}  // namespace

CompletionDetails::CompletionDetails(SessionBridge& bridge, QWidget* parent)
    : QFrame(parent), m_bridge(bridge) {
    setObjectName("completionDetailsPanel");
    setProperty("role", "panel");
    m_facts = new ElidedLabel(this);
    m_facts->setObjectName("chosenFacts");
    m_facts->setProperty("role", "muted");
    m_pin = new QPushButton(this);
    m_pin->setObjectName("pinPrompt");
    m_tokens = new TokenPanel(bridge, this);
    m_group = new GroupPanel(bridge, this);
    m_history = new HistoryPanel(bridge, this);
    m_tabs = new TabStack(this);
    m_tabs->addTab("tabTokens", "Tokens  Return", m_tokens);
    m_tabs->addTab("tabGroup", "Group  G", m_group);
    m_tabs->addTab("tabHistory", "Prompt over the run  D", m_history);
    m_tabs->addBeside(m_pin);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(4);
    layout->addWidget(m_facts);
    layout->addWidget(m_tabs, 1);
    connect(m_tabs, &TabStack::currentChanged, this, &CompletionDetails::showPart);
    connect(m_pin, &QPushButton::clicked, this, &CompletionDetails::togglePin);
    connect(m_group, &GroupPanel::chosen, this, &CompletionDetails::chosen);
    connect(m_history, &HistoryPanel::chosen, this, &CompletionDetails::chosen);
    connect(m_tokens, &TokenPanel::stepRequested, this, &CompletionDetails::stepRequested);
    clear();
}

void CompletionDetails::setRun(std::optional<RunId> run, std::int64_t limit_mb) {
    if (m_run != run) clear();
    m_run = run;
    m_limit = limit_mb;
}

void CompletionDetails::clear() {
    m_completion.reset();
    m_facts->setText("No completion is chosen.");
    m_tokens->clear();
    m_group->clear();
    m_history->clear();
    refreshPin();
}

void CompletionDetails::show(const CompletionRecord& completion) {
    m_completion = completion;
    m_facts->setText(factsOf(completion));
    refreshPin();
    showPart();
}

void CompletionDetails::showPart() {
    if (!m_run || !m_completion) return;
    const QWidget* part = m_tabs->current();
    if (part == m_tokens) m_tokens->show(*m_run, *m_completion, m_limit);
    if (part == m_group) m_group->show(*m_run, *m_completion);
    if (part == m_history) m_history->show(*m_run, *m_completion);
}

void CompletionDetails::openTokens() {
    m_tabs->setCurrent(m_tokens);
    m_tokens->focusTokens();
}
void CompletionDetails::openGroup() {
    m_tabs->setCurrent(m_group);
    m_group->focusTable();
}
void CompletionDetails::openHistory() {
    m_tabs->setCurrent(m_history);
    m_history->focusTable();
}

void CompletionDetails::setPinned(const std::vector<PinnedPrompt>& prompts) {
    m_pinned = prompts;
    refreshPin();
}

bool CompletionDetails::isPinned() const {
    return m_completion && std::ranges::find(m_pinned, m_completion->prompt,
                                             &PinnedPrompt::prompt) != m_pinned.end();
}

void CompletionDetails::togglePin() {
    if (m_completion && m_pin->isEnabled())
        Q_EMIT pinRequested(toQString(m_completion->prompt), !isPinned());
}

void CompletionDetails::refreshPin() {
    m_pin->setText(isPinned() ? "Unpin prompt  P" : "Pin prompt  P");
    m_pin->setEnabled(m_completion && !m_bridge.isReadOnly());
    m_pin->setToolTip(m_bridge.isReadOnly()
                          ? "The workspace is open for reading only"
                          : "Pinned prompts are watched over the run: the filter of prompts above "
                            "shows their answers by step. They belong to the workspace");
}

}  // namespace plumb::ui
