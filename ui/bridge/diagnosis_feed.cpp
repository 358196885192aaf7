// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/diagnosis_feed.h"

#include "common/background.h"

namespace plumb::ui {
namespace {

constexpr int look_interval_ms = 1000;

}  // namespace

DiagnosisFeed::DiagnosisFeed(QObject* parent) : QObject(parent) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(look_interval_ms);
    connect(&m_timer, &QTimer::timeout, this, &DiagnosisFeed::look);
}

void DiagnosisFeed::show(std::shared_ptr<DiagnosisWatch> watch) {
    ++m_shown;
    m_timer.stop();
    m_watch = std::move(watch);
    m_news = {};
    if (m_watch) {
        look();
        return;
    }
    m_diagnoses.clear();
    Q_EMIT changed(m_diagnoses);
}

void DiagnosisFeed::append(std::int64_t step, const Metrics& metrics, std::int64_t totalSteps) {
    m_news.steps.push_back({step, metrics, totalSteps});
    if (m_watch && !m_timer.isActive()) m_timer.start();
}

void DiagnosisFeed::edit(const std::string& key, const std::string& value) {
    m_news.edits.emplace_back(key, value);
    if (m_watch && !m_timer.isActive()) m_timer.start();
}

void DiagnosisFeed::look() {
    if (!m_watch) return;
    using Answer = std::pair<std::shared_ptr<DiagnosisWatch>, std::vector<Diagnosis>>;
    runInBackground(
        this,
        [watch = std::exchange(m_watch, nullptr),
         news = std::exchange(m_news, {})](std::stop_token) {
            for (const Step& step : news.steps)
                watch->add(step.step, step.metrics, step.totalSteps);
            for (const auto& [key, value] : news.edits) watch->set(key, value);
            return Answer(watch, watch->look());
        },
        [this, shown = m_shown](Answer answer) {
            if (shown != m_shown) return;
            m_watch = std::move(answer.first);
            m_diagnoses = std::move(answer.second);
            if (!m_news.empty()) m_timer.start();
            Q_EMIT changed(m_diagnoses);
        });
}

}  // namespace plumb::ui
