// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/judged_feed.h"

#include <algorithm>

#include "bridge/session_bridge.h"
#include "common/background.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

Result<std::vector<AnswerSet>> setsOf(StoreReader& reader, const std::vector<RunId>& runs) {
    PLUMB_TRY(auto sets, reader.answer_sets());
    std::erase_if(sets, [&runs](const AnswerSet& set) {
        return std::ranges::none_of(set.models, [&runs](const AnswerModel& model) {
            return model.run && std::ranges::find(runs, *model.run) != runs.end();
        });
    });
    std::ranges::reverse(sets);
    return sets;
}

Result<std::shared_ptr<const ShownSet>> readShown(StoreReader& reader, AnswerSetId id) {
    auto shown = std::make_shared<ShownSet>();
    PLUMB_TRY(shown->answers, read_judged_answers(reader, id));
    PLUMB_TRY(shown->queues, reader.answer_queues(id));
    return std::shared_ptr<const ShownSet>(std::move(shown));
}

}  // namespace

JudgedFeed::JudgedFeed(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {}

JudgedFeed::~JudgedFeed() { m_computing.request_stop(); }

void JudgedFeed::forget() {
    ++m_askedSets;
    ++m_askedSet;
    m_computing.request_stop();
}

void JudgedFeed::readSets(const std::vector<RunId>& runs) {
    m_bridge.query(
        this, [runs](StoreReader& reader) { return setsOf(reader, runs); },
        [this, asked = ++m_askedSets](const Result<std::vector<AnswerSet>>& sets) {
            if (asked != m_askedSets) return;
            if (sets.ok())
                Q_EMIT setsRead(*sets);
            else
                Q_EMIT failed(toQString(sets.error().message));
        });
}

void JudgedFeed::readSet(AnswerSetId id) {
    m_bridge.query(
        this, [id](StoreReader& reader) { return readShown(reader, id); },
        [this, asked = ++m_askedSet](const Result<std::shared_ptr<const ShownSet>>& set) {
            if (asked != m_askedSet) return;
            if (set.ok())
                Q_EMIT setRead(*set);
            else
                Q_EMIT failed(toQString(set.error().message));
        });
}

void JudgedFeed::compute(const std::shared_ptr<const ShownSet>& set, const std::string& judge,
                         TieRule ties) {
    m_computing.request_stop();
    m_computing = runInBackground(
        this,
        [set, judge, ties](const std::stop_token& stop) {
            BootstrapOptions bootstrap;
            bootstrap.stop = stop;
            return win_rates(set->answers, judge, ties, bootstrap);
        },
        [this](Result<WinRates> rates) {
            if (rates.ok())
                Q_EMIT computed(std::make_shared<const WinRates>(std::move(*rates)));
            else
                Q_EMIT failed(toQString(rates.error().message));
        });
}

}  // namespace plumb::ui
