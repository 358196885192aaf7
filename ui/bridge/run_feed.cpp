// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/run_feed.h"

#include <algorithm>

#include "base/machine.h"
#include "common/text.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace plumb::ui {
namespace {

constexpr int completion_interval_ms = 150;

Result<RunDetails> readRun(StoreReader& reader, RunId id) {
    RunDetails details;
    PLUMB_TRY(details.record, reader.run(id));
    PLUMB_TRY(details.metrics, reader.metric_table(id));
    PLUMB_TRY(details.edits, reader.edits(id));
    PLUMB_TRY(details.checkpoints, reader.checkpoints(id));
    PLUMB_TRY(details.completionSteps, reader.completion_steps(id));
    auto settings = parse_settings(details.record.settings, "run " + std::to_string(id), {});
    if (settings.ok())
        details.settings = std::move(settings).value();
    else
        details.settingsProblem = toQString(settings.error().message);
    for (const EditRecord& edit : details.edits)
        if (const Status set = set_field(edit.key, details.settings, edit.new_value); !set)
            details.settingsProblem = toQString(set.error().message);
    details.watch = std::make_shared<DiagnosisWatch>(
        DiagnosisInput{details.settings, details.metrics, details.record.total_steps,
                       details.checkpoints, memory_limit_megabytes()});
    return details;
}

struct StepCompletions {
    std::int64_t step = 0;
    std::vector<CompletionRecord> rows;
};

Result<StepCompletions> readCompletions(StoreReader& reader, RunId run,
                                        std::optional<std::int64_t> step) {
    if (!step) {
        PLUMB_TRY(const auto steps, reader.completion_steps(run));
        if (steps.empty()) return StepCompletions{};
        step = steps.back();
    }
    PLUMB_TRY(auto rows, reader.completions(run, {.step = step}));
    return StepCompletions{*step, std::move(rows)};
}

}  // namespace

RunFeed::RunFeed(SessionBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge) {
    m_completionTimer.setSingleShot(true);
    m_completionTimer.setInterval(completion_interval_ms);
    connect(&m_completionTimer, &QTimer::timeout, this, &RunFeed::loadCompletions);
    connect(&bridge, &SessionBridge::eventReceived, this, &RunFeed::handle);
}

void RunFeed::show(std::optional<RunId> run) {
    m_run = run;
    m_step.reset();
    reload();
}

void RunFeed::reload() {
    m_meanwhile.clear();
    m_lastStep = 0;
    m_loading = m_run.has_value();
    if (!m_run) return;
    m_bridge.query(
        this, [run = *m_run](StoreReader& reader) { return readRun(reader, run); },
        [this, run = *m_run](Result<RunDetails> details) {
            if (m_run != run) return;
            m_loading = false;
            if (details.ok())
                adopt(std::move(details).value());
            else
                Q_EMIT failed(toQString(details.error().message));
        });
    wantCompletions();
}

void RunFeed::adopt(RunDetails details) {
    m_lastStep = details.record.step;
    Q_EMIT loaded(details);
    for (const StepDone& event : std::exchange(m_meanwhile, {})) handleStep(event);
}

void RunFeed::handle(const Event& event) {
    if (!m_run) return;
    const RunId run = std::visit([](const auto& e) { return e.run; }, event);
    if (run != *m_run) return;
    if (const auto* step = std::get_if<StepDone>(&event)) {
        if (m_loading)
            m_meanwhile.push_back(*step);
        else
            handleStep(*step);
    } else if (std::holds_alternative<SettingEdited>(event) ||
               std::holds_alternative<CheckpointSaved>(event)) {
        loadMarks();
    } else if (std::holds_alternative<RunEnded>(event) ||
               std::holds_alternative<RunStarted>(event)) {
        // A resumed run has taken back rows after its checkpoint; an ended one is shown as stored.
        reload();
    }
}

void RunFeed::handleStep(const StepDone& event) {
    if (is_update(event.metrics)) {
        if (event.step > m_lastStep + 1) {
            reload();
            return;
        }
        m_lastStep = std::max(m_lastStep, event.step);
        if (!m_step) wantCompletions();
    }
    Q_EMIT stepDone(event.step, event.metrics);
}

void RunFeed::loadMarks() {
    using Marks = std::pair<std::vector<EditRecord>, std::vector<CheckpointRecord>>;
    m_bridge.query(
        this,
        [run = *m_run](StoreReader& reader) -> Result<Marks> {
            PLUMB_TRY(auto edits, reader.edits(run));
            PLUMB_TRY(auto checkpoints, reader.checkpoints(run));
            return Marks{std::move(edits), std::move(checkpoints)};
        },
        [this, run = *m_run](const Result<Marks>& marks) {
            if (m_run == run && marks.ok())
                Q_EMIT marksChanged(marks.value().first, marks.value().second);
        });
}

void RunFeed::chooseStep(std::optional<std::int64_t> step) {
    m_step = step;
    wantCompletions();
}

void RunFeed::wantCompletions() {
    m_completionsWanted = true;
    if (!m_completionsOnTheWay && !m_completionTimer.isActive()) m_completionTimer.start();
}

void RunFeed::loadCompletions() {
    if (!m_run || !m_completionsWanted || m_completionsOnTheWay) return;
    m_completionsWanted = false;
    m_completionsOnTheWay = true;
    m_bridge.query(
        this,
        [run = *m_run, step = m_step](StoreReader& reader) {
            return readCompletions(reader, run, step);
        },
        [this, run = *m_run, step = m_step](const Result<StepCompletions>& answer) {
            m_completionsOnTheWay = false;
            if (m_completionsWanted) m_completionTimer.start();
            if (m_run != run || m_step != step) return;
            if (answer.ok())
                Q_EMIT completionsLoaded(answer.value().step, answer.value().rows);
            else
                Q_EMIT failed(toQString(answer.error().message));
        });
}

}  // namespace plumb::ui
