// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_list_model.h"

#include <algorithm>

#include "common/text.h"

namespace plumb::ui {

QString stateText(const RunRecord& run) {
    const QString step = QString::number(run.step);
    const QString ofTotal =
        run.total_steps > 0 ? QString("%1/%2").arg(step).arg(run.total_steps) : step;
    if (run.deleted_ms == run_being_removed) return "being removed for good";
    if (run.deleted_ms != 0) return "deleted, can be restored";
    switch (run.state) {
        case RunState::running: return "running, " + ofTotal;
        case RunState::paused: return "paused, " + ofTotal;
        case RunState::finished: return "finished, " + step;
        case RunState::aborted: return "aborted at " + ofTotal;
        case RunState::interrupted: return "interrupted, " + step;
        case RunState::failed: return "failed at " + ofTotal;
    }
    return {};
}

void RunListModel::setRuns(std::vector<RunRecord> runs) {
    std::ranges::reverse(runs);
    const auto gone = std::ranges::stable_partition(
        runs, [](const RunRecord& run) { return run.deleted_ms == 0; });
    std::vector<RunRecord> deleted(std::make_move_iterator(gone.begin()),
                                   std::make_move_iterator(gone.end()));
    runs.erase(gone.begin(), gone.end());
    const auto same = [](const std::vector<RunRecord>& a, const std::vector<RunRecord>& b) {
        return std::ranges::equal(a, b, {}, &RunRecord::id, &RunRecord::id);
    };
    const bool rowsStay = same(runs, m_runs) && same(deleted, m_deleted);
    if (!rowsStay) beginResetModel();
    m_runs = std::move(runs);
    m_deleted = std::move(deleted);
    if (!rowsStay)
        endResetModel();
    else if (rowCount() > 0)
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

void RunListModel::setOverlaid(std::map<RunId, RunStyle> runs) {
    m_overlaid = std::move(runs);
    if (rowCount() > 0) Q_EMIT dataChanged(index(0), index(rowCount() - 1));
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

const RunRecord& RunListModel::at(int row) const {
    const auto place = static_cast<std::size_t>(row);
    return place < m_runs.size() ? m_runs[place] : m_deleted[place - m_runs.size()];
}

std::optional<RunRecord> RunListModel::run(RunId id) const {
    const QModelIndex place = indexOf(id);
    return place.isValid() ? std::optional(at(place.row())) : std::nullopt;
}

QModelIndex RunListModel::indexOf(RunId id) const {
    for (int row = 0; row < rowCount(); ++row)
        if (at(row).id == id) return index(row);
    return {};
}

int RunListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size() + m_deleted.size());
}

QVariant RunListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const RunRecord& run = at(index.row());
    switch (role) {
        case Qt::DisplayRole: return toQString(run.name);
        case Qt::AccessibleTextRole:
            return toQString(run.name) + ", " + toQString(run.algorithm) + ", " + stateText(run) +
                   (isOverlaid(run.id) ? ", laid over the charts" : "");
        case Qt::ToolTipRole: {
            QString text =
                QString("run %1: %2\n%3").arg(run.id).arg(toQString(run.name), stateText(run));
            for (const std::string& more : {run.message, run.note})
                if (!more.empty()) text += "\n" + toQString(more);
            return text;
        }
        case IdRole: return QVariant::fromValue<qint64>(run.id);
        case AlgorithmRole: return toQString(run.algorithm);
        case StateRole: return static_cast<int>(run.state);
        case StateTextRole: return stateText(run);
        case NoteRole: return toQString(run.note).section('\n', 0, 0);
        case ShadeRole: {
            const auto overlaid = m_overlaid.find(run.id);
            return QVariant::fromValue<qint64>(
                overlaid == m_overlaid.end() ? run.shade : overlaid->second.shade);
        }
        case PatternRole: {
            const auto overlaid = m_overlaid.find(run.id);
            return overlaid == m_overlaid.end() ? -1 : static_cast<int>(overlaid->second.pattern);
        }
        case ProgressRole:
            return is_over(run.state) || run.total_steps <= 0
                       ? -1.0
                       : std::clamp(
                             static_cast<double>(run.step) / static_cast<double>(run.total_steps),
                             0.0, 1.0);
        case ArchivedRole: return run.archived;
        case DeletedRole: return run.deleted_ms != 0;
        default: return {};
    }
}

}  // namespace plumb::ui
