// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "store/label_records.h"

namespace plumb::ui {

class SessionBridge;

/// "Left", "Both bad", ...: a choice as its annotator saw it.
QString seenChoiceText(SeenChoice choice);
/// How clear a verdict was: "close", "clear", "very clear".
QString strengthText(std::int64_t strength);

/// An annotator's verdicts in a queue, the newest first, read a page at a time as the view goes
/// down.
class VerdictListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Item, ChoiceColumn, Strength, Note, Time, Columns };
    static constexpr std::int64_t page_size = 200;

    explicit VerdictListModel(SessionBridge& bridge, QObject* parent = nullptr);

    /// Begins anew.
    void show(const VerdictFilter& filter);
    void clear();
    const VerdictFilter& filter() const { return m_filter; }
    /// What the item's verdict is was changed: its rows are read anew, the others stay.
    void refreshItem(LabelItemId item);
    /// Null beyond the end.
    const PlacedVerdict* row(int row) const;
    /// The first page is on its way.
    bool isReading() const { return m_reading && m_rows.empty(); }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

Q_SIGNALS:
    /// Rows have come, or there are none.
    void pageRead();
    void failed(const QString& message);

private:
    /// The rows of the item that were shown, and in their place those that are.
    void replaceItem(LabelItemId item, const std::vector<PlacedVerdict>& rows);

    SessionBridge& m_bridge;
    VerdictFilter m_filter;
    std::vector<PlacedVerdict> m_rows;
    std::uint64_t m_list = 0;  ///< which list it is; answers to others are dropped
    bool m_reading = false, m_complete = true;
};

}  // namespace plumb::ui
