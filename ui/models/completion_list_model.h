// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QFont>

#include "bridge/completion_pages.h"
#include "models/completion_columns.h"

namespace plumb::ui {

/// CompletionPages as a table. A row that is on its way shows dots. Sorting asks for another order
/// instead of moving rows.
class CompletionListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    /// The pages must outlive it.
    explicit CompletionListModel(CompletionPages& pages, QObject* parent = nullptr);

    void setColumns(std::vector<CompletionColumn> columns);
    const std::vector<CompletionColumn>& columns() const { return m_columns; }
    /// Null for one that is on its way.
    const CompletionRecord* row(int row) const;
    /// -1 where no column is what the order goes by.
    int columnOf(const CompletionNumber& number) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

Q_SIGNALS:
    /// A column without an order asks for nothing.
    void orderRequested(std::optional<plumb::CompletionOrder> order);

private:
    CompletionPages& m_pages;
    std::vector<CompletionColumn> m_columns;
    int m_rows = 0;
    QFont m_font;
};

}  // namespace plumb::ui
