// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_source.h"

#include <algorithm>

#include "base/strings.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

std::string list_of_steps(const std::vector<CheckpointRecord>& checkpoints) {
    std::vector<std::string> steps;
    for (const auto& checkpoint : checkpoints) steps.push_back(std::to_string(checkpoint.step));
    return join(steps, ", ");
}

}  // namespace

std::string CheckpointSource::identity() const {
    return run_name + "/" + std::to_string(run) + "@" + std::to_string(step);
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
        if (fs::exists(fs::path(name) / "config.json", ignored)) return ModelSource{name, {}};
        return invalid_input(
            name + " has no config.json; name a folder with a Hugging Face model, or a run");
    }
    const auto at = name.rfind('@');
    const std::string run_name = name.substr(0, at);
    const bool best = at != std::string::npos && name.substr(at + 1) == "best";
    std::optional<std::int64_t> step;
    if (at != std::string::npos && !best) {
        step = parse_int(name.substr(at + 1));
        if (!step)
            return invalid_input(name + ": after @ stands the step of a checkpoint, as in " +
                                 run_name + "@100, or best");
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

}  // namespace plumb
