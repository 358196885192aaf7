// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QWidget>

#include "bridge/completion_pages.h"

class QLabel;

namespace plumb::ui {

class CompletionListModel;
class CompletionTable;
class DifferenceText;

/// One prompt over the run: all its answers by step, and how the one that is looked at differs from
/// another, the nearest of an earlier step unless the user chooses one.
class HistoryPanel : public QWidget {
    Q_OBJECT

public:
    explicit HistoryPanel(SessionBridge& bridge, QWidget* parent = nullptr);

    void show(RunId run, const CompletionRecord& completion);
    void clear();
    void focusTable();

Q_SIGNALS:
    /// Another answer to the prompt is to be looked at.
    void chosen(const plumb::CompletionRecord& completion);

private:
    void findEarlier();
    void chooseEarlier();
    void compare();

    SessionBridge& m_bridge;
    CompletionPages m_pages;
    CompletionRecord m_completion;
    std::optional<RunId> m_run;
    std::uint64_t m_asked = 0, m_compared = 0;  ///< answers to earlier questions are dropped
    std::optional<int> m_earlier;               ///< the row to choose once it is there
    std::optional<CompletionRecord> m_base;
    CompletionListModel* m_model;
    CompletionTable* m_table;
    QLabel *m_summary, *m_legend;
    DifferenceText* m_difference;
};

}  // namespace plumb::ui
