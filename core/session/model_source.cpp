// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_source.h"

#include <algorithm>

#include "base/strings.h"
#include "train/run.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr const char* start_name = "start";

fs::path run_folder(RunId run, const fs::path& workspace) {
    return workspace / "runs" / std::to_string(run);
}

bool has_model(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "config.json", ignored) ||
           fs::exists(folder / "adapter_config.json", ignored);
}

Result<ModelSource> find_start(const std::string& run_name, const fs::path& workspace) {
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    PLUMB_TRY(const RunRecord run, reader->find_run(run_name));
    const fs::path folder = run_folder(run.id, workspace) / run_start;
    if (!has_model(folder))
        return Error{ErrorCode::not_found,
                     "run " + run_name + " has not got to a model that it starts from"};
    return ModelSource{folder, {}, CheckpointSource{run.id, run.name, 0, true}};
}

std::string list_of_steps(const std::vector<CheckpointRecord>& checkpoints) {
    std::vector<std::string> steps;
    for (const auto& checkpoint : checkpoints) steps.push_back(std::to_string(checkpoint.step));
    return join(steps, ", ");
}

}  // namespace

std::string CheckpointSource::identity() const {
    return run_name + "/" + std::to_string(run) + "@" +
           (is_start ? std::string(start_name) : std::to_string(step));
}

std::string ModelSource::identity() const {
    if (checkpoint) return checkpoint->identity();
    std::error_code ignored;
    const fs::path whole = fs::weakly_canonical(folder, ignored);
    return whole.empty() ? folder.string() : whole.string();
}

Result<ModelSource> find_model(const std::string& name, const fs::path& workspace) {
    std::error_code ignored;
    if (fs::is_directory(name, ignored)) {
        if (has_model(name)) return ModelSource{name, {}};
        return invalid_input(name +
                             " has no config.json; name a folder with a Hugging Face model, with "
                             "an adapter (adapter_config.json), or a run");
    }
    const auto at = name.rfind('@');
    const std::string run_name = name.substr(0, at);
    const bool best = at != std::string::npos && name.substr(at + 1) == "best";
    if (at != std::string::npos && name.substr(at + 1) == start_name)
        return find_start(run_name, workspace);
    std::optional<std::int64_t> step;
    if (at != std::string::npos && !best) {
        step = parse_int(name.substr(at + 1));
        if (!step)
            return invalid_input(name + ": after @ stands the step of a checkpoint, as in " +
                                 run_name +
                                 "@100, best, or start for the model that it started from");
    }
    PLUMB_TRY(auto reader, StoreReader::open(workspace));
    auto run = reader->find_run(run_name);
    if (!run)
        return Error{ErrorCode::not_found,
                     name + " is neither a model folder nor a run: " + run.error().message};
    PLUMB_TRY(const auto checkpoints, reader->checkpoints(run->id));
    if (checkpoints.empty())
        return Error{ErrorCode::not_found, "run " + run_name + " has no checkpoint yet"};
    if (best) {
        const auto marked = std::ranges::find(checkpoints, true, &CheckpointRecord::is_best);
        if (marked == checkpoints.end())
            return Error{ErrorCode::not_found, "run " + run_name +
                                                   " has no checkpoint that is marked as the best; "
                                                   "there are those of " +
                                                   list_of_steps(checkpoints)};
        step = marked->step;
    }
    if (!step) {
        const auto newest = std::ranges::max_element(checkpoints, {}, &CheckpointRecord::step);
        return ModelSource{workspace / newest->folder, run->id,
                           CheckpointSource{run->id, run->name, newest->step}};
    }
    for (const auto& checkpoint : checkpoints)
        if (checkpoint.step == *step)
            return ModelSource{
                workspace / checkpoint.folder, {}, CheckpointSource{run->id, run->name, *step}};
    return Error{ErrorCode::not_found, "run " + run_name + " has no checkpoint of step " +
                                           std::to_string(*step) + "; there are those of " +
                                           list_of_steps(checkpoints)};
}

bool has_own_reward_model(RunId run, const fs::path& workspace) {
    return has_model(run_folder(run, workspace) / run_reward_model);
}

Result<ModelSource> find_reward_model(const std::string& name, const fs::path& workspace) {
    std::error_code ignored;
    if (!fs::is_directory(name, ignored) && name.find('@') == std::string::npos) {
        PLUMB_TRY(auto reader, StoreReader::open(workspace));
        if (const auto run = reader->find_run(name); run.ok())
            for (const char* own : {run_reward_model, run_eval_reward_model})
                if (const fs::path folder = run_folder(run->id, workspace) / own; has_model(folder))
                    return ModelSource{folder, {}, CheckpointSource{run->id, run->name, run->step}};
    }
    return find_model(name, workspace);
}

}  // namespace plumb
