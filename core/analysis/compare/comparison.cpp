// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/comparison.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include "analysis/compare/comparison_problems.h"
#include "analysis/compare/group_tables.h"
#include "base/words.h"

namespace plumb {
namespace {}  // namespace

std::string comparison_metric(const std::vector<ComparedRun>& runs) {
    constexpr std::array keys = {"eval/gold_reward", "eval/accuracy", "eval/reward", "eval/loss"};
    std::vector<const ComparedRun*> policies;
    for (const ComparedRun& run : runs)
        if (run.trains_policy()) policies.push_back(&run);
    if (policies.empty())
        for (const ComparedRun& run : runs) policies.push_back(&run);
    const auto has = [](const char* key) {
        return [key](const ComparedRun* run) { return run->points(key) != nullptr; };
    };
    for (const char* key : keys)
        if (std::ranges::all_of(policies, has(key))) return key;
    for (const char* key : keys)
        if (std::ranges::any_of(policies, has(key))) return key;
    return "eval/gold_reward";
}

Comparison compare_runs(std::vector<ComparedRun> runs) {
    Comparison comparison;
    comparison.runs = std::move(runs);
    comparison.groups = group_runs(comparison.runs);
    comparison.metric = comparison_metric(comparison.runs);
    // Reward models have costs, but no end to be told apart by. They are the last groups, so that
    // the places of the others are the same without them.
    std::vector<RunGroup> policies;
    for (const RunGroup& group : comparison.groups)
        if (group.algorithm != "reward") policies.push_back(group);
    const auto& [all, groups, metric] =
        std::tie(comparison.runs, comparison.groups, comparison.metric);
    comparison.problems = comparison_problems(all, groups, metric);
    comparison.settings = settings_table(all, policies);
    comparison.edits = edits_table(all, groups);
    comparison.cost = cost_table(all, groups);
    comparison.stability = stability_table(all, policies, metric);
    comparison.sensitivity = sensitivity_table(all, policies, metric);
    comparison.data = data_table(all, groups);
    comparison.differences = differences_table(all, policies, metric);
    comparison.ends = frontier(all, groups, FrontierOf::ends);
    comparison.frontier = frontier_table(comparison.ends, groups);
    comparison.evaluations = frontier(all, groups, FrontierOf::evaluations);
    return comparison;
}

Result<Comparison> read_comparison(StoreReader& reader, const std::vector<RunId>& runs) {
    std::vector<ComparedRun> read;
    for (const RunId run : runs) {
        PLUMB_TRY(ComparedRun one, read_compared_run(reader, run));
        read.push_back(std::move(one));
    }
    return compare_runs(std::move(read));
}

std::vector<const ReportTable*> Comparison::tables() const {
    return {&cost, &stability, &differences, &frontier, &sensitivity, &data, &settings, &edits};
}

std::string Comparison::summary() const {
    std::set<std::int64_t> seeds;
    for (const ComparedRun& run : runs) seeds.insert(run.settings.seed);
    std::string text = counted(runs.size(), "run") + " in " + counted(groups.size(), "group") +
                       (seeds.size() == 1 ? ", seed " : ", seeds ");
    std::size_t told = 0;
    for (const std::int64_t seed : seeds) {
        if (told == 8) {
            text += ", ...";
            break;
        }
        text += (told++ == 0 ? "" : ", ") + std::to_string(seed);
    }
    return text;
}

}  // namespace plumb
