// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/verdict_list_model.h"

#include <algorithm>

#include <QDateTime>

#include "bridge/session_bridge.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int most_note_shown = 200;

/// The time of today's verdicts, the day of others.
QString timeText(std::int64_t ms) {
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(ms);
    return time.toString(time.date() == QDate::currentDate() ? "HH:mm" : "MM-dd");
}

}  // namespace

QString seenChoiceText(SeenChoice choice) {
    switch (choice) {
        case SeenChoice::left: return "Left";
        case SeenChoice::right: return "Right";
        case SeenChoice::tie: return "Tie";
        case SeenChoice::both_bad: return "Both bad";
        case SeenChoice::skip: return "Skipped";
        case SeenChoice::good: return "Good";
        case SeenChoice::bad: return "Bad";
    }
    return {};
}

QString strengthText(std::int64_t strength) {
    return strength <= 1 ? "close" : strength == 2 ? "clear" : "very clear";
}

VerdictListModel::VerdictListModel(SessionBridge& bridge, QObject* parent)
    : QAbstractTableModel(parent), m_bridge(bridge) {}

void VerdictListModel::clear() {
    beginResetModel();
    ++m_list;
    m_rows.clear();
    m_reading = false;
    m_complete = true;
    m_filter = {};
    endResetModel();
}

void VerdictListModel::show(const VerdictFilter& filter) {
    clear();
    m_filter = filter;
    m_complete = false;
    fetchMore({});
}

bool VerdictListModel::canFetchMore(const QModelIndex& parent) const {
    return !parent.isValid() && !m_complete && !m_reading;
}

void VerdictListModel::fetchMore(const QModelIndex& parent) {
    if (!canFetchMore(parent)) return;
    m_reading = true;
    std::optional<VerdictId> before;
    if (!m_rows.empty()) before = m_rows.back().verdict.id;
    m_bridge.query(
        this,
        [filter = m_filter, before](StoreReader& reader) {
            // One more tells whether there is another page.
            return reader.verdict_page(filter, before, page_size + 1);
        },
        [this, list = m_list](Result<std::vector<PlacedVerdict>> page) {
            if (list != m_list) return;
            m_reading = false;
            m_complete = !page.ok() || static_cast<std::int64_t>(page->size()) <= page_size;
            if (!m_complete) page->pop_back();
            if (!page.ok()) {
                Q_EMIT failed(toQString(page.error().message));
            } else if (!page->empty()) {
                const int first = rowCount();
                beginInsertRows({}, first, first + static_cast<int>(page->size()) - 1);
                m_rows.insert(m_rows.end(), page->begin(), page->end());
                endInsertRows();
            }
            Q_EMIT pageRead();
        });
}

void VerdictListModel::refreshItem(LabelItemId item) {
    VerdictFilter filter = m_filter;
    filter.item = item;
    m_bridge.query(
        this, [filter](StoreReader& reader) { return reader.verdict_page(filter, {}, page_size); },
        [this, item, list = m_list](const Result<std::vector<PlacedVerdict>>& rows) {
            if (list != m_list) return;
            if (rows.ok())
                replaceItem(item, *rows);
            else
                Q_EMIT failed(toQString(rows.error().message));
        });
}

void VerdictListModel::replaceItem(LabelItemId item, const std::vector<PlacedVerdict>& rows) {
    for (int row = rowCount(); row-- > 0;) {
        if (m_rows[static_cast<std::size_t>(row)].verdict.item != item) continue;
        beginRemoveRows({}, row, row);
        m_rows.erase(m_rows.begin() + row);
        endRemoveRows();
    }
    for (const PlacedVerdict& row : rows) {
        const auto place = std::ranges::lower_bound(
            m_rows, -row.verdict.id, {}, [](const PlacedVerdict& one) { return -one.verdict.id; });
        // What lies behind the pages that were read comes with its own.
        if (place == m_rows.end() && !m_complete && !m_rows.empty()) continue;
        const auto at = static_cast<int>(place - m_rows.begin());
        beginInsertRows({}, at, at);
        m_rows.insert(place, row);
        endInsertRows();
    }
    Q_EMIT pageRead();
}

const PlacedVerdict* VerdictListModel::row(int row) const {
    return row >= 0 && row < rowCount() ? &m_rows[static_cast<std::size_t>(row)] : nullptr;
}

int VerdictListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int VerdictListModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant VerdictListModel::data(const QModelIndex& index, int role) const {
    const PlacedVerdict* placed = row(index.row());
    if (!placed) return {};
    const Verdict& verdict = placed->verdict;
    if (role == Qt::TextAlignmentRole)
        return int((index.column() == Item ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && index.column() == Time)
        return QDateTime::fromMSecsSinceEpoch(verdict.time_ms).toString("yyyy-MM-dd HH:mm:ss");
    if (role == Qt::ToolTipRole && index.column() == Note) return toQString(verdict.note);
    if (role != Qt::DisplayRole) return {};
    switch (index.column()) {
        case Item: return qlonglong(placed->place);
        case ChoiceColumn: return seenChoiceText(seen_choice(verdict));
        case Strength: return verdict.strength ? strengthText(*verdict.strength) : QString();
        case Note: return toQString(verdict.note).left(most_note_shown).simplified();
        case Time: return timeText(verdict.time_ms);
        default: return {};
    }
}

QVariant VerdictListModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= Columns) return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == Item ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    constexpr const char* titles[] = {"item", "choice", "clarity", "note", "time"};
    return titles[section];
}

}  // namespace plumb::ui
