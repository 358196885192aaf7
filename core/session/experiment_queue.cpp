// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/experiment_queue.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "analysis/compare/stored_comparison.h"
#include "config/yaml.h"

namespace plumb {
namespace {

/// Runs that have begun or wait, by name.
class KnownRuns {
public:
    static Result<KnownRuns> read(StoreReader& reader) {
        KnownRuns known;
        PLUMB_TRY(const auto runs, reader.runs());
        for (const RunRecord& run : runs) known.add(run.name, run.settings, run.state);
        PLUMB_TRY(const auto queue, reader.queue());
        for (const QueuedRun& run : queue)
            if (!run.resumes) known.add(run.name, run.settings, std::nullopt);
        return known;
    }

    bool has_comparison(const std::string& name) const {
        return std::ranges::any_of(runs_, [&](const auto& run) {
            return run.second.comparison == name || is_named_after(run.first, name);
        });
    }

    bool has(const std::string& name) const { return runs_.contains(name); }
    /// Whether it came to its end, or may do so still.
    bool is_sound(const std::string& name) const {
        const auto& state = runs_.at(name).state;
        return !state || *state == RunState::finished || !is_over(*state);
    }
    bool has_settings(const std::string& name, Settings settings) const {
        auto other = parse_settings(runs_.at(name).settings, "settings", {});
        if (!other) return false;
        other->threads = settings.threads = 0;  // resolved when the run began
        return *other == settings;
    }

private:
    struct Known {
        std::string settings, comparison;
        std::optional<RunState> state;  ///< nothing: it waits
    };

    /// Of equal names the newest counts.
    void add(const std::string& name, const std::string& settings, std::optional<RunState> state) {
        runs_[name] = {settings, comparison_of(settings), state};
    }

    std::map<std::string, Known> runs_;
};

/// The plan of runs that join a comparison.
Result<ExperimentPlan> plan_into(const KnownRuns& known, const Experiment& experiment,
                                 ExperimentOptions options) {
    const std::string first_name = options.preparation_name;
    for (int number = 2;; ++number) {
        PLUMB_TRY(ExperimentPlan plan, plan_experiment(experiment, options));
        bool clashes = false;
        for (const PlannedRun& run : plan.runs) {
            if (!known.has(run.name)) continue;
            const bool is_usable =
                known.is_sound(run.name) && known.has_settings(run.name, run.settings);
            if (run.is_preparation)
                clashes = clashes || !is_usable;
            else if (known.is_sound(run.name))
                return invalid_input("the comparison has a run \"" + run.name +
                                     "\" already; choose other seeds or values, or another name");
        }
        if (!clashes) {
            std::erase_if(plan.runs, [&](const PlannedRun& run) {
                return run.is_preparation && known.has(run.name);
            });
            return plan;
        }
        options.preparation_name = first_name + " " + std::to_string(number);
    }
}

}  // namespace

Result<ExperimentPlan> plan_in_workspace(StoreReader& reader, const Experiment& experiment,
                                         ExperimentOptions options, bool into) {
    PLUMB_TRY(const KnownRuns known, KnownRuns::read(reader));
    if (options.name.empty()) options.name = experiment.name;
    if (into) return plan_into(known, experiment, std::move(options));
    const std::string wanted = options.name;
    for (int number = 2; known.has_comparison(options.name); ++number)
        options.name = wanted + " " + std::to_string(number);
    return plan_experiment(experiment, options);
}

Result<QueuedExperiment> enqueue_experiment(Session& session, const Experiment& experiment,
                                            ExperimentOptions options, bool into) {
    PLUMB_TRY(auto reader, StoreReader::open(session.workspace()));
    PLUMB_TRY(ExperimentPlan plan,
              plan_in_workspace(*reader, experiment, std::move(options), into));
    std::vector<RunPlan> runs;
    for (const PlannedRun& run : plan.runs) runs.push_back({run.name, run.settings, {}});
    QueuedExperiment queued{std::move(plan.comparison), std::move(plan.runs), {}};
    PLUMB_TRY(queued.entries, session.enqueue_all(std::move(runs)));
    return queued;
}

}  // namespace plumb
