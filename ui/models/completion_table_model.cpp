// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/completion_table_model.h"

#include <algorithm>
#include <limits>
#include <set>

#include "common/theme.h"

namespace plumb::ui {

using Kind = ui::CompletionColumn::Kind;

CompletionTableModel::CompletionTableModel(QObject* parent)
    : QAbstractTableModel(parent), m_font(monospacedFont()) {
    setParts({});
}

void CompletionTableModel::setParts(const std::vector<std::string>& parts) {
    m_columns = {{Kind::prompt}, {Kind::completion}, {Kind::answer}, {Kind::reward}};
    for (const std::string& part : parts) m_columns.push_back({Kind::part, part});
    m_columns.push_back({Kind::advantage});
    if (m_showsKl && std::ranges::any_of(m_rows, [](const auto& row) { return row.kl.has_value(); }))
        m_columns.push_back({Kind::kl});
    m_columns.push_back({Kind::length});
    m_columns.push_back({Kind::end});
}

int CompletionTableModel::advantageColumn() const {
    const auto found = std::ranges::find(m_columns, Kind::advantage, &ui::CompletionColumn::kind);
    return static_cast<int>(found - m_columns.begin());
}

void CompletionTableModel::setRows(std::vector<CompletionRecord> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    std::set<std::string> names;
    for (const CompletionRecord& row : m_rows)
        for (const auto& [name, value] : row.reward_parts) names.insert(name);
    setParts(telling_parts({names.begin(), names.end()}, m_rows));
    endResetModel();
}

const CompletionRecord* CompletionTableModel::row(int row) const {
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

bool CompletionTableModel::hasAnswers() const {
    return std::ranges::any_of(m_rows, [](const auto& row) { return !row.answer.empty(); });
}

int CompletionTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int CompletionTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant CompletionTableModel::sortValue(const CompletionRecord& row,
                                         const ui::CompletionColumn& column) const {
    const double none = -std::numeric_limits<double>::infinity();
    switch (column.kind) {
        case Kind::reward: return row.reward.value_or(none);
        case Kind::advantage: return row.advantage;
        case Kind::kl: return row.kl.value_or(none);
        case Kind::length: return QVariant::fromValue<qint64>(row.length);
        case Kind::part: {
            const auto part = row.reward_parts.find(column.part);
            return part == row.reward_parts.end() ? none : part->second.value_or(none);
        }
        default: return column.shown(row);
    }
}

QVariant CompletionTableModel::data(const QModelIndex& index, int role) const {
    const CompletionRecord* record = row(index.row());
    if (!record) return {};
    const auto& column = m_columns[static_cast<std::size_t>(index.column())];
    switch (role) {
        case Qt::DisplayRole: return column.shown(*record);
        case SortRole: return sortValue(*record, column);
        case Qt::TextAlignmentRole: return column.alignment();
        case Qt::FontRole: return column.kind == Kind::end ? QVariant() : QVariant(m_font);
        case Qt::ToolTipRole: return column.toolTip(*record);
        default: return {};
    }
}

QVariant CompletionTableModel::headerData(int section, Qt::Orientation orientation,
                                          int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const auto& column = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
        case Qt::DisplayRole: return column.title();
        case Qt::TextAlignmentRole: return column.alignment();
        case Qt::ToolTipRole: return column.help();
        default: return {};
    }
}

}  // namespace plumb::ui
