// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <QAbstractTableModel>
#include <QFont>

#include "store/records.h"

namespace plumb::ui {

/// The sampled completions of one step, a row each; a column for every part of the reward where
/// there are several.
class CompletionTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { PromptColumn, CompletionColumn, AnswerColumn, RewardColumn, FirstPartColumn };
    /// What a column is sorted by: a number where it holds numbers.
    static constexpr int SortRole = Qt::UserRole + 1;

    explicit CompletionTableModel(QObject* parent = nullptr);

    void setRows(std::vector<CompletionRecord> rows);
    const CompletionRecord* row(int row) const;
    /// Whether any row has a reference answer.
    bool hasAnswers() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    int advantageColumn() const { return FirstPartColumn + static_cast<int>(m_parts.size()); }
    int lengthColumn() const { return advantageColumn() + 1; }
    int endColumn() const { return lengthColumn() + 1; }

private:
    QVariant shown(const CompletionRecord& row, int column) const;
    QVariant sortValue(const CompletionRecord& row, int column) const;
    bool isNumber(int column) const { return column >= RewardColumn && column <= lengthColumn(); }

    std::vector<CompletionRecord> m_rows;
    std::vector<std::string> m_parts;  ///< names of the reward's parts; empty where it has one
    QFont m_font;
};

/// Text on one line: line breaks and tabs become visible signs.
QString onOneLine(const std::string& text);

}  // namespace plumb::ui
