// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>

#include <QWidget>

#include "bridge/session_bridge.h"
#include "store/token_data.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace plumb::ui {

class ColourLegend;
class ColouredTokens;

/// The token view: a completion's tokens coloured by what was measured of them, and all numbers of
/// the one that is chosen or under the mouse. Where nothing was kept it says why.
class TokenPanel : public QWidget {
    Q_OBJECT

public:
    explicit TokenPanel(SessionBridge& bridge, QWidget* parent = nullptr);

    /// limit_mb: token_data_mb of the run.
    void show(RunId run, const CompletionRecord& completion, std::int64_t limit_mb);
    void clear();
    void focusTokens();

Q_SIGNALS:
    /// A step that has numbers of tokens is to be shown.
    void stepRequested(qint64 step);

private:
    void showTokens(const TokenData& tokens);
    void explain(const std::map<std::int64_t, std::uint64_t>& kept);
    void say(const QString& reason, std::optional<std::int64_t> step = {});
    void listQuantities();
    void colour();
    void showNumbers(std::optional<std::size_t> token);

    SessionBridge& m_bridge;
    RunId m_run = 0;
    CompletionRecord m_completion;
    std::int64_t m_limit = 0;
    std::optional<TokenData> m_tokens;
    std::uint64_t m_asked = 0;  ///< answers to earlier questions are dropped
    QComboBox* m_quantity;
    ColourLegend* m_legend;
    ColouredTokens* m_text;
    QLabel *m_numbers, *m_reason;
    QPushButton* m_nearest;
    QWidget *m_content, *m_empty;
    std::int64_t m_nearestStep = 0;
};

}  // namespace plumb::ui
