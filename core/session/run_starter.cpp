// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_starter.h"

#include <algorithm>
#include <thread>

#include "config/fields.h"
#include "config/roles.h"
#include "config/validation.h"
#include "config/yaml.h"
#include "session/model_source.h"
#include "session/named_sources.h"
#include "train/reward_refresh.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

/// What the settings name, as folders.
Status find_folders(const Settings& settings, const fs::path& workspace, RunInputs& inputs) {
    PLUMB_TRY(SourceFolders found, find_sources(settings, workspace));
    inputs.model_folder = std::move(found.model);
    inputs.reward_model_folder = std::move(found.reward_model);
    inputs.pairs_folder = std::move(found.pairs);
    inputs.eval_reward_model_folder = std::move(found.eval_reward_model);
    return {};
}

Status check_plan(Settings settings, const std::vector<PlannedEdit>& edits,
                  const fs::path& workspace) {
    for (const PlannedEdit& edit : edits) {
        const Field* field = find_field(edit.key);
        Status status = set_field(edit.key, settings, edit.value);
        if (status && field && !field->live)
            status = invalid_input(edit.key + " cannot be changed while a run goes on");
        if (status) status = validate(settings);
        if (status) status = check_refresh(edit.key, settings, workspace);
        if (!status)
            return invalid_input(
                "the edit of " + edit.key + " to " + edit.value + " after step " +
                std::to_string(edit.step) +
                ", taken over from another run, does not go with these settings: " +
                status.error().message +
                "; change the settings, or repeat the run without its edits");
    }
    return {};
}

RunRecord record_of(const Settings& settings, const std::string& name) {
    RunRecord record;
    record.name = name.empty() ? default_name(settings) : name;
    record.algorithm = settings.algorithm;
    record.preset = settings.preset;
    record.settings = write_settings(settings);
    record.total_steps = has_budget(settings) ? 0 : std::max<std::int64_t>(0, settings.max_steps);
    record.state = RunState::running;
    return record;
}

}  // namespace

Status check_refresh(const std::string& key, const Settings& settings, const fs::path& workspace) {
    if (key != "reward_refresh_file" || settings.reward_refresh_file.empty()) return {};
    if (!uses_reward_model(settings))
        return invalid_input(
            "reward_refresh_file: the run has no learned reward that could be refreshed; its "
            "reward_funcs do not name reward_model");
    return catch_everything([&]() -> Status {
        const auto pairs = read_refresh_pairs(settings, workspace);
        return pairs ? Status() : pairs.error();
    });
}

std::string default_name(const Settings& settings) {
    return !settings.preset.empty() ? settings.preset : settings.algorithm + "-" + settings.task;
}

Status RunStarter::check(const Settings& settings, const std::vector<PlannedEdit>& edits) const {
    PLUMB_TRY_STATUS(validate(settings));
    if (!settings.reward_refresh_file.empty())
        return invalid_input(
            "reward_refresh_file is for a run that goes on; name pairs that a run is to begin with "
            "in preference_files");
    PLUMB_TRY_STATUS(check_plan(settings, edits, store_.folder()));
    std::optional<fs::path> model;
    if (!settings.model_name_or_path.empty()) {
        // One that is not found is an error at the start: a run in front of this one may make it.
        const auto source = find_model(settings.model_name_or_path, store_.folder());
        if (source) model = source->folder;
    }
    return catch_everything([&] { return check_inputs(settings, model); });
}

Status RunStarter::ready_for_a_run() const {
    if (store_.access() == Access::read_only)
        return Error{ErrorCode::busy, store_.folder().string() +
                                          " is open for reading only; close the program that "
                                          "holds it, or use another workspace"};
    if (const auto active = worker_.active_run())
        return Error{ErrorCode::busy, "run " + std::to_string(*active) +
                                          " is still going on; finish or abort it first, or add "
                                          "this one to the queue"};
    return {};
}

Result<RunId> RunStarter::start(Settings settings, const std::string& name,
                                const std::vector<PlannedEdit>& edits) {
    std::lock_guard lock(mutex_);
    return start_now(std::move(settings), name, edits, {});
}

Result<RunId> RunStarter::resume(RunId run, const std::vector<PlannedEdit>& edits) {
    std::lock_guard lock(mutex_);
    return resume_now(run, {}, edits);
}

Result<RunId> RunStarter::start_now(Settings settings, const std::string& name,
                                    const std::vector<PlannedEdit>& edits,
                                    std::optional<QueueId> queued) {
    PLUMB_TRY_STATUS(ready_for_a_run());
    // A run may be resumed from elsewhere.
    resolve_own_rewards(settings, fs::current_path());
    if (settings.threads == 0)
        settings.threads = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    PLUMB_TRY_STATUS(check(settings, edits));

    RunWorker::Job job;
    job.inputs.settings = settings;
    job.inputs.cache = cache_;
    job.inputs.workspace = store_.folder();
    job.planned = edits;
    PLUMB_TRY_STATUS(find_folders(settings, store_.folder(), job.inputs));
    const RunRecord record = record_of(settings, name);
    PLUMB_TRY(job.run, store_.create_run(record, edits, queued));
    job.inputs.run_folder = store_.run_folder(job.run);
    emit_(RunStarted{job.run, record.name, false, 0, record.total_steps, queued.has_value()}, true);
    const RunId run = job.run;
    worker_.start(std::move(job));
    return run;
}

Result<RunId> RunStarter::resume_now(RunId run, std::optional<QueueId> queued,
                                     const std::vector<PlannedEdit>& more) {
    PLUMB_TRY_STATUS(ready_for_a_run());
    PLUMB_TRY(auto reader, StoreReader::open(store_.folder()));
    PLUMB_TRY(const RunRecord record, reader->run(run));
    if (record.deleted_ms != 0)
        return invalid_input("run " + std::to_string(run) + " (" + record.name +
                             ") was deleted; bring it back first");
    if (!can_resume(record.state))
        return invalid_input("run " + std::to_string(run) + " (" + record.name + ") is " +
                             to_string(record.state) + "; there is nothing to resume");
    const std::string origin = "settings of run " + std::to_string(run);
    PLUMB_TRY(Settings settings, parse_settings(record.settings, origin, {}));
    PLUMB_TRY(const auto checkpoints, reader->checkpoints(run));
    PLUMB_TRY(const auto edits, reader->edits(run));

    RunWorker::Job job;
    job.run = run;
    job.inputs.cache = cache_;
    job.inputs.workspace = store_.folder();
    job.inputs.run_folder = store_.run_folder(run);
    PLUMB_TRY(job.planned, reader->planned_edits(run));
    std::int64_t step = 0;
    if (!checkpoints.empty()) {
        const auto newest = std::ranges::max_element(checkpoints, {}, &CheckpointRecord::step);
        step = newest->step;
        job.inputs.checkpoint = store_.folder() / newest->folder;
        job.inputs.checkpoint_step = step;
    } else {  // else the run has its own copies
        PLUMB_TRY_STATUS(find_folders(settings, store_.folder(), job.inputs));
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
    PLUMB_TRY_STATUS(check_plan(settings, more, store_.folder()));
    if (!more.empty()) {
        std::vector<PlannedEdit> now = more;
        for (PlannedEdit& edit : now) edit.step = step;
        PLUMB_TRY_STATUS(store_.add_planned_edits(run, now));
        job.planned.insert(job.planned.end(), now.begin(), now.end());
        std::ranges::stable_sort(job.planned, {}, &PlannedEdit::step);
    }
    if (queued) PLUMB_TRY_STATUS(store_.dequeue({*queued}));
    PLUMB_TRY_STATUS(store_.set_run_state(run, RunState::running, ""));
    emit_(RunStarted{run, record.name, true, step, record.total_steps, queued.has_value()}, true);
    worker_.start(std::move(job));
    return run;
}

Status RunStarter::start_queued(const QueuedRun& queued) {
    std::lock_guard lock(mutex_);
    PLUMB_TRY_STATUS(ready_for_a_run());
    const auto started = [&]() -> Result<RunId> {
        if (queued.resumes) return resume_now(*queued.resumes, queued.id, {});
        PLUMB_TRY(Settings settings,
                  parse_settings(queued.settings, "settings of " + queued.name, {}));
        return start_now(std::move(settings), queued.name, queued.edits, queued.id);
    }();
    return started ? Status() : keep_failure(queued, started.error());
}

Status RunStarter::keep_failure(const QueuedRun& queued, const Error& reason) {
    RunEnded ended;
    ended.state = RunState::failed;
    ended.code = reason.code;
    ended.message = "it could not be started from the queue: " + reason.message;
    RunRecord record;
    if (queued.resumes) {
        PLUMB_TRY_STATUS(store_.dequeue({queued.id}));
        PLUMB_TRY(auto reader, StoreReader::open(store_.folder()));
        PLUMB_TRY(record, reader->run(*queued.resumes));
        // It can go on from where it was, once the reason is gone.
        ended.state = record.state;
        ended.step = record.step;
    } else {
        record.name = queued.name;
        record.algorithm = queued.algorithm;
        record.settings = queued.settings;
        record.state = ended.state;
        record.message = ended.message;
        PLUMB_TRY(record.id, store_.create_run(record, queued.edits, queued.id));
        PLUMB_TRY_STATUS(store_.set_run_state(record.id, ended.state, ended.message));
    }
    ended.run = record.id;
    emit_(RunStarted{record.id, record.name, queued.resumes.has_value(), ended.step,
                     record.total_steps, true},
          true);
    emit_(std::move(ended), true);
    return {};
}

}  // namespace plumb
