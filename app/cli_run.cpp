// SPDX-License-Identifier: GPL-3.0-or-later
// run and resume: start a run on the session and show its events until it ends.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/strings.h"
#include "cli_commands.h"
#include "cli_forecast.h"
#include "cli_progress.h"
#include "cli_signals.h"
#include "session/session.h"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds poll_interval{100};
/// The worker is free a moment before its last event can be taken.
constexpr int polls_for_last_event = 20;

/// Follows one run from its start to its end.
class RunFollower {
public:
    RunFollower(Context& context, Session& session) : context_(context), session_(session) {
        if (!context.json) display_.emplace(context.out);
    }

    int follow(RunId run) {
        int polls_after_run = 0;
        while (!ended_) {
            auto event = session_.next_event(poll_interval);
            if (event)
                std::visit([this](const auto& e) { handle(e); }, *event);
            else if (session_.active_run() != run && ++polls_after_run > polls_for_last_event)
                break;
            pass_on_signals();
        }
        display_.reset();
        if (!context_.json) summarise(run);
        return exit_code();
    }

private:
    void handle(const RunStarted& e) {
        started_ = e;
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
                          (e.resumed ? " goes on after step " + std::to_string(e.step) : "") +
                          " in " + session_.workspace().string());
    }

    void handle(const Progress& e) {
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

    void handle(const StepDone& e) {
        step_ = e.step;
        since_step_.restart();
        step_seconds_ = e.seconds;
        if (context_.json)
            print(JsonLine("step")
                      .step(e.step)
                      .time(stamp(e.seconds))
                      .metrics(e.metrics)
                      .set("total_steps", e.total_steps));
        else
            display_->show(e);
    }

    void handle(const CheckpointSaved& e) {
        if (context_.json)
            print(JsonLine("checkpoint")
                      .step(e.step)
                      .time(now())
                      .set("folder", e.folder)
                      .set("best", e.is_best)
                      .set("run_bytes", static_cast<std::int64_t>(e.run_bytes)));
    }

    void handle(const SettingEdited& e) {
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

    void handle(const RunPaused& e) {
        if (context_.json)
            print(JsonLine("paused").step(e.step).time(now()).set("reason", e.reason));
        else
            display_->message("Paused after step " + std::to_string(e.step) +
                              (e.reason.empty() ? "" : ": " + e.reason) + ". Ctrl-C ends the run.");
    }

    void handle(const RunContinued&) {
        if (context_.json)
            print(JsonLine("continued").step(step_).time(now()));
        else
            display_->message("The run goes on.");
    }

    void handle(const RunEnded& e) {
        ended_ = e;
        if (!context_.json) return;
        JsonLine line("ended");
        line.step(e.step).time(now()).set("run", e.run).set("state", to_string(e.state));
        if (!e.message.empty()) line.set("message", e.message);
        print(line);
    }

    /// Seconds since the run's start by the run's own clock, which its steps tell.
    double now() { return stamp(step_seconds_ + since_step_.seconds()); }
    /// Lines of one stream never go back in time.
    double stamp(double seconds) { return last_time_ = std::max(last_time_, seconds); }

    void print(const JsonLine& line) { context_.out.line(line.text()); }

    void pass_on_signals() {
        const int requests = stop_requests();
        if (requests <= passed_on_) return;
        passed_on_ = requests;
        if (requests == 1) {
            say("Finishing the step and saving. Ctrl-C again ends the run at once.");
            session_.stop_and_keep();
        } else {
            say("Ending the run at once.");
            session_.abort();
        }
    }

    void say(const std::string& text) {
        if (display_)
            display_->message(text);
        else
            tell(text);
    }

    int exit_code() const {
        if (ended_ && ended_->state == RunState::finished) return 0;
        return passed_on_ > 0 ? signal_exit_code() : 1;
    }

    void summarise(RunId run);
    void print_changes(StoreReader& reader, RunId run);

    Context& context_;
    Session& session_;
    std::optional<ProgressDisplay> display_;
    std::optional<RunStarted> started_;
    std::optional<RunEnded> ended_;
    Stopwatch clock_, since_progress_, since_step_;
    double step_seconds_ = 0, last_time_ = 0;
    std::string phase_;
    std::int64_t step_ = 0;
    int passed_on_ = 0;
};

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

    const auto checkpoints = (*reader)->checkpoints(run);
    out.line("Stored in " + session_.store().run_folder(run).string());
    if (can_resume(ended_->state) && checkpoints.ok() && !checkpoints->empty())
        out.line("Go on from step " + std::to_string(checkpoints->back().step) +
                 " with: plumbline-cli resume " + id + where);
    out.line("Charts: plumbline-cli chart " + id + " --out " + id + ".svg" + where);
}

int open_and_follow(Context& context, const std::function<Result<RunId>(Session&)>& begin) {
    SessionOptions options;
    options.workspace = context.workspace;
    // A reader of --json gets every step, even when it falls behind for a while.
    options.event_capacity = 1 << 16;
    auto session = Session::open(options);
    if (!session.ok()) return report(session.error());
    RunFollower follower(context, **session);
    const auto run = begin(**session);
    if (!run.ok()) return report(run.error());
    return follower.follow(*run);
}

struct RunOptions {
    std::string target;
    std::vector<std::string> assignments;
    std::string name;
};

int run(Context& context, const RunOptions& options) {
    const auto settings = target_settings(options.target, options.assignments);
    if (!settings.ok()) return report(settings.error());
    if (!context.json) {
        // What is wrong with the settings is told by the start.
        if (const auto forecast = ask_forecast(context, *settings))
            context.out.line(forecast_line(*forecast));
    }
    const std::string name =
        options.name.empty() ? fs::path(options.target).stem().string() : options.name;
    return open_and_follow(context,
                           [&](Session& session) { return session.start(*settings, name); });
}

int resume(Context& context, const std::string& wanted) {
    auto reader = context.open_reader();
    if (!reader.ok()) return report(reader.error());
    const auto record = (*reader)->find_run(wanted);
    if (!record.ok()) return report(record.error());
    return open_and_follow(context, [&](Session& session) { return session.resume(record->id); });
}

}  // namespace

void add_run_commands(CLI::App& app, Context& context) {
    auto* run_command = app.add_subcommand("run", "Start a run and follow it to its end");
    auto options = std::make_shared<RunOptions>();
    add_target_options(*run_command, options->target, options->assignments);
    run_command->add_option("--name", options->name, "Name of the run")->type_name("NAME");
    add_shared_options(*run_command, context);
    run_command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });

    auto* resume_command =
        app.add_subcommand("resume", "Go on with a run from its last checkpoint");
    auto wanted = std::make_shared<std::string>();
    resume_command->add_option("run", *wanted, "Number or name of the run")
        ->required()
        ->type_name("RUN");
    add_shared_options(*resume_command, context);
    resume_command->callback([&context, wanted] {
        context.action = [&context, wanted] { return resume(context, *wanted); };
    });
}

}  // namespace plumb::cli
