// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_follow.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "base/files.h"
#include "base/strings.h"
#include "cli_diagnosis.h"
#include "cli_signals.h"

namespace plumb::cli {
namespace {

constexpr std::chrono::milliseconds poll_interval{100};
/// The worker is free a moment before its last event can be taken.
constexpr int polls_for_last_event = 20;
/// Between two looks at all that the run has recorded.
constexpr double look_seconds = 0.5;

}  // namespace

std::optional<int> RunFollower::follow(std::optional<RunId> run) {
    int polls_after_run = 0;
    while (!ended_) {
        auto event = session_.next_event(poll_interval);
        if (event)
            std::visit([this](const auto& e) { handle(e); }, *event);
        else if (!goes_on(run) && ++polls_after_run > polls_for_last_event)
            break;
        pass_on_signals();
    }
    display_.reset();
    if (!run && !started_) return std::nullopt;
    if (!context_.json) summarise(run ? *run : started_->run);
    return exit_code();
}

bool RunFollower::goes_on(std::optional<RunId> run) const {
    if (run) return session_.active_run() == run;
    const QueueState queue = session_.queue_state();
    return session_.active_run() || (queue.waiting > 0 && !queue.held);
}

void RunFollower::handle(const RunStarted& e) {
    started_ = e;
    if (holds_queue_) session_.hold_queue();
    watch_run(e);
    if (context_.json) {
        print(JsonLine("started")
                  .step(e.step)
                  .time(now())
                  .set("run", e.run)
                  .set("name", e.name)
                  .set("resumed", e.resumed)
                  .set("total_steps", e.total_steps)
                  .set("workspace", session_.workspace().string()));
        return;
    }
    display_->message("Run " + std::to_string(e.run) + " " + e.name +
                      (e.resumed ? " goes on after step " + std::to_string(e.step) : "") + " in " +
                      session_.workspace().string());
}

void RunFollower::handle(const Progress& e) {
    if (!context_.json) {
        display_->show(e);
        return;
    }
    const bool new_phase = std::exchange(phase_, e.phase) != e.phase;
    if (!new_phase && since_progress_.seconds() < 1) return;
    since_progress_.restart();
    JsonLine line("progress");
    line.step(step_).time(now()).set("phase", e.phase).set("done", e.done);
    line.set("total", e.total).set("tokens_per_second", e.tokens_per_second);
    if (e.seconds_left >= 0) line.set("seconds_left", e.seconds_left);
    print(line);
}

void RunFollower::handle(const StepDone& e) {
    step_ = e.step;
    since_step_.restart();
    step_seconds_ = e.seconds;
    watch_.add(e.step, e.metrics, e.total_steps);
    if (context_.json)
        print(JsonLine("step")
                  .step(e.step)
                  .time(stamp(e.seconds))
                  .metrics(e.metrics)
                  .set("total_steps", e.total_steps));
    else
        display_->show(e);
    if (since_look_.seconds() >= look_seconds) tell_news();
}

void RunFollower::handle(const CheckpointSaved& e) {
    watch_.add(CheckpointRecord{e.step, e.folder, e.is_best});
    if (context_.json)
        print(JsonLine("checkpoint")
                  .step(e.step)
                  .time(now())
                  .set("folder", e.folder)
                  .set("best", e.is_best)
                  .set("run_bytes", static_cast<std::int64_t>(e.run_bytes)));
}

void RunFollower::handle(const SettingEdited& e) {
    watch_.set(e.edit.key, e.edit.new_value);
    if (context_.json)
        print(JsonLine("edit")
                  .step(e.edit.step)
                  .time(now())
                  .set("key", e.edit.key)
                  .set("old", e.edit.old_value)
                  .set("new", e.edit.new_value)
                  .set("reason", e.edit.reason));
    else
        display_->message("From step " + std::to_string(e.edit.step + 1) + " " + e.edit.key +
                          " is " + e.edit.new_value + " (was " + e.edit.old_value + ")");
}

void RunFollower::handle(const RunPaused& e) {
    if (context_.json)
        print(JsonLine("paused").step(e.step).time(now()).set("reason", e.reason));
    else
        display_->message("Paused after step " + std::to_string(e.step) +
                          (e.reason.empty() ? "" : ": " + e.reason) + ". Ctrl-C ends the run.");
}

void RunFollower::handle(const RunContinued&) {
    if (context_.json)
        print(JsonLine("continued").step(step_).time(now()));
    else
        display_->message("The run goes on.");
}

void RunFollower::handle(const QueueChanged& e) {
    if (context_.json) {
        JsonLine line("queue");
        line.set("waiting", e.waiting).set("held", e.held);
        if (!e.problem.empty()) line.set("message", e.problem);
        print(line);
    } else if (!e.problem.empty()) {
        say("The queue is held: " + e.problem);
    }
}

void RunFollower::handle(const RunEnded& e) {
    ended_ = e;
    tell_news();
    if (!context_.json) return;
    for (const Diagnosis& diagnosis : watch_.look())
        if (diagnosis.standing) print(diagnosis_json(diagnosis).time(now()).set("final", true));
    JsonLine line("ended");
    line.step(e.step).time(now()).set("run", e.run).set("state", to_string(e.state));
    if (!e.message.empty()) line.set("message", e.message);
    print(line);
}

double RunFollower::stamp(double seconds) { return last_time_ = std::max(last_time_, seconds); }

void RunFollower::pass_on_signals() {
    const int requests = stop_requests();
    if (requests <= passed_on_) return;
    passed_on_ = requests;
    session_.hold_queue();
    if (requests == 1) {
        say("Finishing the step and saving. Ctrl-C again ends the run at once.");
        session_.stop_and_keep();
    } else {
        say("Ending the run at once.");
        session_.abort();
    }
}

void RunFollower::say(const std::string& text) {
    if (display_)
        display_->message(text);
    else
        tell(text);
}

int RunFollower::exit_code() const {
    if (ended_ && ended_->state == RunState::finished) return 0;
    if (ended_ && ended_->state == RunState::interrupted && is_to_stop_ && passed_on_ == 0)
        return 0;
    return passed_on_ > 0 ? signal_exit_code() : 1;
}

void RunFollower::watch_run(const RunStarted& e) {
    const auto reader = StoreReader::open(session_.workspace());
    if (!reader.ok()) return;
    const auto record = (*reader)->run(e.run);
    if (!record.ok()) return;
    auto input = read_diagnosis_input(**reader, *record);
    if (!input.ok()) return;
    watch_ = DiagnosisWatch(std::move(*input));
    watch_.rewind(e.step);
}

void RunFollower::tell_news() {
    for (const Diagnosis& diagnosis : watch_.news()) {
        if (context_.json) {
            print(diagnosis_json(diagnosis).time(now()).set("final", false));
            continue;
        }
        for (const std::string& line : diagnosis_lines(diagnosis, false)) say(line);
    }
    since_look_.restart();
}

void RunFollower::print_diagnoses() {
    for (const Diagnosis& diagnosis : watch_.look())
        if (diagnosis.standing)
            for (const std::string& line : diagnosis_lines(diagnosis)) context_.out.line(line);
}

void RunFollower::print_changes(StoreReader& reader, RunId run) {
    std::vector<std::vector<std::string>> rows;
    std::optional<double> accuracy;
    for (const std::string key :
         {"eval/accuracy", "eval/accuracy_greedy", "eval/accuracy_gold", "eval/gold_correlation",
          "eval/reward", "eval/gold_reward", "eval/kl_sequence", "eval/rewards/accuracies",
          "eval/loss", "eval/distinct_ratio", "eval/mean_length", "reward", "gold_reward",
          "objective/kl", "kl", "loss", "completions/mean_length"}) {
        const auto points = reader.metric(run, key);
        if (!points.ok() || points->size() < 2) continue;
        if (key == "eval/accuracy") accuracy = points->back().value;
        // With the task's own reward this is the accuracy once more.
        if (key == "eval/reward" && accuracy == points->back().value) continue;
        rows.push_back({"  " + key, format_significant(points->front().value), "->",
                        format_significant(points->back().value)});
    }
    if (rows.empty()) return;
    const std::string table =
        format_table({{"  metric"}, {"first", true}, {""}, {"last", true}}, rows);
    context_.out.write(table);
}

void RunFollower::summarise(RunId run) {
    Output& out = context_.out;
    const std::string id = std::to_string(run);
    const std::string name = started_ ? id + " " + started_->name : id;
    const std::string where = context_.workspace_argument();
    auto reader = StoreReader::open(session_.workspace());
    if (!ended_) {
        tell("plumbline-cli: the run ended without saying how; its log has more: " +
             session_.store().run_folder(run).string() + "/log.txt");
        return;
    }
    const std::string at = "step " + std::to_string(ended_->step);
    if (ended_->state == RunState::finished)
        out.line("Run " + name + " is finished: " + at + ", " + format_duration(clock_.seconds()));
    else if (ended_->state == RunState::failed)
        tell("Run " + name + " failed; the reason is above and in its log.txt");
    else if (ended_->state == RunState::interrupted)
        out.line("Run " + name + " stopped after " + at + " and is saved");
    else
        out.line("Run " + name + " was aborted after " + at);
    if (!reader.ok()) return;
    print_changes(**reader, run);
    print_diagnoses();

    const auto checkpoints = (*reader)->checkpoints(run);
    out.line("Stored in " + session_.store().run_folder(run).string());
    if (can_resume(ended_->state) && checkpoints.ok() && !checkpoints->empty())
        out.line("Go on from step " + std::to_string(checkpoints->back().step) +
                 " with: plumbline-cli resume " + id + where);
    out.line("Charts: plumbline-cli chart " + id + " --out " + id + ".svg" + where);
}

Result<std::unique_ptr<Session>> open_session(const Context& context) {
    SessionOptions options;
    options.workspace = context.workspace;
    // A reader of --json gets every step, even when it falls behind for a while.
    options.event_capacity = 1 << 16;
    return Session::open(options);
}

int open_and_follow(Context& context, std::int64_t stop_at,
                    const std::function<Result<RunId>(Session&)>& begin) {
    auto session = open_session(context);
    if (!session.ok()) return report(session.error());
    RunFollower follower(context, **session);
    const auto run = begin(**session);
    if (!run.ok()) return report(run.error());
    if (stop_at >= 0) follower.stop_at(stop_at);
    return follower.follow(*run).value_or(1);
}

}  // namespace plumb::cli
