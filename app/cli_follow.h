// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "analysis/diagnosis_watch.h"
#include "base/clock.h"
#include "cli_commands.h"
#include "cli_output.h"
#include "cli_progress.h"
#include "session/session.h"

namespace plumb::cli {

/// Follows one run from its start to its end.
class RunFollower {
public:
    RunFollower(Context& context, Session& session) : context_(context), session_(session) {
        if (!context.json) display_.emplace(context.out);
    }

    /// The run that was just started is to stop after this step, which then is no failure.
    void stop_at(std::int64_t step) {
        session_.stop_at(step);
        is_to_stop_ = true;
    }
    /// The queue is held once the next run has begun: it is the last that is started.
    void hold_queue_at_start() { holds_queue_ = true; }
    /// Of the run, or of the next that the queue starts. Returns the exit code; nothing where the
    /// queue starts none.
    std::optional<int> follow(std::optional<RunId> run);

private:
    void handle(const RunStarted& e);
    void handle(const Progress& e);
    void handle(const StepDone& e);
    void handle(const CheckpointSaved& e);
    void handle(const SettingEdited& e);
    void handle(const RunPaused& e);
    void handle(const RunContinued& e);
    void handle(const RunEnded& e);
    void handle(const QueueChanged& e);
    void handle(const RunRemoved&) {}

    /// Whether the worker has what is followed, or may still get it.
    bool goes_on(std::optional<RunId> run) const;
    /// Seconds since the run's start by the run's own clock, which its steps tell.
    double now() { return stamp(step_seconds_ + since_step_.seconds()); }
    /// Lines of one stream never go back in time.
    double stamp(double seconds);
    void print(const JsonLine& line) { context_.out.line(line.text()); }
    void pass_on_signals();
    void say(const std::string& text);
    int exit_code() const;
    /// Without what is stored of the run there is nothing to diagnose: the steps alone do not tell
    /// its settings.
    void watch_run(const RunStarted& e);
    /// Diagnoses that were not told of before.
    void tell_news();
    void summarise(RunId run);
    /// What stands at the end, with what to do about it.
    void print_diagnoses();
    void print_changes(StoreReader& reader, RunId run);

    Context& context_;
    Session& session_;
    std::optional<ProgressDisplay> display_;
    std::optional<RunStarted> started_;
    std::optional<RunEnded> ended_;
    DiagnosisWatch watch_;
    Stopwatch clock_, since_progress_, since_step_, since_look_;
    double step_seconds_ = 0, last_time_ = 0;
    std::string phase_;
    std::int64_t step_ = 0;
    int passed_on_ = 0;
    bool is_to_stop_ = false;
    bool holds_queue_ = false;
};

/// Opens the session, starts what begin() starts and follows it; stop_at below 0: to its end. The
/// exit code.
int open_and_follow(Context& context, std::int64_t stop_at,
                    const std::function<Result<RunId>(Session&)>& begin);

/// Opens the session of the workspace for a command that follows runs.
Result<std::unique_ptr<Session>> open_session(const Context& context);

}  // namespace plumb::cli
