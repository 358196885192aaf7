// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <QObject>
#include <QString>

#include "analysis/compare/judged_answers.h"
#include "store/label_records.h"

namespace plumb::ui {

class SessionBridge;

/// A judged set as the window shows it. A value that is never changed: background work shares it.
struct ShownSet {
    JudgedAnswers answers;
    std::vector<LabelQueue> queues;  ///< that were made of it
};

/// Reads judged sets on the reader thread and computes win rates beside the window's thread. A
/// question that was followed by another is not answered.
class JudgedFeed : public QObject {
    Q_OBJECT

public:
    explicit JudgedFeed(SessionBridge& bridge, QObject* parent = nullptr);
    ~JudgedFeed() override;

    /// Sets in which one of the runs answered, the newest first; ends in setsRead().
    void readSets(const std::vector<RunId>& runs);
    /// Ends in setRead().
    void readSet(AnswerSetId id);
    /// Ends in computed(). Drops what was being computed.
    void compute(const std::shared_ptr<const ShownSet>& set, const std::string& judge,
                 TieRule ties);
    /// Drops what was asked.
    void forget();

Q_SIGNALS:
    void setsRead(const std::vector<plumb::AnswerSet>& sets);
    void setRead(const std::shared_ptr<const plumb::ui::ShownSet>& set);
    void computed(const std::shared_ptr<const plumb::WinRates>& rates);
    void failed(const QString& message);

private:
    SessionBridge& m_bridge;
    std::uint64_t m_askedSets = 0, m_askedSet = 0;
    std::stop_source m_computing;
};

}  // namespace plumb::ui
