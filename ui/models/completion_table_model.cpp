// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/completion_table_model.h"

#include <algorithm>
#include <limits>
#include <set>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

/// What a cell can show; longer text is in the detail pane.
constexpr qsizetype most_characters = 400;

QString numberText(double value) { return QString::number(value, 'f', 3); }

QString numberText(const std::optional<double>& value) {
    return value ? numberText(*value) : QString("none");
}

}  // namespace

QString onOneLine(const std::string& text) {
    QString line = toQString(text);
    line.truncate(most_characters);
    return line.replace("\r", "").replace('\n', u'\u21B5').replace('\t', u'\u2192');
}

CompletionTableModel::CompletionTableModel(QObject* parent)
    : QAbstractTableModel(parent), m_font(monospacedFont()) {}

void CompletionTableModel::setRows(std::vector<CompletionRecord> rows) {
    beginResetModel();
    m_rows = std::move(rows);
    std::set<std::string> names;
    for (const CompletionRecord& row : m_rows)
        for (const auto& [name, value] : row.reward_parts) names.insert(name);
    if (names.size() == 1) names.clear();
    // Beside gold the one reward of a run says what the sum of its rewards says.
    std::erase_if(names, [this](const std::string& name) {
        return std::ranges::all_of(m_rows, [&](const CompletionRecord& row) {
            const auto part = row.reward_parts.find(name);
            return part != row.reward_parts.end() && part->second == row.reward;
        });
    });
    m_parts.assign(names.begin(), names.end());
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
    return parent.isValid() ? 0 : endColumn() + 1;
}

QVariant CompletionTableModel::shown(const CompletionRecord& row, int column) const {
    if (column == PromptColumn) return onOneLine(row.prompt);
    if (column == CompletionColumn) return onOneLine(row.completion);
    if (column == AnswerColumn) return onOneLine(row.answer);
    if (column == RewardColumn) return numberText(row.reward);
    if (column < advantageColumn()) {
        const auto part =
            row.reward_parts.find(m_parts[static_cast<std::size_t>(column - FirstPartColumn)]);
        return part == row.reward_parts.end() ? QString() : numberText(part->second);
    }
    if (column == advantageColumn()) return numberText(row.advantage);
    if (column == lengthColumn()) return QString::number(row.length);
    return row.ended ? QString("ended") : QString("cut");
}

QVariant CompletionTableModel::sortValue(const CompletionRecord& row, int column) const {
    const double none = -std::numeric_limits<double>::infinity();
    if (column == RewardColumn) return row.reward.value_or(none);
    if (column == advantageColumn()) return row.advantage;
    if (column == lengthColumn()) return QVariant::fromValue<qint64>(row.length);
    if (column >= FirstPartColumn && column < advantageColumn()) {
        const auto part =
            row.reward_parts.find(m_parts[static_cast<std::size_t>(column - FirstPartColumn)]);
        return part == row.reward_parts.end() ? none : part->second.value_or(none);
    }
    return shown(row, column);
}

QVariant CompletionTableModel::data(const QModelIndex& index, int role) const {
    const CompletionRecord* record = row(index.row());
    if (!record) return {};
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole: return shown(*record, column);
        case SortRole: return sortValue(*record, column);
        case Qt::TextAlignmentRole:
            return int((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::FontRole:
            return column <= AnswerColumn || isNumber(column) ? QVariant(m_font) : QVariant();
        case Qt::ToolTipRole:
            if (column == PromptColumn) return toQString(record->prompt).left(2000);
            if (column == CompletionColumn) return toQString(record->completion).left(2000);
            return {};
        default: return {};
    }
}

QVariant CompletionTableModel::headerData(int section, Qt::Orientation orientation,
                                          int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return int((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == advantageColumn())
        return QString(
            "How much better than expected, which is what the update uses. GRPO and RLOO: than the "
            "rest of its group. PPO: than the values, the mean over its tokens. Online DPO: 1 for "
            "the preferred one of its group, -1 for the other.");
    if (role != Qt::DisplayRole) return {};
    if (section == PromptColumn) return QString("prompt");
    if (section == CompletionColumn) return QString("completion");
    if (section == AnswerColumn) return QString("answer");
    if (section == RewardColumn) return QString("reward");
    if (section < advantageColumn())
        return toQString(m_parts[static_cast<std::size_t>(section - FirstPartColumn)]);
    if (section == advantageColumn()) return QString("advantage");
    return section == lengthColumn() ? QString("length") : QString("end");
}

}  // namespace plumb::ui
