// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/run_plan.h"

#include <algorithm>
#include <filesystem>

#include "config/yaml.h"
#include "session/named_sources.h"

namespace plumb {
namespace {

/// Whether the settings name one of the runs as a model, or its pairs.
Result<bool> names_one_of(StoreReader& reader, const std::string& yaml,
                          const std::vector<RunId>& runs) {
    const auto settings = parse_settings(yaml, "settings", {});
    if (!settings) return false;  // of another version: it could not be started either
    for (const NamedSource& source : named_sources(*settings)) {
        const auto name = source.run_of(*settings);
        if (!name) continue;
        const auto run = reader.find_run(*name, RunScope::all);
        if (!run && run.error().code != ErrorCode::not_found) return run.error();
        if (run && std::ranges::find(runs, run->id) != runs.end()) return true;
    }
    return false;
}

/// A run has its own copies of what it was given, which stand in for runs that are no more.
Status name_own_copies(StoreReader& reader, RunId run, Settings& settings) {
    PLUMB_TRY(const auto checkpoints, reader.checkpoints(run));
    if (checkpoints.empty()) return {};  // it may not have got so far
    for (const NamedSource& source : named_sources(settings)) {
        const auto name = source.run_of(settings);
        if (!name || reader.find_run(*name)) continue;
        std::error_code ignored;
        if (source.is_model && std::filesystem::is_directory(settings.*source.member, ignored))
            continue;
        settings.*source.member =
            std::to_string(run) + (source.key == "model_name_or_path" ? "@start" : "");
    }
    return {};
}

}  // namespace

Result<RunPlan> plan_of(StoreReader& reader, RunId run) {
    PLUMB_TRY(const RunRecord record, reader.run(run));
    RunPlan plan;
    plan.name = record.name;
    PLUMB_TRY(plan.settings,
              parse_settings(record.settings, "settings of run " + std::to_string(run), {}));
    PLUMB_TRY_STATUS(name_own_copies(reader, run, plan.settings));
    PLUMB_TRY(const auto made, reader.edits(run));
    for (const EditRecord& edit : made)
        plan.edits.push_back({edit.step, edit.key, edit.new_value, edit.reason});
    PLUMB_TRY(const auto planned, reader.planned_edits(run));
    plan.edits.insert(plan.edits.end(), planned.begin(), planned.end());
    std::ranges::stable_sort(plan.edits, {}, &PlannedEdit::step);
    return plan;
}

Result<RunPlan> plan_of(const QueuedRun& queued) {
    RunPlan plan;
    plan.name = queued.name;
    plan.edits = queued.edits;
    PLUMB_TRY(plan.settings, parse_settings(queued.settings, "settings of " + queued.name, {}));
    return plan;
}

Result<RunUsers> users_of(StoreReader& reader, const std::vector<RunId>& runs) {
    RunUsers users;
    PLUMB_TRY(auto all, reader.runs());
    for (RunRecord& run : all) {
        if (std::ranges::find(runs, run.id) != runs.end()) continue;
        PLUMB_TRY(const bool uses, names_one_of(reader, run.settings, runs));
        if (uses) users.runs.push_back(std::move(run));
    }
    PLUMB_TRY(auto queue, reader.queue());
    for (QueuedRun& queued : queue) {
        PLUMB_TRY(const bool uses, names_one_of(reader, queued.settings, runs));
        if (uses) users.queued.push_back(std::move(queued));
    }
    return users;
}

}  // namespace plumb
