// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/run_filter.h"

#include "models/run_list_model.h"

namespace plumb::ui {

void RunFilter::setText(const QString& text) {
    m_text = text;
    invalidateFilter();
}

void RunFilter::showArchived(bool show) {
    m_archived = show;
    invalidateFilter();
}

void RunFilter::showDeleted(bool show) {
    m_deleted = show;
    invalidateFilter();
}

bool RunFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    const bool deleted = index.data(RunListModel::DeletedRole).toBool();
    if (deleted && !m_deleted) return false;
    if (!deleted && !m_archived && index.data(RunListModel::ArchivedRole).toBool()) return false;
    if (m_text.isEmpty()) return true;
    for (const int role : {int(Qt::DisplayRole), int(RunListModel::AlgorithmRole),
                           int(RunListModel::StateTextRole), int(RunListModel::NoteRole)})
        if (index.data(role).toString().contains(m_text, Qt::CaseInsensitive)) return true;
    return false;
}

}  // namespace plumb::ui
