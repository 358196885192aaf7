// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/compare_actions.h"

#include "common/text.h"
#include "config/yaml.h"
#include "session/answer_queue.h"
#include "session/run_plan.h"
#include "widgets/compare_three_dialog.h"
#include "widgets/judge_dialog.h"
#include "widgets/sweep_dialog.h"
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

void CompareActions::compareThree() {
    if (m_parts.bridge.isReadOnly()) return;
    auto* dialog = new CompareThreeDialog(m_window);
    connect(dialog, &ExperimentDialog::queueRequested, this, &CompareActions::queue);
    dialog->open();
}

void CompareActions::sweep() {
    if (m_parts.bridge.isReadOnly()) return;
    std::vector<std::pair<QString, Settings>> bases;
    for (const RunRecord& run : m_parts.runs.runs()) {
        if (run.deleted_ms != 0 || run.algorithm == "reward") continue;
        const auto settings = parse_settings(run.settings);
        if (settings.ok())
            bases.emplace_back(QString("run %1, %2").arg(run.id).arg(toQString(run.name)),
                               *settings);
    }
    auto* dialog = new SweepDialog(std::move(bases), m_window);
    connect(dialog, &ExperimentDialog::queueRequested, this, &CompareActions::queue);
    dialog->open();
}

void CompareActions::queue(const ExperimentPlan& plan) {
    std::vector<RunPlan> runs;
    for (const PlannedRun& run : plan.runs) runs.push_back({run.name, run.settings, {}});
    m_parts.bridge.change(
        this,
        [runs = std::move(runs)](Session& session) -> Status {
            const auto queued = session.enqueue_all(runs);
            if (!queued.ok()) return queued.error();
            return {};
        },
        [this, name = toQString(plan.comparison)] { Q_EMIT comparisonQueued(name); });
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
