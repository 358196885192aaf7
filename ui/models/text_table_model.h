// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <set>

#include <QAbstractTableModel>
#include <QStringList>

namespace plumb::ui {

/// A table whose texts are made when they are looked at, so that it may have any number of rows.
class TextTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using Text = std::function<QString(int row, int column)>;

    /// numbers: columns that are aligned to the right.
    TextTableModel(const QStringList& titles, const std::set<int>& numbers,
                   QObject* parent = nullptr)
        : QAbstractTableModel(parent), m_titles(titles), m_numbers(numbers) {}

    void setRows(int rows, Text text) {
        beginResetModel();
        m_rows = rows;
        m_text = std::move(text);
        endResetModel();
    }

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : m_rows;
    }
    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_titles.size());
    }
    QVariant data(const QModelIndex& index, int role) const override {
        if (role == Qt::TextAlignmentRole) return alignment(index.column());
        if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
        return m_text(index.row(), index.column());
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
        if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
        if (role == Qt::TextAlignmentRole) return alignment(section);
        return role == Qt::DisplayRole ? QVariant(m_titles[section]) : QVariant();
    }

private:
    QVariant alignment(int column) const {
        return int((m_numbers.contains(column) ? Qt::AlignRight : Qt::AlignLeft) |
                   Qt::AlignVCenter);
    }

    QStringList m_titles;
    std::set<int> m_numbers;
    int m_rows = 0;
    Text m_text;
};

}  // namespace plumb::ui
