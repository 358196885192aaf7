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
    /// Whether answer A stands on the left: drawn for each annotator and item, and always the same;
    /// of an item that was judged before, as it stood then.
    bool aIsLeft() const;
    const LabelQueue& queue() const { return m_queue; }
    const std::string& annotator() const { return m_annotator; }
    /// The annotator's verdict on the shown item that the next one takes the place of, or null.
    const Verdict* earlier() const { return m_earlier ? &*m_earlier : nullptr; }
    /// Whether the shown item was asked for, out of its turn.
    bool isAside() const { return m_aside; }
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
    /// Shows an item again that was judged, or any other of the queue, out of its turn. The next
    /// verdict takes the place of the annotator's in this round (nothing: the newest one).
    void showAside(LabelItemId item, std::optional<std::int64_t> round = {});
    /// Back to the item whose turn it is.
    void goOn();

Q_SIGNALS:
    void queuesRead(const std::vector<plumb::LabelQueue>& queues);
    /// Another item is shown, or none.
    void shownChanged();
    /// The annotator's verdict on this item is another one, or none any more.
    void verdictChanged(qint64 item);
    void failed(const QString& message);

private:
    struct Given {
        VerdictId verdict;
        LabelItem item;
        double seconds;
        std::optional<Verdict> earlier;  ///< whose place it took
    };

    void readAhead();
    /// Whether an item that is read needs no turn: it has one, or was judged out of its turn since
    /// it was asked for.
    bool isTaken(LabelItemId id) const;
    void showNext();
    /// In place of the shown one, which comes next if it is its turn.
    void showInstead(LabelItem item, std::optional<Verdict> earlier, bool aside);

    SessionBridge& m_bridge;
    LabelQueue m_queue;
    std::string m_annotator;
    std::int64_t m_session = 0;  ///< of the opening: answers to an earlier one are dropped
    std::optional<LabelItem> m_shown;
    std::deque<LabelItem> m_ahead;
    std::vector<Given> m_given;
    std::optional<Verdict> m_earlier;
    bool m_aside = false;
    std::int64_t m_judged = 0, m_lastPlace = 0;
    bool m_reading = false, m_atEnd = false, m_writing = false;
    QElapsedTimer m_clock;
};

}  // namespace plumb::ui
