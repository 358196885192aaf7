// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

#include "analysis/compare/report_table.h"

namespace plumb::ui {

/// A table of a report: texts as they are shown, what they mean as tooltips, and the colour of a
/// row's group before its first cell.
class ReportTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role { Value = Qt::UserRole, HasValue };

    using QAbstractTableModel::QAbstractTableModel;

    void setTable(const ReportTable& table);
    const ReportTable& table() const { return m_table; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    ReportTable m_table;
};

/// Rows by value, then by text; cells that say nothing come last in either direction.
class ReportTableOrder : public QSortFilterProxyModel {
    Q_OBJECT

public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
};

}  // namespace plumb::ui
