// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/compare/group_tables.h"
#include "analysis/compare/group_values.h"
#include "analysis/compare/preparation.h"
#include "analysis/run_ledger.h"
#include "analysis/ticks.h"

namespace plumb {
namespace {

/// The ledger of each run at its end, once for the whole table.
struct Spent {
    LedgerEntry ledger;
    std::map<std::string, double> peak;  ///< megabytes: the most of each owner over the steps
    double run_peak = 0;
    std::optional<double> energy;
    Preparation before;
};

std::optional<Spent> spent_by(const ComparedRun& run, const std::vector<ComparedRun>& runs) {
    const auto ledger = RunLedger(run.metrics).at();
    if (!ledger) return std::nullopt;
    Spent spent{.ledger = *ledger, .peak = {}, .energy = {}, .before = preparation_of(run, runs)};
    for (const std::string_view owner : ledger_owners())
        if (const auto most = largest_value(run, "memory/" + std::string(owner)))
            spent.peak[std::string(owner)] = *most;
    spent.run_peak = largest_value(run, "memory/peak").value_or(0);
    if (const auto* joules = run.points("cost/energy")) {
        double sum = 0;
        for (const MetricPoint& point : *joules)
            if (std::isfinite(point.value)) sum += point.value;
        spent.energy = sum;
    }
    return spent;
}

double sum_of(const Spent& spent, std::initializer_list<const char*> owners) {
    double sum = 0;
    for (const char* owner : owners)
        if (const auto found = spent.peak.find(owner); found != spent.peak.end())
            sum += found->second;
    return sum;
}

struct Quantity {
    TableColumn column;
    std::function<std::optional<double>(const Spent&)> value;
};

std::vector<Quantity> quantities() {
    const auto owner = [](const char* name) {
        return [name](const Spent& s) -> std::optional<double> {
            const auto found = s.peak.find(name);
            if (found == s.peak.end()) return std::nullopt;
            return found->second;
        };
    };
    const auto number = [](std::string id, std::string title, std::string unit, std::string help) {
        return TableColumn{std::move(id), std::move(title), std::move(unit), std::move(help), true};
    };
    return {
        {number("models", "models", "", "Models in memory during updates."),
         [](const Spent& s) { return static_cast<double>(s.ledger.models); }},
        {number("peak_mb", "peak", "MB",
                "The most memory that tensors took at one time during an update."),
         [](const Spent& s) { return s.run_peak; }},
        {number("policy_mb", "policy", "MB", "Weights of the policy."), owner("policy")},
        {number("reference_mb", "reference", "MB", "Weights of the reference."),
         owner("reference")},
        {number("reward_model_mb", "reward model", "MB", "Weights of the learned reward."),
         owner("reward_model")},
        {number("value_model_mb", "value model", "MB", "Weights of the value model."),
         owner("value_model")},
        {number("training_mb", "training", "MB",
                "Gradients, optimiser, key-value cache and activations at their peaks."),
         [](const Spent& s) {
             return sum_of(s, {"gradients", "optimizer", "cache", "activations"});
         }},
        {number("updates", "updates", "", "Steps done."),
         [](const Spent& s) { return static_cast<double>(s.ledger.step); }},
        {number("generated_tokens", "generated", "tokens", "Sampled during training."),
         [](const Spent& s) { return s.ledger.generated_tokens; }},
        {number("trained_tokens", "trained", "tokens", "Through a backward pass."),
         [](const Spent& s) { return s.ledger.trained_tokens; }},
        {number("before_seconds", "before", "s",
                "Supervised start, pairs and reward model, also where another run made them or "
                "they came from the cache."),
         [](const Spent& s) { return s.before.seconds; }},
        {number("generate_seconds", "generate", "s", "Sampling during updates."),
         [](const Spent& s) { return s.ledger.total.generate; }},
        {number("score_seconds", "score", "s", "Rewards, reference and values during updates."),
         [](const Spent& s) { return s.ledger.total.score; }},
        {number("update_seconds", "update", "s", "Losses, gradients and optimiser."),
         [](const Spent& s) { return s.ledger.total.update; }},
        {number("seconds", "all updates", "s", "Evaluation and checkpoints left out."),
         [](const Spent& s) { return s.ledger.total.sum(); }},
        {number("tflops", "work", "TFLOP", "Operations of all updates, estimated from shapes."),
         [](const Spent& s) { return s.ledger.operations / 1e12; }},
        {number("before_tflops", "work before", "TFLOP",
                "Operations of the supervised start, the pairs and the reward model."),
         [](const Spent& s) { return s.before.flops / 1e12; }},
        {number("energy_joules", "energy", "J",
                "Of the processor package during updates; programs beside it count too."),
         [](const Spent& s) { return s.energy; }},
    };
}

}  // namespace

ReportTable cost_table(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups) {
    ReportTable table{.id = "cost", .title = "Cost"};
    table.columns.push_back({.id = "group", .title = "group"});
    table.columns.push_back({.id = "runs", .title = "runs", .is_number = true});
    std::vector<std::vector<Spent>> spent(groups.size());
    bool has_energy = false, is_complete = true;
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (const std::size_t run : groups[g].runs)
            if (auto found = spent_by(runs[run], runs)) {
                has_energy = has_energy || found->energy.has_value();
                is_complete = is_complete && found->before.is_complete;
                spent[g].push_back(std::move(*found));
            }
    std::vector<Quantity> shown = quantities();
    if (!has_energy) shown.pop_back();
    for (const Quantity& quantity : shown) table.columns.push_back(quantity.column);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        TableRow row{.cells = {}, .colour = groups[g].colour, .group = g};
        TableCell name = text_cell(groups[g].name);
        name.detail = group_seeds(runs, groups[g]);
        row.cells.push_back(std::move(name));
        row.cells.push_back(number_cell(static_cast<double>(groups[g].runs.size())));
        for (const Quantity& quantity : shown) {
            std::vector<double> values;
            for (const Spent& one : spent[g])
                if (const auto value = quantity.value(one)) values.push_back(*value);
            TableCell cell = mean_cell(values);
            if (quantity.column.id == "before_seconds" && !spent[g].empty()) {
                cell.detail += "\nFirst run: ";
                for (const std::string& part : spent[g].front().before.parts)
                    cell.detail +=
                        (part == spent[g].front().before.parts.front() ? "" : "; ") + part;
            }
            row.cells.push_back(std::move(cell));
        }
        table.rows.push_back(std::move(row));
    }
    table.notes.push_back(
        "Means over the runs of a group with 95 % intervals over runs (Student's t).");
    if (!is_complete)
        table.notes.push_back(
            "Some runs use a model or pairs of a run that is not among those compared; what that "
            "cost is not counted. Add it to the comparison.");
    if (!has_energy)
        table.notes.push_back(
            "Energy is left out: the machine does not tell, or not to this user.");
    return table;
}

}  // namespace plumb
