// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QAbstractListModel>

#include "session/events.h"
#include "store/records.h"

namespace plumb::ui {

/// The runs of the workspace, newest first.
class RunListModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        IdRole = Qt::UserRole + 1,
        AlgorithmRole,
        StateRole,     ///< RunState as int
        StateTextRole  ///< "running, 12/150"
    };

    using QAbstractListModel::QAbstractListModel;

    /// Replaces the list; rows of known runs stay where they are, so that a selection is kept.
    void setRuns(std::vector<RunRecord> runs);
    /// Brings a run's state and step up to date. Unknown runs are left to the next setRuns().
    void apply(const Event& event);

    std::optional<RunRecord> run(RunId id) const;
    const std::vector<RunRecord>& runs() const { return m_runs; }
    QModelIndex indexOf(RunId id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    RunRecord* find(RunId id);
    void changed(const RunRecord& run);

    std::vector<RunRecord> m_runs;
};

/// "running, 12/150", "finished, 150", "failed at 12/150", ...
QString stateText(const RunRecord& run);

}  // namespace plumb::ui
