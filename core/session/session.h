// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "session/events.h"
#include "session/generation.h"
#include "session/judge_requests.h"
#include "session/label_requests.h"
#include "session/run_plan.h"
#include "store/store.h"

namespace plumb {

struct SessionOptions {
    std::filesystem::path workspace;  ///< empty: default_workspace()
    std::filesystem::path cache;      ///< empty: default_cache()
    Access access = Access::read_write;
    std::size_t event_capacity = 4096;
};

struct EvaluateRequest {
    std::string model;   ///< as in GenerateRequest
    std::string task;    ///< arithmetic, reviews, or a .jsonl or text file with prompts and answers
    std::string reward;  ///< name of a reward function; empty: the task's own
    Settings settings;   ///< columns, lengths and options of the task and the reward
    std::int64_t threads = 0;
};

struct EvaluateReply {
    Metrics metrics;  ///< eval/accuracy and eval/accuracy_greedy, or eval/reward, and lengths
    std::int64_t prompts = 0;
    double seconds = 0;
};

/// What the queue of the workspace does.
struct QueueState {
    std::size_t waiting = 0;  ///< runs in it
    bool held = false;        ///< none is started until it is let go on
};

/// The running API: one workspace, at most one run at a time, one inference worker. Commands return
/// at once; what they do is told by events. Every function may be called from any thread.
///
/// The run worker owns the run's models and random generators. Commands reach it at the next step
/// boundary; abort within one sampled token or micro-batch.
class Session {
public:
    static Result<std::unique_ptr<Session>> open(SessionOptions options);
    /// Finishes the step of a running run and saves it as interrupted, so that it can be resumed.
    ~Session();

    Store& store();
    const std::filesystem::path& workspace() const;

    /// Validates the settings (all files they name included) and starts the run on the worker.
    /// edits: those of a run that it repeats (session/run_plan.h); each is made at its step and
    /// kept as an edit of the new run.
    Result<RunId> start(const Settings& settings, const std::string& name,
                        const std::vector<PlannedEdit>& edits = {});
    /// Goes on from the run's last checkpoint, replaying its edits. edits: made beside them before
    /// the first update, whatever step they name.
    Result<RunId> resume(RunId run, const std::vector<PlannedEdit>& edits = {});

    // The queue: runs that are started one after another, the next when the one before has ended,
    // also by a failure or an abort. It is kept in the workspace. An opening that finds runs in it
    // holds it, and so does a run that is stopped so as to go on later. Changes are told by events
    // QueueChanged.

    /// Validates as start() does; a model, and the run with the pairs, may also be the name of a
    /// run that waits before.
    Result<QueueId> enqueue(const Settings& settings, const std::string& name,
                            const std::vector<PlannedEdit>& edits = {});
    /// Several, in this order: all of them or, where one does not pass, none. The error names it.
    Result<std::vector<QueueId>> enqueue_all(std::vector<RunPlan> plans);
    Result<QueueId> enqueue_resume(RunId run);
    Status dequeue(const std::vector<QueueId>& ids);
    /// place: 0 is the first.
    Status move_queued(QueueId id, std::size_t place);
    void hold_queue();
    void run_queue();
    QueueState queue_state() const;

    /// Takes runs that were deleted (Store::delete_runs) away for good, beside what goes on. Each
    /// ends in an event RunRemoved. Those deleted for deleted_runs_kept_ms are taken away when the
    /// workspace is opened for writing.
    void remove_runs(const std::vector<RunId>& ids);
    static constexpr std::int64_t deleted_runs_kept_ms = std::int64_t{24} * 3600 * 1000;

    void pause();
    void go_on();
    /// Finishes the current step, evaluates, saves and ends as finished.
    void finish();
    /// Finishes the current step and saves a checkpoint; the run ends as interrupted.
    void stop_and_keep();
    /// The same once the run has done so many steps.
    void stop_at(std::int64_t step);
    /// Ends at once without saving; committed rows stay.
    void abort();
    /// Takes effect with the next step; errors (unknown, not live, out of range) return at once. An
    /// edit of reward_refresh_file reads the file first.
    Status edit(const std::string& key, const std::string& value, const std::string& reason);

    /// The run that the worker has now.
    std::optional<RunId> active_run() const;
    /// Waits until the worker has no run.
    void wait();

    /// The oldest event not yet taken; waits for one at most the given time.
    std::optional<Event> next_event(std::chrono::milliseconds timeout);

    /// On the inference worker. While a run is paused, "RUN" of the paused run means its policy as
    /// it stands.
    std::future<Result<GenerateReply>> generate(GenerateRequest request);
    std::future<Result<EvaluateReply>> evaluate(EvaluateRequest request);
    /// A reward model scores a label queue; the scores are kept in one transaction.
    std::future<Result<ScoreLabelsReply>> score_labels(ScoreLabelsRequest request);
    /// Two models answer the same prompts, which become a label queue in one transaction.
    std::future<Result<CompareModelsReply>> compare_models(CompareModelsRequest request);
    /// Several models answer the same prompts, and judges score the answers: an answer set.
    std::future<Result<JudgeModelsReply>> judge_models(JudgeModelsRequest request);
    /// Further judges score an answer set.
    std::future<Result<JudgeAnswersReply>> judge_answers(JudgeAnswersRequest request);
    /// Stops what the inference worker is doing.
    void cancel_inference();

private:
    struct Implementation;
    explicit Session(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> self_;
};

}  // namespace plumb
