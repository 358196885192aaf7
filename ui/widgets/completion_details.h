// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QFrame>

#include "bridge/session_bridge.h"

class QLabel;
class QPushButton;

namespace plumb::ui {

class GroupPanel;
class HistoryPanel;
class TabStack;
class TokenPanel;

/// One completion: its tokens, its group, its prompt over the run. Only the part that is shown
/// reads anything.
class CompletionDetails : public QFrame {
    Q_OBJECT

public:
    explicit CompletionDetails(SessionBridge& bridge, QWidget* parent = nullptr);

    /// limit_mb: token_data_mb of the run.
    void setRun(std::optional<RunId> run, std::int64_t limit_mb);
    void show(const CompletionRecord& completion);
    void clear();
    const std::optional<CompletionRecord>& completion() const { return m_completion; }
    void setPinned(const std::vector<PinnedPrompt>& prompts);

    void openTokens();
    void openGroup();
    void openHistory();
    /// Pins the prompt, or takes the pin away.
    void togglePin();

Q_SIGNALS:
    void pinRequested(const QString& prompt, bool pinned);
    /// Another completion is to be looked at.
    void chosen(const plumb::CompletionRecord& completion);
    void stepRequested(qint64 step);

private:
    void showPart();
    void refreshPin();
    bool isPinned() const;

    std::optional<RunId> m_run;
    std::int64_t m_limit = 0;
    std::optional<CompletionRecord> m_completion;
    std::vector<PinnedPrompt> m_pinned;
    SessionBridge& m_bridge;
    QLabel* m_facts;
    QPushButton* m_pin;
    TabStack* m_tabs;
    TokenPanel* m_tokens;
    GroupPanel* m_group;
    HistoryPanel* m_history;
};

}  // namespace plumb::ui
