// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <QFrame>

#include "store/records.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSortFilterProxyModel;

namespace plumb::ui {

class CompletionTable;
class CompletionTableModel;

/// The sampled completions of one step: a sortable, searchable table, and the chosen row in full.
class CompletionsPanel : public QFrame {
    Q_OBJECT

public:
    explicit CompletionsPanel(QWidget* parent = nullptr);

    /// live: the newest step, which changes as the run goes on.
    void showCompletions(std::int64_t step, std::vector<CompletionRecord> rows, bool live);
    /// Why there is nothing to show.
    void showNothing(const QString& reason);
    /// Orders the table by the column of this title ("reward", "length", a part's name); nothing
    /// changes where there is none.
    void sortBy(const QString& column, bool largestFirst);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;

private:
    void showDetails();
    void updateHeader();
    void setColumnWidths();
    /// The completions take what the other columns leave, but never less than can be read.
    void fitCompletionColumn();

    CompletionTableModel* m_model;
    QSortFilterProxyModel* m_sorted;
    CompletionTable* m_table;
    QLineEdit* m_search;
    QLabel *m_header, *m_empty, *m_facts;
    QPlainTextEdit* m_details;
    QWidget *m_content, *m_side;
    std::int64_t m_step = 0;
    bool m_live = false;
    int m_shownColumns = 0;
};

}  // namespace plumb::ui
