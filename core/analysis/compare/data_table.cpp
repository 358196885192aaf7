// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "analysis/compare/group_tables.h"
#include "analysis/compare/group_values.h"
#include "analysis/compare/preparation.h"
#include "analysis/ticks.h"
#include "base/strings.h"
#include "config/roles.h"

namespace plumb {
namespace {

/// Prompts that updates were made of, each as often as it was sampled for.
std::optional<double> prompts_used(const ComparedRun& run) {
    const Settings& s = run.settings;
    if (!samples_completions(s)) return std::nullopt;
    const auto completions = static_cast<double>(run.record.step) *
                             static_cast<double>(s.per_device_train_batch_size) *
                             static_cast<double>(s.gradient_accumulation_steps);
    if (s.algorithm == "ppo") return completions;
    // With GRPO a completion is used for num_iterations updates.
    const auto uses =
        static_cast<double>(s.algorithm == "grpo" || s.algorithm == "rloo" ? s.num_iterations : 1);
    return completions / static_cast<double>(s.num_generations) / uses;
}

std::optional<double> pairs_used(const ComparedRun& run) {
    if (!learns_from_pairs(run.settings)) return std::nullopt;
    // What it has passed through, over how often: the number of different pairs.
    const auto epoch = run.last("epoch");
    const double rows = static_cast<double>(run.record.step) *
                        static_cast<double>(run.settings.per_device_train_batch_size) *
                        static_cast<double>(run.settings.gradient_accumulation_steps);
    return epoch && *epoch > 1 ? rows / *epoch : rows;
}

std::string pairs_source(const ComparedRun& run) {
    const Settings& s = run.settings;
    if (!s.pairs_run.empty()) return "sampled by " + s.pairs_run;
    if (samples_pairs(s))
        return (learns_from_pairs(s) ? "sampled from its start" : "for its reward model, sampled") +
               std::string(", labelled by ") +
               (is_built_in_task(s) ? "the gold reward" : join(reward_function_names(s), ", "));
    if (reads_pairs(s)) {
        bool labels = false;
        for (const std::string& file : s.train_files) labels |= file.find("labels/") != file.npos;
        return (labels ? "verdicts in " : "") + join(s.train_files, ", ");
    }
    if (uses_reward_model(s) && !s.reward_model.empty())
        return "those of the reward model " + s.reward_model;
    if (!s.preference_files.empty()) return join(s.preference_files, ", ");
    if (reads_good_and_bad(s)) return join(s.good_files, ", ") + " over " + join(s.bad_files, ", ");
    return "none";
}

std::string rewards_of(const ComparedRun& run) {
    const Settings& s = run.settings;
    if (!uses_rewards(s)) return "none during training";
    const std::string rewards = rewards_text(s);
    return rewards.empty() ? "the answers in its files" : rewards;
}

std::string learns_while(const Settings& s) {
    if (samples_completions(s)) return "its own samples";
    if (learns_from_pairs(s)) return "fixed pairs";
    return "demonstrations";
}

}  // namespace

ReportTable data_table(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups) {
    ReportTable table{.id = "data", .title = "Data"};
    table.columns = {
        {"group", "group", "", "", false},
        {"task", "task", "", "", false},
        {"learns_from", "learns from", "", "", false},
        {"prompts", "prompts", "", "Prompts that completions were sampled for in updates.", true},
        {"pairs", "different pairs", "", "Pairs that updates were made of, each counted once.",
         true},
        {"epochs", "passes", "", "Passes over the rows.", true},
        {"before_tokens", "sampled before", "tokens",
         "Tokens sampled for pairs before the first update.", true},
        {"pairs_source", "where pairs are from", "", "", false},
        {"rewards", "reward", "", "What updates raise.", false}};
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const RunGroup& group = groups[g];
        const ComparedRun& first = runs[group.runs.front()];
        TableRow row{.cells = {}, .colour = group.colour, .group = g};
        row.cells = {text_cell(group.name),
                     text_cell(first.settings.task),
                     text_cell(learns_while(first.settings)),
                     mean_cell(values_of(runs, group, prompts_used)),
                     mean_cell(values_of(runs, group, pairs_used)),
                     mean_cell(values_of(runs, group,
                                         [](const ComparedRun& run) -> std::optional<double> {
                                             if (samples_completions(run.settings))
                                                 return std::nullopt;
                                             return run.last("epoch");
                                         })),
                     mean_cell(values_of(runs, group,
                                         [&](const ComparedRun& run) -> std::optional<double> {
                                             const double tokens =
                                                 preparation_of(run, runs).generated_tokens;
                                             if (tokens <= 0) return std::nullopt;
                                             return tokens;
                                         })),
                     text_cell(pairs_source(first)),
                     text_cell(rewards_of(first))};
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace plumb
