// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/label_feed.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "base/statistics.h"
#include "bridge/session_bridge.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// Items are read in pages; the next one when few are left.
constexpr std::int64_t page_size = 50;
constexpr std::size_t few = 20;

}  // namespace

LabelFeed::LabelFeed(SessionBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge) {}

void LabelFeed::readQueues() {
    m_bridge.query(
        this, [](StoreReader& reader) { return reader.label_queues(); },
        [this](const Result<std::vector<LabelQueue>>& queues) {
            if (queues.ok())
                Q_EMIT queuesRead(*queues);
            else
                Q_EMIT failed(toQString(queues.error().message));
        });
}

void LabelFeed::open(const LabelQueue& queue, const QString& annotator) {
    close();
    m_queue = queue;
    m_annotator = toStd(annotator);
    m_atEnd = m_noRepeat = false;
    readProgress();
    readAhead();
    readRepeat();
    Q_EMIT shownChanged();  // that they are read
}

void LabelFeed::close() {
    ++m_session;
    m_queue = {};
    m_shown.reset();
    m_repeat.reset();
    m_ahead.clear();
    m_given.clear();
    m_seconds.clear();
    m_progress = {};
    m_lastRank = 0;
    m_reading = m_readingRepeat = m_writing = false;
    m_atEnd = m_noRepeat = true;
    Q_EMIT shownChanged();
}

bool LabelFeed::aIsLeft() const {
    if (!m_shown) return true;
    if (m_shown->earlier) return m_shown->earlier->a_left.value_or(true);
    return keyed_uniform(derive_seed(0, m_annotator), static_cast<std::uint64_t>(m_shown->round),
                         static_cast<std::uint64_t>(m_shown->item.id), 0) < 0.5;
}

std::optional<double> LabelFeed::pace() const {
    if (m_seconds.empty()) return std::nullopt;
    return median(m_seconds);
}

void LabelFeed::readProgress() {
    m_bridge.query(
        this,
        [id = m_queue.id, annotator = m_annotator](StoreReader& reader) {
            return reader.label_progress(id, annotator);
        },
        [this, session = m_session, given = m_given.size()](const Result<LabelProgress>& progress) {
            if (session != m_session) return;
            if (!progress.ok())
                Q_EMIT failed(toQString(progress.error().message));
            else if (given == m_given.size() && !m_writing)
                m_progress = *progress;
            else
                readProgress();
            Q_EMIT shownChanged();
        });
}

void LabelFeed::readAhead() {
    if (m_reading || m_atEnd || m_ahead.size() > few) return;
    m_reading = true;
    m_bridge.query(
        this,
        [id = m_queue.id, annotator = m_annotator, behind = m_lastRank](StoreReader& reader) {
            return reader.items_to_judge(id, annotator, behind, page_size);
        },
        [this, session = m_session](Result<std::vector<LabelItem>> items) {
            if (session != m_session) return;
            m_reading = false;
            if (!items.ok()) {
                m_atEnd = true;
                Q_EMIT failed(toQString(items.error().message));
                return;
            }
            m_atEnd = static_cast<std::int64_t>(items->size()) < page_size;
            for (LabelItem& item : *items) {
                m_lastRank = item.rank;
                if (!isTaken(item.id)) m_ahead.push_back({std::move(item), 0});
            }
            if (!m_shown) showNext();
        });
}

void LabelFeed::readRepeat() {
    if (m_queue.shares.repeated <= 0 || m_repeat || m_readingRepeat || m_noRepeat) return;
    // What is being shown again has no second verdict yet, and would come once more.
    if (m_shown && m_shown->round > 0) return;
    const bool nothingElse = m_atEnd && m_ahead.empty() && !m_shown;
    m_readingRepeat = true;
    m_bridge.query(
        this,
        [id = m_queue.id, annotator = m_annotator, nothingElse](StoreReader& reader) {
            return reader.items_to_repeat(id, annotator, nothingElse ? 0 : verdicts_until_repeat,
                                          1);
        },
        [this, session = m_session, undone = m_undone,
         nothingElse](Result<std::vector<LabelItem>> items) {
            if (session != m_session) return;
            m_readingRepeat = false;
            if (undone != m_undone) return readRepeat();
            if (!items.ok()) {
                m_noRepeat = true;
                Q_EMIT failed(toQString(items.error().message));
                return;
            }
            if (!items->empty())
                m_repeat = Turn{std::move(items->front()), 1};
            else if (nothingElse)
                m_noRepeat = true;
            if (!m_shown) showNext();
        });
}

std::optional<LabelFeed::Turn> LabelFeed::takeNext() {
    // Two repeats in a row would show what they are.
    const bool afterRepeat = !m_given.empty() && m_given.back().turn.round > 0;
    if (m_repeat && (!afterRepeat || m_ahead.empty())) return std::exchange(m_repeat, std::nullopt);
    if (m_ahead.empty()) return std::nullopt;
    Turn next = std::move(m_ahead.front());
    m_ahead.pop_front();
    return next;
}

void LabelFeed::showNext() {
    m_shown = takeNext();
    m_clock.start();
    readAhead();
    readRepeat();
    Q_EMIT shownChanged();
}

void LabelFeed::putBack(Turn turn) {
    if (turn.round > 0)
        m_repeat = std::move(turn);
    else
        m_ahead.push_front(std::move(turn));
}

bool LabelFeed::isTaken(LabelItemId id) const {
    const auto is = [id](const Turn& turn) { return turn.item.id == id && !turn.aside; };
    return (m_shown && is(*m_shown)) || std::ranges::any_of(m_ahead, is) ||
           std::ranges::any_of(m_given,
                               [id](const Given& given) { return given.turn.item.id == id; });
}

void LabelFeed::count(const Given& given, std::int64_t sign) {
    m_noRepeat = false;
    if (given.turn.aside) return readProgress();
    m_progress.judged += sign;
    m_progress.left -= sign;
    // What was skipped is not shown again.
    const bool ends = given.choice == Choice::skip && given.turn.round == 0;
    if (ends && given.turn.item.is_repeated) m_progress.left -= sign;
}

void LabelFeed::judge(Choice choice, std::optional<std::int64_t> strength, const QString& note) {
    if (!m_shown || m_writing || !fits(choice, m_shown->item.answer_b.has_value())) return;
    Verdict verdict;
    verdict.item = m_shown->item.id;
    verdict.annotator = m_annotator;
    verdict.choice = choice;
    verdict.strength = strength;
    verdict.note = toStd(note);
    verdict.seconds = static_cast<double>(m_clock.elapsed()) / 1000;
    verdict.round = m_shown->round;
    if (m_shown->item.answer_b) verdict.a_left = aIsLeft();
    m_writing = true;
    m_bridge.write(
        this, [verdict](Store& store) { return store.add_verdict(verdict); },
        [this, session = m_session, choice,
         seconds = *verdict.seconds](const Result<VerdictId>& written) {
            if (session != m_session) return;
            m_writing = false;
            if (!written.ok()) {
                Q_EMIT failed(toQString(written.error().message));
                return;
            }
            const LabelItemId item = m_shown->item.id;
            if (!m_shown->earlier) m_seconds.push_back(seconds);
            m_given.push_back({*written, *std::move(m_shown), choice});
            std::erase_if(m_ahead, [item](const Turn& turn) { return turn.item.id == item; });
            count(m_given.back(), 1);
            showNext();
            Q_EMIT verdictChanged(item);
        });
}

void LabelFeed::undo() {
    if (!canUndo()) return;
    m_writing = true;
    m_bridge.write(
        this, [id = m_given.back().verdict](Store& store) { return store.undo_verdict(id); },
        [this, session = m_session](const Status& undone) {
            if (session != m_session) return;
            m_writing = false;
            if (!undone.ok()) {
                Q_EMIT failed(toQString(undone.error().message));
                return;
            }
            Given last = std::move(m_given.back());
            m_given.pop_back();
            if (!last.turn.earlier) m_seconds.pop_back();
            ++m_undone;
            count(last, -1);
            // Without its first verdict an item is not shown again.
            if (m_repeat && m_repeat->item.id == last.turn.item.id) m_repeat.reset();
            const LabelItemId item = last.turn.item.id;
            showInstead(std::move(last.turn));
            Q_EMIT verdictChanged(item);
        });
}

void LabelFeed::showInstead(Turn turn) {
    if (m_shown && !m_shown->aside) putBack(*std::move(m_shown));
    m_shown = std::move(turn);
    m_clock.start();
    Q_EMIT shownChanged();
}

void LabelFeed::showAside(LabelItemId item, std::optional<std::int64_t> round) {
    m_bridge.query(
        this,
        [item, round, annotator = m_annotator](StoreReader& reader) -> Result<Turn> {
            Turn turn;
            turn.aside = true;
            PLUMB_TRY(turn.item, reader.label_item(item));
            PLUMB_TRY(const auto verdicts, reader.verdicts_on(item));
            for (const Verdict& verdict : verdicts)
                if (verdict.annotator == annotator && (!round || verdict.round == *round))
                    turn.earlier = verdict;
            if (turn.earlier) turn.round = turn.earlier->round;
            return turn;
        },
        [this, session = m_session](Result<Turn> turn) {
            // While a verdict is written its item has to stay.
            if (session != m_session || m_writing) return;
            if (turn.ok())
                showInstead(std::move(turn).value());
            else
                Q_EMIT failed(toQString(turn.error().message));
        });
}

void LabelFeed::goOn() {
    if (isAside() && !m_writing) showNext();
}

}  // namespace plumb::ui
