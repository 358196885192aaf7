// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/session.h"

#include <algorithm>
#include <thread>

#include "base/event_queue.h"
#include "base/files.h"
#include "config/fields.h"
#include "config/roles.h"
#include "config/validation.h"
#include "config/yaml.h"
#include "session/inference_worker.h"
#include "session/model_source.h"
#include "session/run_worker.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// What settings.reward_model means, where the run takes a reward model that there is already.
Result<std::optional<fs::path>> reward_model_folder(const Settings& settings,
                                                    const fs::path& workspace) {
    if (!uses_reward_model(settings) || makes_reward_model(settings))
        return std::optional<fs::path>();
    const auto source = find_model(settings.reward_model, workspace);
    if (!source) return Error{source.error().code, "reward_model: " + source.error().message};
    return std::optional(source->folder);
}

}  // namespace

struct Session::Implementation {
    Implementation(std::unique_ptr<Store> opened, fs::path cache_folder, std::size_t capacity)
        : store(std::move(opened)),
          cache(std::move(cache_folder)),
          events(capacity),
          worker(*store, loan,
                 [this](Event event, bool keep) { events.push(std::move(event), keep); }),
          inference(store->folder(), loan) {}

    Status ready_for_a_run() const {
        if (store->access() == Access::read_only)
            return Error{ErrorCode::busy, store->folder().string() +
                                              " is open for reading only; close the program that "
                                              "holds it, or use another workspace"};
        if (const auto active = worker.active_run())
            return Error{ErrorCode::busy, "run " + std::to_string(*active) +
                                              " is still going on; finish or abort it first"};
        return {};
    }

    std::unique_ptr<Store> store;
    fs::path cache;
    EventQueue<Event> events;
    PolicyLoan loan;
    std::mutex start_mutex;  ///< one start at a time
    RunWorker worker;
    InferenceWorker inference;
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

Result<RunId> Session::start(const Settings& given, const std::string& name) {
    std::lock_guard lock(self_->start_mutex);
    PLUMB_TRY_STATUS(self_->ready_for_a_run());
    Settings settings = given;
    // A run may be resumed from elsewhere.
    resolve_own_rewards(settings, fs::current_path());
    if (settings.threads == 0)
        settings.threads = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    PLUMB_TRY_STATUS(validate(settings));
    PLUMB_TRY_STATUS(catch_everything([&] { return check_inputs(settings); }));

    RunWorker::Job job;
    job.inputs.settings = settings;
    job.inputs.cache = self_->cache;
    if (!settings.model_name_or_path.empty()) {
        PLUMB_TRY(const ModelSource source,
                  find_model(settings.model_name_or_path, self_->store->folder()));
        job.inputs.model_folder = source.folder;
    }
    PLUMB_TRY(job.inputs.reward_model_folder,
              reward_model_folder(settings, self_->store->folder()));
    RunRecord record;
    record.name = !name.empty()              ? name
                  : !settings.preset.empty() ? settings.preset
                                             : settings.algorithm + "-" + settings.task;
    record.algorithm = settings.algorithm;
    record.preset = settings.preset;
    record.settings = write_settings(settings);
    record.total_steps = std::max<std::int64_t>(0, settings.max_steps);
    record.state = RunState::running;
    PLUMB_TRY(job.run, self_->store->create_run(record));
    job.inputs.run_folder = self_->store->run_folder(job.run);
    self_->events.push(RunStarted{job.run, record.name, false, 0, record.total_steps}, true);
    const RunId run = job.run;
    self_->worker.start(std::move(job));
    return run;
}

Result<RunId> Session::resume(RunId run) {
    std::lock_guard lock(self_->start_mutex);
    PLUMB_TRY_STATUS(self_->ready_for_a_run());
    PLUMB_TRY(auto reader, StoreReader::open(self_->store->folder()));
    PLUMB_TRY(const RunRecord record, reader->run(run));
    if (!can_resume(record.state))
        return invalid_input("run " + std::to_string(run) + " (" + record.name + ") is " +
                             to_string(record.state) + "; there is nothing to resume");
    const std::string origin = "settings of run " + std::to_string(run);
    PLUMB_TRY(Settings settings, parse_settings(record.settings, origin, {}));
    PLUMB_TRY(const auto checkpoints, reader->checkpoints(run));
    PLUMB_TRY(const auto edits, reader->edits(run));

    RunWorker::Job job;
    job.run = run;
    job.inputs.cache = self_->cache;
    job.inputs.run_folder = self_->store->run_folder(run);
    std::int64_t step = 0;
    if (!checkpoints.empty()) {
        const auto newest = std::ranges::max_element(checkpoints, {}, &CheckpointRecord::step);
        step = newest->step;
        job.inputs.checkpoint = self_->store->folder() / newest->folder;
    } else if (!settings.model_name_or_path.empty()) {
        PLUMB_TRY(const ModelSource source,
                  find_model(settings.model_name_or_path, self_->store->folder()));
        job.inputs.model_folder = source.folder;
    }
    if (!job.inputs.checkpoint) {  // else the run has its own copy
        PLUMB_TRY(job.inputs.reward_model_folder,
                  reward_model_folder(settings, self_->store->folder()));
    }
    for (const EditRecord& edit : edits) {
        // Those of earlier steps have taken effect by the checkpoint; the others are replayed.
        if (edit.step < step) {
            PLUMB_TRY_STATUS(set_field(edit.key, settings, edit.new_value));
        } else {
            job.replay.push_back(edit);
        }
    }
    job.inputs.settings = settings;
    PLUMB_TRY_STATUS(self_->store->set_run_state(run, RunState::running, ""));
    self_->events.push(RunStarted{run, record.name, true, step, record.total_steps}, true);
    self_->worker.start(std::move(job));
    return run;
}

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

void Session::abort() {
    if (const auto control = self_->worker.control()) control->abort();
}

Status Session::edit(const std::string& key, const std::string& value, const std::string& reason) {
    const auto control = self_->worker.control();
    if (!control) return invalid_input("no run is going on; start one to edit its settings");
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

void Session::cancel_inference() { self_->inference.cancel(); }

}  // namespace plumb
