// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/report_table_model.h"

#include <QFont>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {

void ReportTableModel::setTable(const ReportTable& table) {
    // The place in the table and its selection stay where only the figures are new.
    const bool sameShape =
        table.rows.size() == m_table.rows.size() && table.columns.size() == m_table.columns.size();
    if (sameShape && !table.rows.empty()) {
        m_table = table;
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
        return;
    }
    beginResetModel();
    m_table = table;
    endResetModel();
}

int ReportTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
}

int ReportTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.columns.size());
}

QVariant ReportTableModel::data(const QModelIndex& index, int role) const {
    const TableRow& row = m_table.rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    const bool isNumber = m_table.columns[column].is_number;
    if (role == Qt::DecorationRole && column == 0 && !row.colour.empty())
        return toColour(row.colour);
    if (role == Qt::TextAlignmentRole)
        return int((isNumber ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::FontRole && isNumber) return monospacedFont();
    if (column >= row.cells.size()) return {};
    const TableCell& cell = row.cells[column];
    switch (role) {
        case Qt::DisplayRole: return toQString(cell.text);
        case Qt::ToolTipRole: {
            const QString text = toQString(cell.text), detail = toQString(cell.detail);
            return detail.isEmpty() ? text : detail;
        }
        case Value: return cell.value ? QVariant(*cell.value) : QVariant();
        case HasValue: return cell.value.has_value() || !cell.text.empty();
        default: return {};
    }
}

QVariant ReportTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const TableColumn& column = m_table.columns[static_cast<std::size_t>(section)];
    if (role == Qt::TextAlignmentRole)
        return int((column.is_number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) return toQString(column.help);
    if (role != Qt::DisplayRole) return {};
    const QString title = toQString(column.title);
    return column.unit.empty() ? title : title + ", " + toQString(column.unit);
}

bool ReportTableOrder::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const bool hasLeft = left.data(ReportTableModel::HasValue).toBool(),
               hasRight = right.data(ReportTableModel::HasValue).toBool();
    if (hasLeft != hasRight) return sortOrder() == Qt::AscendingOrder ? hasLeft : hasRight;
    const QVariant a = left.data(ReportTableModel::Value), b = right.data(ReportTableModel::Value);
    if (a.isValid() && b.isValid() && a != b) return a.toDouble() < b.toDouble();
    if (a.isValid() != b.isValid()) return a.isValid();
    return left.data().toString().localeAwareCompare(right.data().toString()) < 0;
}

}  // namespace plumb::ui
