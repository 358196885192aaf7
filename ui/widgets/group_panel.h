// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/session_bridge.h"

class QLabel;
class QSortFilterProxyModel;

namespace plumb::ui {

class CompletionTable;
class CompletionTableModel;

/// The answers that were sampled from one prompt at one step, with their rewards and advantages,
/// and the mean and spread that these come from.
class GroupPanel : public QWidget {
    Q_OBJECT

public:
    explicit GroupPanel(SessionBridge& bridge, QWidget* parent = nullptr);

    /// The siblings of a completion, which is chosen among them.
    void show(RunId run, const CompletionRecord& completion);
    void clear();
    void focusTable();

Q_SIGNALS:
    /// Another one of the group is to be looked at.
    void chosen(const plumb::CompletionRecord& completion);

private:
    void showRows(std::vector<CompletionRecord> rows);
    void chooseOwn();

    SessionBridge& m_bridge;
    CompletionRecord m_completion;
    std::uint64_t m_asked = 0;  ///< answers to earlier questions are dropped
    CompletionTableModel* m_model;
    QSortFilterProxyModel* m_sorted;
    CompletionTable* m_table;
    QLabel* m_summary;
};

}  // namespace plumb::ui
