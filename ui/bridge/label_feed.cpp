// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/label_feed.h"

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
    m_seconds.clear();
    m_judged = m_lastPlace = 0;
    m_reading = m_writing = false;
    m_atEnd = true;
    Q_EMIT shownChanged();
}

bool LabelFeed::aIsLeft() const {
    if (!m_shown) return true;
    return keyed_uniform(derive_seed(0, m_annotator), 0, static_cast<std::uint64_t>(m_shown->id),
                         0) < 0.5;
}

std::optional<double> LabelFeed::pace() const {
    if (m_seconds.empty()) return std::nullopt;
    return median(m_seconds);
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
                m_ahead.push_back(std::move(item));
            }
            if (!m_shown) showNext();
        });
}

void LabelFeed::showNext() {
    m_shown.reset();
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
            m_given.push_back({*written, *m_shown});
            m_seconds.push_back(seconds);
            ++m_judged;
            showNext();
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
            if (m_shown) m_ahead.push_front(std::move(*m_shown));
            m_shown = std::move(m_given.back().item);
            m_given.pop_back();
            m_seconds.pop_back();
            --m_judged;
            m_clock.start();
            Q_EMIT shownChanged();
        });
}

}  // namespace plumb::ui
