// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include <QAbstractTableModel>
#include <QFont>

#include "models/completion_columns.h"

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

    /// Whether the KL to the reference has a column, where rows have one.
    void setShowsKl(bool shows) { m_showsKl = shows; }
    void setRows(std::vector<CompletionRecord> rows);
    const CompletionRecord* row(int row) const;
    /// Whether any row has a reference answer.
    bool hasAnswers() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    int advantageColumn() const;
    const std::vector<ui::CompletionColumn>& columns() const { return m_columns; }
    int lengthColumn() const { return columnCount() - 2; }
    int endColumn() const { return columnCount() - 1; }

private:
    QVariant sortValue(const CompletionRecord& row, const ui::CompletionColumn& column) const;
    void setParts(const std::vector<std::string>& parts);

    std::vector<CompletionRecord> m_rows;
    std::vector<ui::CompletionColumn> m_columns;
    bool m_showsKl = false;
    QFont m_font;
};

}  // namespace plumb::ui
