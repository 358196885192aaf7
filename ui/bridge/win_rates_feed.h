// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <QObject>
#include <QString>

#include "analysis/compare/judged_answers.h"
#include "bridge/session_bridge.h"

namespace plumb::ui {

/// The answer sets of the workspace, and of one of them the win rates by one judge: read on the
/// reader thread, counted in the background.
class WinRatesFeed : public QObject {
    Q_OBJECT

public:
    explicit WinRatesFeed(SessionBridge& bridge, QObject* parent = nullptr);

    /// Sets with a model of these runs; the newest is chosen where none was.
    void setRuns(const std::vector<RunId>& runs);
    /// Reads the sets again, and the chosen one.
    void refresh();
    void choose(AnswerSetId set);
    void setJudge(const std::string& judge);
    void setTies(TieRule ties);

    const std::vector<AnswerSet>& sets() const { return m_sets; }
    std::optional<AnswerSetId> chosen() const { return m_chosen; }
    TieRule ties() const { return m_ties; }
    /// Null until they were read.
    const std::shared_ptr<const JudgedAnswers>& answers() const { return m_answers; }
    const std::shared_ptr<const WinRates>& rates() const { return m_rates; }

Q_SIGNALS:
    void changed();
    void failed(const QString& message);

private:
    void read();
    void count();

    SessionBridge& m_bridge;
    std::vector<RunId> m_runs;
    std::vector<AnswerSet> m_sets;
    std::optional<AnswerSetId> m_chosen;
    std::string m_judge;
    TieRule m_ties = TieRule::half;
    std::shared_ptr<const JudgedAnswers> m_answers;
    std::shared_ptr<const WinRates> m_rates;
    int m_asked = 0;
};

}  // namespace plumb::ui
