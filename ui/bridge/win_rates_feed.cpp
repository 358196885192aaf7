// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/win_rates_feed.h"

#include <algorithm>

#include "common/background.h"
#include "common/text.h"

namespace plumb::ui {

WinRatesFeed::WinRatesFeed(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {}

void WinRatesFeed::setRuns(const std::vector<RunId>& runs) {
    if (runs == m_runs) return;
    m_runs = runs;
    refresh();
}

void WinRatesFeed::refresh() {
    m_bridge.query(
        this, [](StoreReader& reader) { return reader.answer_sets(); },
        [this](Result<std::vector<AnswerSet>> sets) {
            if (!sets.ok()) {
                Q_EMIT failed(toQString(sets.error().message));
                return;
            }
            m_sets = std::move(*sets);
            std::erase_if(m_sets, [&](const AnswerSet& set) {
                return std::ranges::none_of(set.models, [&](const AnswerModel& model) {
                    return model.run && std::ranges::count(m_runs, *model.run);
                });
            });
            const bool known = m_chosen && std::ranges::count(m_sets, *m_chosen, &AnswerSet::id);
            if (!known) m_chosen.reset();
            if (!m_chosen && !m_sets.empty()) m_chosen = m_sets.back().id;
            read();
        });
}

void WinRatesFeed::choose(AnswerSetId set) {
    if (m_chosen == set) return;
    m_chosen = set;
    read();
}

void WinRatesFeed::setJudge(const std::string& judge) {
    if (m_judge == judge) return;
    m_judge = judge;
    count();
}

void WinRatesFeed::setTies(TieRule ties) {
    if (m_ties == ties) return;
    m_ties = ties;
    count();
}

void WinRatesFeed::read() {
    const int asked = ++m_asked;
    m_rates.reset();
    if (!m_chosen) {
        m_answers.reset();
        Q_EMIT changed();
        return;
    }
    m_bridge.query(
        this, [set = *m_chosen](StoreReader& reader) { return read_judged_answers(reader, set); },
        [this, asked](Result<JudgedAnswers> answers) {
            if (asked != m_asked) return;
            if (!answers.ok()) {
                m_answers.reset();
                Q_EMIT failed(toQString(answers.error().message));
                Q_EMIT changed();
                return;
            }
            m_answers = std::make_shared<const JudgedAnswers>(std::move(*answers));
            count();
        });
}

void WinRatesFeed::count() {
    if (!m_answers) return;
    const int asked = ++m_asked;
    const std::vector<std::string> judges = m_answers->judges();
    if (judges.empty()) {
        m_rates.reset();
        Q_EMIT changed();
        return;
    }
    if (!std::ranges::count(judges, m_judge)) m_judge = judges.front();
    runInBackground(
        this,
        [answers = m_answers, judge = m_judge, ties = m_ties](const std::stop_token&) {
            return win_rates(*answers, judge, ties);
        },
        [this, asked](Result<WinRates> rates) {
            if (asked != m_asked) return;
            if (rates.ok())
                m_rates = std::make_shared<const WinRates>(std::move(*rates));
            else
                Q_EMIT failed(toQString(rates.error().message));
            Q_EMIT changed();
        });
}

}  // namespace plumb::ui
