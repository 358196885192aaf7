// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/completion_list_model.h"

#include <algorithm>

#include "common/theme.h"

namespace plumb::ui {

using Kind = CompletionColumn::Kind;

CompletionListModel::CompletionListModel(CompletionPages& pages, QObject* parent)
    : QAbstractTableModel(parent), m_pages(pages), m_font(monospacedFont()) {
    connect(&pages, &CompletionPages::reset, this, [this] {
        beginResetModel();
        m_rows = 0;
        endResetModel();
    });
    connect(&pages, &CompletionPages::grown, this, [this] {
        const auto now = static_cast<int>(m_pages.count());
        beginInsertRows({}, m_rows, now - 1);
        m_rows = now;
        endInsertRows();
    });
    connect(&pages, &CompletionPages::pageRead, this, [this](qint64 first, qint64 last) {
        const auto end = std::min(static_cast<int>(last), m_rows - 1);
        if (first <= end)
            Q_EMIT dataChanged(index(static_cast<int>(first), 0), index(end, columnCount() - 1));
    });
}

void CompletionListModel::setColumns(std::vector<CompletionColumn> columns) {
    if (m_columns == columns) return;
    beginResetModel();
    m_columns = std::move(columns);
    endResetModel();
}

const CompletionRecord* CompletionListModel::row(int row) const { return m_pages.row(row); }

int CompletionListModel::columnOf(const CompletionNumber& number) const {
    const auto found = std::ranges::find_if(
        m_columns, [&](const CompletionColumn& column) { return column.number() == number; });
    return found == m_columns.end() ? -1 : static_cast<int>(found - m_columns.begin());
}

int CompletionListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_rows;
}

int CompletionListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant CompletionListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const CompletionColumn& column = m_columns[static_cast<std::size_t>(index.column())];
    if (role == Qt::TextAlignmentRole) return column.alignment();
    if (role == Qt::FontRole) return column.kind == Kind::end ? QVariant() : QVariant(m_font);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    const CompletionRecord* record = row(index.row());
    if (!record) return role == Qt::DisplayRole ? QString("\u2026") : QString();
    return role == Qt::DisplayRole ? column.shown(*record) : column.toolTip(*record);
}

QVariant CompletionListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const CompletionColumn& column = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
        case Qt::DisplayRole: return column.title();
        case Qt::TextAlignmentRole: return column.alignment();
        case Qt::ToolTipRole: return column.help();
        default: return {};
    }
}

void CompletionListModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= columnCount()) return;
    const auto number = m_columns[static_cast<std::size_t>(column)].number();
    Q_EMIT orderRequested(
        number ? std::optional(CompletionOrder{*number, order == Qt::DescendingOrder})
               : std::nullopt);
}

}  // namespace plumb::ui
