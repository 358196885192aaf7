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

/// An annotator's way through a label queue, one item after another. A verdict is on the disk
/// before the next item is shown, which was read beforehand.
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
    const LabelItem* current() const { return m_shown ? &*m_shown : nullptr; }
    /// Whether answer A stands on the left: drawn for each annotator and item, and always the same.
    bool aIsLeft() const;
    /// Of the queue, and how many of it the annotator has judged.
    std::int64_t items() const { return m_queue.items; }
    std::int64_t judged() const { return m_judged; }
    /// Seconds of a verdict, the median of those given since the queue was opened.
    std::optional<double> pace() const;
    /// Items are still on their way.
    bool isReading() const { return m_reading; }
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
    struct Given {
        VerdictId verdict;
        LabelItem item;
    };

    void readAhead();
    void showNext();

    SessionBridge& m_bridge;
    LabelQueue m_queue;
    std::string m_annotator;
    std::int64_t m_session = 0;  ///< of the opening: answers to an earlier one are dropped
    std::optional<LabelItem> m_shown;
    std::deque<LabelItem> m_ahead;
    std::vector<Given> m_given;
    std::vector<double> m_seconds;
    std::int64_t m_judged = 0, m_lastPlace = 0;
    bool m_reading = false, m_atEnd = false, m_writing = false;
    QElapsedTimer m_clock;
};

}  // namespace plumb::ui
