// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/compare_actions.h"

#include "common/text.h"
#include "session/answer_queue.h"
#include "widgets/judge_dialog.h"
#include "window/compare_report.h"

namespace plumb::ui {

CompareActions::CompareActions(Parts parts, QWidget* window)
    : QObject(window), m_parts(parts), m_window(window) {
    connect(&parts.page, &ComparePage::judgeRequested, this, &CompareActions::judge);
    connect(&parts.page, &ComparePage::peopleRequested, this, &CompareActions::askPeople);
    connect(&parts.page, &ComparePage::compareThreeRequested, this, &CompareActions::compareThree);
    connect(&parts.page, &ComparePage::sweepRequested, this, &CompareActions::sweep);
    connect(&parts.page, &ComparePage::reportRequested, this, &CompareActions::report);
}

void CompareActions::judge() {
    const auto comparison = m_parts.page.feed().comparison();
    if (!comparison || comparison->runs.empty()) return;
    auto* dialog = new JudgeDialog(m_parts.bridge, comparison, m_parts.runs.runs(), m_window);
    connect(dialog, &JudgeDialog::judged, this, [this](AnswerSetId set, const QString& note) {
        m_parts.page.rates().refresh();
        m_parts.page.rates().choose(set);
        m_parts.page.showWinRates();
        if (!note.isEmpty()) Q_EMIT told(note);
    });
    connect(dialog, &JudgeDialog::peopleRequested, this, &CompareActions::askPeople);
    dialog->open();
}

void CompareActions::askPeople(AnswerSetId set) {
    m_parts.bridge.write(
        this,
        [set, workspace = m_parts.bridge.workspace()](Store& store) -> Result<QueueAnswersReply> {
            PLUMB_TRY(auto reader, StoreReader::open(workspace));
            return queue_answers(store, *reader, {.set = set});
        },
        [this](const Result<QueueAnswersReply>& reply) {
            if (!reply.ok()) {
                Q_EMIT problem(toQString(reply.error().message));
                return;
            }
            m_parts.page.rates().refresh();
            Q_EMIT labellingRequested(toQString(reply->name));
        });
}

void CompareActions::report(ComparePage::Report what) {
    const auto comparison = m_parts.page.feed().comparison();
    if (!comparison) return;
    saveComparison(m_window, what, comparison, m_parts.page.rates().rates(), m_parts.page.title(),
                   [this](bool ok, const QString& text) {
                       if (ok)
                           Q_EMIT told(text);
                       else
                           Q_EMIT problem(text);
                   });
}

}  // namespace plumb::ui
