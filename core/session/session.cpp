// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include "base/event_queue.h"
#include "base/files.h"
#include "config/fields.h"
#include "session/inference_worker.h"
#include "session/run_queue.h"
#include "session/run_remover.h"
#include "session/run_starter.h"

namespace plumb {
namespace fs = std::filesystem;

struct Session::Implementation {
    Implementation(std::unique_ptr<Store> opened, fs::path cache_folder, std::size_t capacity)
        : store(std::move(opened)),
          events(capacity),
          worker(*store, loan, emitter()),
          starter(*store, worker, std::move(cache_folder), emitter()),
          queue(*store, starter, emitter()),
          inference(*store, loan),
          remover(*store, emitter()) {}
    /// The queue before the worker, whose run must not be followed by another; the worker while the
    /// queue is there, which is told of the run's end.
    ~Implementation() {
        queue.stop();
        worker.stop();
    }

    StoreMonitor::Emit emitter() {
        return [this](Event event, bool keep) {
            const auto* ended = std::get_if<RunEnded>(&event);
            const bool is_end = ended != nullptr;
            const RunState state = ended ? ended->state : RunState::running;
            events.push(std::move(event), keep);
            if (is_end) queue.run_ended(state);
        };
    }

    std::unique_ptr<Store> store;
    EventQueue<Event> events;
    PolicyLoan loan;
    RunWorker worker;
    RunStarter starter;
    RunQueue queue;
    InferenceWorker inference;
    RunRemover remover;
};

Session::Session(std::unique_ptr<Implementation> implementation)
    : self_(std::move(implementation)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(SessionOptions options) {
    if (options.workspace.empty()) options.workspace = default_workspace();
    if (options.cache.empty()) options.cache = default_cache();
    PLUMB_TRY(auto store, Store::open(options.workspace, options.access));
    return std::unique_ptr<Session>(new Session(std::make_unique<Implementation>(
        std::move(store), std::move(options.cache), options.event_capacity)));
}

Store& Session::store() { return *self_->store; }
const fs::path& Session::workspace() const { return self_->store->folder(); }

Result<RunId> Session::start(const Settings& settings, const std::string& name,
                             const std::vector<PlannedEdit>& edits) {
    return self_->starter.start(settings, name, edits);
}

Result<RunId> Session::resume(RunId run, const std::vector<PlannedEdit>& edits) {
    return self_->starter.resume(run, edits);
}

Result<QueueId> Session::enqueue(const Settings& settings, const std::string& name,
                                 const std::vector<PlannedEdit>& edits) {
    return self_->queue.add(settings, name, edits);
}

Result<std::vector<QueueId>> Session::enqueue_all(std::vector<RunPlan> plans) {
    return self_->queue.add_all(std::move(plans));
}

Result<QueueId> Session::enqueue_resume(RunId run) { return self_->queue.add_resume(run); }
Status Session::dequeue(const std::vector<QueueId>& ids) { return self_->queue.remove(ids); }
Status Session::move_queued(QueueId id, std::size_t place) { return self_->queue.move(id, place); }
void Session::hold_queue() { self_->queue.hold(); }
void Session::run_queue() { self_->queue.go_on(); }
QueueState Session::queue_state() const { return self_->queue.state(); }
void Session::remove_runs(const std::vector<RunId>& ids) { self_->remover.remove(ids); }

void Session::pause() {
    if (const auto control = self_->worker.control()) control->pause();
}

void Session::go_on() {
    self_->inference.cancel();  // a request on the paused run's policy would hold it up
    if (const auto control = self_->worker.control()) control->go_on();
}

void Session::finish() {
    if (const auto control = self_->worker.control()) control->finish();
}

void Session::stop_and_keep() {
    if (const auto control = self_->worker.control()) control->keep();
}

void Session::stop_at(std::int64_t step) {
    if (const auto control = self_->worker.control()) control->keep_at(step);
}

void Session::abort() {
    if (const auto control = self_->worker.control()) control->abort();
}

Status Session::edit(const std::string& key, const std::string& value, const std::string& reason) {
    const auto control = self_->worker.control();
    if (!control) return invalid_input("no run is going on; start one to edit its settings");
    Settings edited = control->settings();
    PLUMB_TRY_STATUS(set_field(key, edited, value));
    PLUMB_TRY_STATUS(check_refresh(key, edited, self_->store->folder()));
    return control->edit(key, value, reason);
}

std::optional<RunId> Session::active_run() const { return self_->worker.active_run(); }
void Session::wait() { self_->worker.wait(); }

std::optional<Event> Session::next_event(std::chrono::milliseconds timeout) {
    return self_->events.pop(timeout);
}

std::future<Result<GenerateReply>> Session::generate(GenerateRequest request) {
    return self_->inference.generate(std::move(request));
}

std::future<Result<EvaluateReply>> Session::evaluate(EvaluateRequest request) {
    return self_->inference.evaluate(std::move(request));
}

std::future<Result<ScoreLabelsReply>> Session::score_labels(ScoreLabelsRequest request) {
    return self_->inference.score_labels(std::move(request));
}

std::future<Result<CompareModelsReply>> Session::compare_models(CompareModelsRequest request) {
    return self_->inference.compare_models(std::move(request));
}

std::future<Result<JudgeModelsReply>> Session::judge_models(JudgeModelsRequest request) {
    return self_->inference.judge_models(std::move(request));
}

std::future<Result<JudgeAnswersReply>> Session::judge_answers(JudgeAnswersRequest request) {
    return self_->inference.judge_answers(std::move(request));
}

void Session::cancel_inference() { self_->inference.cancel(); }

}  // namespace plumb
