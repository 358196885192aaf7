// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/overlay_feed.h"

#include <algorithm>
#include <utility>

#include "common/text.h"

namespace plumb::ui {

OverlayFeed::OverlayFeed(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {
    connect(&bridge, &SessionBridge::eventReceived, this, &OverlayFeed::handle);
}

void OverlayFeed::setRuns(const std::vector<RunId>& runs) {
    std::erase_if(m_runs, [&](const auto& known) {
        return std::ranges::find(runs, known.first) == runs.end();
    });
    for (const RunId run : runs)
        if (!m_runs.contains(run)) read(run);
}

void OverlayFeed::read(RunId run) {
    m_runs[run] = {};
    struct Answer {
        std::int64_t lastStep = 0;
        MetricTable metrics;
    };
    m_bridge.query(
        this,
        [run](StoreReader& reader) -> Result<Answer> {
            PLUMB_TRY(auto record, reader.run(run));
            PLUMB_TRY(auto metrics, reader.metric_table(run));
            return Answer{record.step, std::move(metrics)};
        },
        [this, run](const Result<Answer>& answer) {
            const auto known = m_runs.find(run);
            // Taken off, and perhaps put on and read again, in the meantime.
            if (known == m_runs.end() || known->second.lastStep >= 0) return;
            if (!answer.ok()) {
                m_runs.erase(known);
                Q_EMIT failed(run, toQString(answer.error().message));
                return;
            }
            known->second.lastStep = answer->lastStep;
            Q_EMIT loaded(run, answer->metrics);
            for (const StepDone& event : std::exchange(known->second.meanwhile, {}))
                take(known->second, event);
        });
}

void OverlayFeed::take(Read& known, const StepDone& event) {
    if (is_update(event.metrics)) {
        if (event.step > known.lastStep + 1) {
            read(event.run);
            return;
        }
        known.lastStep = std::max(known.lastStep, event.step);
    }
    Q_EMIT stepDone(event.run, event.step, event.metrics);
}

void OverlayFeed::handle(const Event& event) {
    const auto known = m_runs.find(std::visit([](const auto& e) { return e.run; }, event));
    if (known == m_runs.end()) return;
    if (const auto* step = std::get_if<StepDone>(&event)) {
        if (known->second.lastStep < 0)
            known->second.meanwhile.push_back(*step);
        else
            take(known->second, *step);
    } else if (std::holds_alternative<RunStarted>(event)) {
        // A resumed run has taken back rows after its checkpoint.
        read(known->first);
    }
}

}  // namespace plumb::ui
