// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSortFilterProxyModel>

namespace plumb::ui {

/// Finds a text in a run's name, algorithm, state or note. Archived and deleted runs are left out
/// until they are asked for.
class RunFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setText(const QString& text);
    void showArchived(bool show);
    void showDeleted(bool show);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

private:
    QString m_text;
    bool m_archived = false, m_deleted = false;
};

}  // namespace plumb::ui
