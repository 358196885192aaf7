// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/label_feed.h"

#include <algorithm>

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
    m_atEnd = false;
    m_bridge.query(
        this,
        [id = queue.id, annotator = m_annotator](StoreReader& reader) {
            return reader.items_judged(id, annotator);
        },
        [this, session = m_session](const Result<std::int64_t>& judged) {
            if (session != m_session) return;
            if (judged.ok())
                m_judged = *judged;
            else
                Q_EMIT failed(toQString(judged.error().message));
            Q_EMIT shownChanged();
        });
    readAhead();
}

void LabelFeed::close() {
    ++m_session;
    m_queue = {};
    m_shown.reset();
    m_ahead.clear();
    m_given.clear();
    m_earlier.reset();
    m_aside = false;
    m_judged = m_lastPlace = 0;
    m_reading = m_writing = false;
    m_atEnd = true;
    Q_EMIT shownChanged();
}

bool LabelFeed::aIsLeft() const {
    if (!m_shown) return true;
    if (m_earlier) return m_earlier->a_left.value_or(true);
    return keyed_uniform(derive_seed(0, m_annotator), 0, static_cast<std::uint64_t>(m_shown->id),
                         0) < 0.5;
}

std::optional<double> LabelFeed::pace() const {
    std::vector<double> seconds;
    for (const Given& given : m_given)
        if (!given.earlier) seconds.push_back(given.seconds);
    if (seconds.empty()) return std::nullopt;
    return median(seconds);
}

void LabelFeed::readAhead() {
    if (m_reading || m_atEnd || m_ahead.size() > few) return;
    m_reading = true;
    m_bridge.query(
        this,
        [id = m_queue.id, annotator = m_annotator, behind = m_lastPlace](StoreReader& reader) {
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
                m_lastPlace = item.place;
                if (isTaken(item.id)) continue;
                m_ahead.push_back(std::move(item));
            }
            if (!m_shown) showNext();
        });
}

bool LabelFeed::isTaken(LabelItemId id) const {
    const auto is = [id](const auto& one) { return one.id == id; };
    return (m_shown && !m_aside && m_shown->id == id) || std::ranges::any_of(m_ahead, is) ||
           std::ranges::any_of(m_given, [&](const Given& given) { return is(given.item); });
}

void LabelFeed::showNext() {
    m_shown.reset();
    m_earlier.reset();
    m_aside = false;
    if (!m_ahead.empty()) {
        m_shown = std::move(m_ahead.front());
        m_ahead.pop_front();
    }
    m_clock.start();
    readAhead();
    Q_EMIT shownChanged();
}

void LabelFeed::judge(Choice choice, std::optional<std::int64_t> strength, const QString& note) {
    if (!m_shown || m_writing || !fits(choice, m_shown->answer_b.has_value())) return;
    Verdict verdict;
    verdict.item = m_shown->id;
    verdict.annotator = m_annotator;
    verdict.choice = choice;
    verdict.strength = strength;
    verdict.note = toStd(note);
    verdict.seconds = static_cast<double>(m_clock.elapsed()) / 1000;
    if (m_earlier) verdict.round = m_earlier->round;
    if (m_shown->answer_b) verdict.a_left = aIsLeft();
    m_writing = true;
    m_bridge.write(
        this, [verdict](Store& store) { return store.add_verdict(verdict); },
        [this, session = m_session, seconds = *verdict.seconds](const Result<VerdictId>& written) {
            if (session != m_session) return;
            m_writing = false;
            if (!written.ok()) {
                Q_EMIT failed(toQString(written.error().message));
                return;
            }
            m_given.push_back({*written, *m_shown, seconds, m_earlier});
            if (!m_earlier) ++m_judged;
            std::erase_if(m_ahead,
                          [this](const LabelItem& item) { return item.id == m_shown->id; });
            const LabelItemId item = m_shown->id;
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
            const Given last = std::move(m_given.back());
            m_given.pop_back();
            if (!last.earlier) --m_judged;
            showInstead(last.item, last.earlier, last.earlier.has_value());
            Q_EMIT verdictChanged(last.item.id);
        });
}

void LabelFeed::showInstead(LabelItem item, std::optional<Verdict> earlier, bool aside) {
    if (m_shown && !m_aside) m_ahead.push_front(std::move(*m_shown));
    m_shown = std::move(item);
    m_earlier = std::move(earlier);
    m_aside = aside;
    m_clock.start();
    Q_EMIT shownChanged();
}

void LabelFeed::showAside(LabelItemId item, std::optional<std::int64_t> round) {
    struct Found {
        LabelItem item;
        std::optional<Verdict> verdict;
    };
    m_bridge.query(
        this,
        [item, round, annotator = m_annotator](StoreReader& reader) -> Result<Found> {
            Found found;
            PLUMB_TRY(found.item, reader.label_item(item));
            PLUMB_TRY(const auto verdicts, reader.verdicts_on(item));
            for (const Verdict& verdict : verdicts)
                if (verdict.annotator == annotator && (!round || verdict.round == *round))
                    found.verdict = verdict;
            return found;
        },
        [this, session = m_session](Result<Found> found) {
            // While a verdict is written its item has to stay.
            if (session != m_session || m_writing) return;
            if (!found.ok()) {
                Q_EMIT failed(toQString(found.error().message));
                return;
            }
            showInstead(std::move(found->item), std::move(found->verdict), true);
        });
}

void LabelFeed::goOn() {
    if (m_aside && !m_writing) showNext();
}

}  // namespace plumb::ui
