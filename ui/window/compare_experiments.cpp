// SPDX-License-Identifier: GPL-3.0-or-later
// Comparisons that CompareActions starts.
#include <utility>

#include "common/text.h"
#include "config/yaml.h"
#include "session/run_plan.h"
#include "widgets/compare_three_dialog.h"
#include "widgets/sweep_dialog.h"
#include "window/compare_actions.h"

namespace plumb::ui {

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
        const auto settings = parse_settings(run.settings, "run " + std::to_string(run.id), {});
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

}  // namespace plumb::ui
