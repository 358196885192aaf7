// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/compare_feed.h"

#include <algorithm>
#include <utility>

#include "common/background.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// What was kept is as good as what would be read again.
bool isSame(const ComparedRun& kept, const RunRecord& now) {
    return is_over(now.state) && kept.record.state == now.state && kept.record.step == now.step &&
           kept.record.finished_ms == now.finished_ms;
}

Result<std::shared_ptr<const ComparedRun>> readRun(StoreReader& reader, RunId id,
                                                   const std::shared_ptr<const ComparedRun>& kept) {
    PLUMB_TRY(RunRecord now, reader.run(id));
    if (now.deleted_ms != 0)
        return invalid_input("Run " + std::to_string(id) + " was deleted: it is left out.");
    if (!kept || !isSame(*kept, now)) {
        PLUMB_TRY(ComparedRun run, read_compared_run(reader, id));
        return std::make_shared<const ComparedRun>(std::move(run));
    }
    const bool renamed = kept->record.name != now.name || kept->record.note != now.note ||
                         kept->record.shade != now.shade;
    if (!renamed) return kept;
    ComparedRun copy = *kept;
    copy.record = std::move(now);
    return std::make_shared<const ComparedRun>(std::move(copy));
}

/// Large tables take a while to be freed: not on the GUI thread.
template <class T>
void forget(std::shared_ptr<T> value) {
    if (value)
        QThreadPool::globalInstance()->start(
            [value = std::move(value)]() mutable { value.reset(); });
}

}  // namespace

CompareFeed::CompareFeed(SessionBridge& bridge, QObject* parent)
    : QObject(parent), m_bridge(bridge) {
    m_timer.setSingleShot(true);
    m_timer.setInterval(refresh_ms);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_stale) refresh();
    });
    connect(&bridge, &SessionBridge::eventReceived, this, &CompareFeed::handle);
    connect(&bridge, &SessionBridge::runsChanged, this, [this] {
        m_stale = true;
        if (m_active && !m_timer.isActive()) refresh();
    });
    connect(&bridge, &SessionBridge::opened, this, [this] {
        m_name.clear();
        m_runs.clear();
        restart();
    });
}

void CompareFeed::setRuns(const std::vector<RunId>& runs) {
    m_name.clear();
    m_runs = runs;
    restart();
}

void CompareFeed::setName(const QString& name) {
    m_name = name;
    m_runs.clear();
    restart();
}

void CompareFeed::setActive(bool active) {
    m_active = active;
    if (active && m_stale) refresh();
}

void CompareFeed::readNames() {
    m_bridge.query(
        this, [](StoreReader& reader) { return stored_comparisons(reader); },
        [this](const Result<std::vector<StoredComparison>>& found) {
            if (found.ok())
                Q_EMIT namesRead(*found);
            else
                Q_EMIT failed(toQString(found.error().message));
        });
}

void CompareFeed::restart() {
    ++m_asked;
    m_busy = false;
    m_problem.clear();
    if (m_runs.empty() && m_name.isEmpty()) {
        m_kept.clear();
        show(nullptr);
        return;
    }
    m_stale = true;
    refresh();
}

void CompareFeed::handle(const Event& event) {
    const RunId run = std::visit([](const auto& e) { return e.run; }, event);
    const bool begins = std::holds_alternative<RunStarted>(event);
    // A run that starts may be one of the comparison's.
    if (!std::ranges::count(m_runs, run) && !(begins && !m_name.isEmpty())) return;
    m_stale = true;
    if (m_active && !m_timer.isActive() && !m_busy) m_timer.start();
}

void CompareFeed::refresh() {
    if (!m_active || m_busy || !m_bridge.isOpen()) return;
    if (m_runs.empty() && m_name.isEmpty()) return;
    m_busy = true;
    m_stale = false;
    m_bridge.query(
        this,
        [runs = m_runs, name = toStd(m_name), kept = m_kept](StoreReader& reader) mutable {
            return [&]() -> Result<Reading> {
                Reading reading;
                reading.runs = std::move(runs);
                if (!name.empty()) {
                    PLUMB_TRY(reading.runs, runs_of_comparison(reader, name));
                }
                for (const RunId id : reading.runs) {
                    auto run = readRun(reader, id, kept[id]);
                    if (run.ok())
                        reading.read[id] = std::move(*run);
                    else if (reading.problem.isEmpty())
                        reading.problem = toQString(run.error().message);
                }
                return reading;
            }();
        },
        [this, asked = m_asked](Result<Reading> reading) {
            if (asked == m_asked) take(std::move(reading));
        });
}

void CompareFeed::take(Result<Reading> reading) {
    if (!reading.ok()) {
        m_busy = false;
        Q_EMIT failed(toQString(reading.error().message));
        return;
    }
    m_runs = std::move(reading->runs);
    m_kept = std::move(reading->read);
    if (reading->problem != m_problem && !reading->problem.isEmpty())
        Q_EMIT failed(reading->problem);
    m_problem = reading->problem;
    compare();
}

void CompareFeed::compare() {
    runInBackground(
        this,
        [runs = m_runs, kept = m_kept](const std::stop_token&) {
            std::vector<ComparedRun> read;
            for (const RunId id : runs)
                if (const auto found = kept.find(id); found != kept.end())
                    read.push_back(*found->second);
            return std::make_shared<const Comparison>(compare_runs(std::move(read)));
        },
        [this, asked = m_asked](std::shared_ptr<const Comparison> comparison) {
            if (asked != m_asked) return forget(std::move(comparison));
            m_busy = false;
            show(std::move(comparison));
            m_timer.start();
        });
}

void CompareFeed::show(std::shared_ptr<const Comparison> comparison) {
    forget(std::exchange(m_comparison, std::move(comparison)));
    Q_EMIT changed(m_comparison);
}

}  // namespace plumb::ui
