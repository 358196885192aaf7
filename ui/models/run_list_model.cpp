// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_list_model.h"

#include <algorithm>

#include "common/text.h"

namespace plumb::ui {

QString stateText(const RunRecord& run) {
    const QString step = QString::number(run.step);
    const QString ofTotal =
        run.total_steps > 0 ? QString("%1/%2").arg(step).arg(run.total_steps) : step;
    switch (run.state) {
        case RunState::running: return "running, " + ofTotal;
        case RunState::paused: return "paused, " + ofTotal;
        case RunState::finished: return "finished, " + step;
        case RunState::aborted: return "aborted at " + ofTotal;
        case RunState::interrupted: return "interrupted at " + ofTotal;
        case RunState::failed: return "failed at " + ofTotal;
    }
    return {};
}

void RunListModel::setRuns(std::vector<RunRecord> runs) {
    std::ranges::reverse(runs);
    const bool same = std::ranges::equal(runs, m_runs, {}, &RunRecord::id, &RunRecord::id);
    if (!same) beginResetModel();
    m_runs = std::move(runs);
    if (!same)
        endResetModel();
    else if (!m_runs.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

RunRecord* RunListModel::find(RunId id) {
    const auto found = std::ranges::find(m_runs, id, &RunRecord::id);
    return found == m_runs.end() ? nullptr : &*found;
}

void RunListModel::changed(const RunRecord& run) {
    const QModelIndex where = indexOf(run.id);
    Q_EMIT dataChanged(where, where);
}

void RunListModel::apply(const Event& event) {
    const auto with = [this](RunId id, auto change) {
        RunRecord* run = find(id);
        if (!run) return;
        change(*run);
        changed(*run);
    };
    if (const auto* step = std::get_if<StepDone>(&event)) {
        if (!is_update(step->metrics)) return;
        with(step->run, [&](RunRecord& run) {
            run.step = step->step;
            if (step->total_steps > 0) run.total_steps = step->total_steps;
        });
    } else if (const auto* started = std::get_if<RunStarted>(&event)) {
        with(started->run, [&](RunRecord& run) { run.state = RunState::running; });
    } else if (const auto* paused = std::get_if<RunPaused>(&event)) {
        with(paused->run, [&](RunRecord& run) { run.state = RunState::paused; });
    } else if (const auto* continued = std::get_if<RunContinued>(&event)) {
        with(continued->run, [](RunRecord& run) { run.state = RunState::running; });
    } else if (const auto* ended = std::get_if<RunEnded>(&event)) {
        with(ended->run, [&](RunRecord& run) {
            run.state = ended->state;
            run.message = ended->message;
            run.step = ended->step;
        });
    }
}

std::optional<RunRecord> RunListModel::run(RunId id) const {
    const auto found = std::ranges::find(m_runs, id, &RunRecord::id);
    return found == m_runs.end() ? std::nullopt : std::optional(*found);
}

QModelIndex RunListModel::indexOf(RunId id) const {
    const auto found = std::ranges::find(m_runs, id, &RunRecord::id);
    return found == m_runs.end() ? QModelIndex() : index(static_cast<int>(found - m_runs.begin()));
}

int RunListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const RunRecord& run = m_runs[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole: return toQString(run.name);
        case Qt::AccessibleTextRole:
            return toQString(run.name) + ", " + toQString(run.algorithm) + ", " + stateText(run);
        case Qt::ToolTipRole: {
            const QString text =
                QString("run %1: %2\n%3").arg(run.id).arg(toQString(run.name), stateText(run));
            return run.message.empty() ? text : text + "\n" + toQString(run.message);
        }
        case IdRole: return QVariant::fromValue<qint64>(run.id);
        case AlgorithmRole: return toQString(run.algorithm);
        case StateRole: return static_cast<int>(run.state);
        case StateTextRole: return stateText(run);
        default: return {};
    }
}

}  // namespace plumb::ui
