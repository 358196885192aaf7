// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include "store/label_records.h"

namespace plumb::ui {

class SessionBridge;

/// An annotator's way through a label queue, one item after another, in the queue's order, with
/// some items shown again where the queue wants that. A verdict is on the disk before the next item
/// is shown, which was read beforehand.
class LabelFeed : public QObject {
    Q_OBJECT

public:
    explicit LabelFeed(SessionBridge& bridge, QObject* parent = nullptr);

    /// Ends in queuesRead() or failed().
    void readQueues();
    /// Shows the first item that the annotator has not judged.
    void open(const LabelQueue& queue, const QString& annotator);
    void close();

    /// Null: there is none, or none any more.
    const LabelItem* current() const { return m_shown ? &m_shown->item : nullptr; }
    /// Whether answer A stands on the left: drawn for each annotator, item and round, and always
    /// the same.
    bool aIsLeft() const;
    /// Of the queue.
    std::int64_t items() const { return m_queue.items; }
    /// Verdicts of the annotator in the queue, and how many there will be, repeats among them.
    std::int64_t judged() const { return m_progress.judged; }
    std::int64_t total() const { return m_progress.judged + m_progress.left; }
    /// Seconds of a verdict, the median of those given since the queue was opened.
    std::optional<double> pace() const;
    /// Items are still on their way.
    bool isReading() const { return m_reading || m_readingRepeat; }
    bool canUndo() const { return !m_given.empty() && !m_writing; }

    /// Of the shown item. Nothing happens while one is being written.
    void judge(Choice choice, std::optional<std::int64_t> strength, const QString& note);
    /// Takes the last verdict given here back and shows its item again; then the one before it.
    void undo();

Q_SIGNALS:
    void queuesRead(const std::vector<plumb::LabelQueue>& queues);
    /// Another item is shown, or none.
    void shownChanged();
    void failed(const QString& message);

private:
    /// round: 0, or 1 where the item is shown again.
    struct Turn {
        LabelItem item;
        std::int64_t round = 0;
    };
    struct Given {
        VerdictId verdict;
        Turn turn;
        Choice choice;
    };

    void readProgress();
    void readAhead();
    void readRepeat();
    void showNext();
    std::optional<Turn> takeNext();
    void putBack(Turn turn);
    /// sign: 1 where it was given, -1 where it was taken back.
    void count(const Given& given, std::int64_t sign);

    SessionBridge& m_bridge;
    LabelQueue m_queue;
    std::string m_annotator;
    std::int64_t m_session = 0;  ///< of the opening: answers to an earlier one are dropped
    std::optional<Turn> m_shown;
    std::deque<Turn> m_ahead;
    std::optional<Turn> m_repeat;  ///< the next item to be shown again
    std::vector<Given> m_given;
    std::vector<double> m_seconds;
    LabelProgress m_progress;
    std::int64_t m_lastRank = 0;
    std::int64_t m_undone = 0;  ///< verdicts; a repeat asked for before one may not be due any more
    bool m_reading = false, m_atEnd = false, m_writing = false;
    bool m_readingRepeat = false, m_noRepeat = false;
    QElapsedTimer m_clock;
};

}  // namespace plumb::ui
