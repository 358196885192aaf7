// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <vector>

#include <QAbstractListModel>

#include "analysis/colours.h"
#include "session/events.h"
#include "store/records.h"

namespace plumb::ui {

/// The runs of the workspace, newest first; behind them those that were deleted and can come back.
class RunListModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        IdRole = Qt::UserRole + 1,
        AlgorithmRole,
        StateRole,      ///< RunState as int
        StateTextRole,  ///< "running, 12/150"
        NoteRole,       ///< the first line of the user's note
        ShadeRole,      ///< of the algorithm's colour, as its curves have it
        ProgressRole,   ///< 0 to 1 of a run that is going on; below 0: none is shown
        ArchivedRole,
        DeletedRole,
        PatternRole  ///< into line_patterns, of a run that lies over the charts; below 0: of others
    };

    using QAbstractListModel::QAbstractListModel;

    /// Replaces the list; rows of known runs stay where they are, so that a selection is kept.
    /// Deleted runs may be among them.
    void setRuns(std::vector<RunRecord> runs);
    /// Brings a run's state and step up to date. Unknown runs are left to the next setRuns().
    void apply(const Event& event);

    /// The runs that lie over the charts, which are drawn by their lines.
    void setOverlaid(std::map<RunId, RunStyle> runs);
    bool isOverlaid(RunId run) const { return m_overlaid.contains(run); }

    /// Also one that was deleted.
    std::optional<RunRecord> run(RunId id) const;
    /// Without the deleted ones.
    const std::vector<RunRecord>& runs() const { return m_runs; }
    QModelIndex indexOf(RunId id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    RunRecord* find(RunId id);
    const RunRecord& at(int row) const;
    void changed(const RunRecord& run);

    std::vector<RunRecord> m_runs, m_deleted;
    std::map<RunId, RunStyle> m_overlaid;
};

/// "running, 12/150", "finished, 150", "failed at 12/150", ...
QString stateText(const RunRecord& run);

}  // namespace plumb::ui
