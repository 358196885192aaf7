// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/compare/group_curves.h"
#include "analysis/compare/group_tables.h"
#include "analysis/compare/group_values.h"
#include "analysis/diagnosis.h"
#include "analysis/metric_info.h"
#include "analysis/ticks.h"
#include "base/statistics.h"

namespace plumb {
namespace {

constexpr std::size_t spike_window = 20;
constexpr double spike_factor = 10;

std::optional<double> count_of(const ComparedRun& run, const std::string& key) {
    const auto* points = run.points(key);
    if (!points) return 0;
    return static_cast<double>(
        std::ranges::count_if(*points, [](const MetricPoint& point) { return point.value > 0; }));
}

std::optional<double> worst_kl(const ComparedRun& run) {
    const auto held_out = largest_value(run, "eval/kl_sequence");
    const auto sampled = largest_value(run, "objective/kl");
    if (!held_out) return sampled;
    return sampled ? std::max(*held_out, *sampled) : *held_out;
}

TableCell share_cell(std::int64_t count, std::int64_t of) {
    const Estimate share = estimate_share(count, of);
    TableCell cell;
    cell.text = std::to_string(count) + " of " + std::to_string(of);
    cell.value = share.value;
    cell.interval = share.interval;
    if (share.interval)
        cell.detail = "95 % of the share: " + short_number(share.interval->low) + " to " +
                      short_number(share.interval->high) + " (Wilson)";
    return cell;
}

/// What went wrong, by how many runs: "reward hacking 3, entropy collapse 1".
TableCell failures_cell(const std::vector<ComparedRun>& runs, const RunGroup& group) {
    std::map<std::string, int> count;
    std::string detail;
    for (const std::size_t index : group.runs) {
        const ComparedRun& run = runs[index];
        DiagnosisInput input;
        input.settings = run.settings;
        input.metrics = run.metrics;
        input.total_steps = run.record.total_steps;
        input.checkpoints = run.checkpoints;
        for (const Diagnosis& diagnosis : diagnose(input)) {
            if (diagnosis.severity == Severity::note) continue;
            ++count[diagnosis.title];
            detail += (detail.empty() ? "" : "\n") + run.record.name + ": " + diagnosis.sentence;
        }
    }
    std::vector<std::pair<std::string, int>> order(count.begin(), count.end());
    std::ranges::stable_sort(order, std::greater(), &std::pair<std::string, int>::second);
    TableCell cell;
    for (const auto& [title, times] : order)
        cell.text += (cell.text.empty() ? "" : ", ") + title + " " + std::to_string(times);
    if (cell.text.empty()) cell.text = "none seen";
    cell.detail = std::move(detail);
    return cell;
}

}  // namespace

std::int64_t gradient_spikes(const ComparedRun& run) {
    const auto* points = run.points("grad_norm");
    if (!points) return 0;
    std::int64_t spikes = 0;
    std::vector<double> before;
    for (const MetricPoint& point : *points) {
        if (!std::isfinite(point.value)) continue;
        if (before.size() >= spike_window) {
            const std::vector<double> window(before.end() - spike_window, before.end());
            spikes += point.value > spike_factor * median(window);
        }
        before.push_back(point.value);
    }
    return spikes;
}

bool has_diverged(const ComparedRun& run, const std::string& metric) {
    if (run.record.state == RunState::failed) return true;
    for (const auto& [key, points] : run.metrics)
        if (key.starts_with("non_finite/")) return true;
    const auto start = first_value(run, metric), end = run.last(metric);
    if (!start || !end) return false;
    return metric_info(metric, run.settings.algorithm).larger_is_better.value_or(true)
               ? *end < *start
               : *end > *start;
}

ReportTable stability_table(const std::vector<ComparedRun>& runs,
                            const std::vector<RunGroup>& groups, const std::string& metric) {
    const std::string title = metric_info(metric).title;
    const bool larger_is_better = metric_info(metric).larger_is_better.value_or(true);
    ReportTable table{.id = "stability", .title = "Stability"};
    table.columns = {
        {"group", "group", "", "", false},
        {"runs", "runs", "", "", true},
        {"start", "start", "", title + " before the first update.", true},
        {"end", "end", "", title + " at the last evaluation.", true},
        {"best", "best", "", "The best evaluation of each run.", true},
        {"given_up", "best to end", "", "What was lost again after the best evaluation.", true},
        {"spread", "spread", "", "Standard deviation of the end over runs.", true},
        {"diverged", "diverged", "",
         "Runs that failed, met a non-finite gradient, or ended below their start.", true},
        {"worst_kl", "worst KL", "nats", "The highest KL of a completion that was measured.", true},
        {"spikes", "spikes", "",
         "Gradient norms above ten times the median of the twenty updates before, a run.", true},
        {"skipped", "skipped", "", "Updates left out for a non-finite gradient, a run.", true},
        {"failures", "failures seen", "", "Diagnoses, with the number of runs.", false}};
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const RunGroup& group = groups[g];
        const auto best_of = [&](const ComparedRun& run) -> std::optional<double> {
            const auto* points = run.points(metric);
            std::optional<double> best;
            if (points)
                for (const MetricPoint& point : *points)
                    if (std::isfinite(point.value) &&
                        (!best || (larger_is_better ? point.value > *best : point.value < *best)))
                        best = point.value;
            return best;
        };
        const std::vector<double> ends =
            values_of(runs, group, [&](const ComparedRun& run) { return run.last(metric); });
        std::int64_t diverged = 0;
        for (const std::size_t run : group.runs) diverged += has_diverged(runs[run], metric);
        TableRow row{.cells = {}, .colour = group.colour, .group = g};
        TableCell name = text_cell(group.name);
        name.detail = group_seeds(runs, group);
        row.cells = {
            std::move(name),
            number_cell(static_cast<double>(group.runs.size())),
            mean_cell(values_of(runs, group,
                                [&](const ComparedRun& run) { return first_value(run, metric); })),
            mean_cell(ends),
            mean_cell(values_of(runs, group, best_of)),
            mean_cell(values_of(runs, group,
                                [&](const ComparedRun& run) -> std::optional<double> {
                                    const auto best = best_of(run), end = run.last(metric);
                                    if (!best || !end) return std::nullopt;
                                    return std::abs(*best - *end);
                                })),
            TableCell{},
            share_cell(diverged, static_cast<std::int64_t>(group.runs.size())),
            mean_cell(values_of(runs, group, worst_kl)),
            mean_cell(values_of(runs, group,
                                [](const ComparedRun& run) -> std::optional<double> {
                                    return static_cast<double>(gradient_spikes(run));
                                })),
            mean_cell(values_of(
                runs, group,
                [](const ComparedRun& run) { return count_of(run, "non_finite_skipped"); })),
            failures_cell(runs, group)};
        if (const auto variance = sample_variance(ends))
            row.cells[6] = number_cell(std::sqrt(*variance));
        else
            row.cells[6].detail = "needs two runs";
        table.rows.push_back(std::move(row));
    }
    table.notes = {"Start, end, best and spread are of " + title + " (" + metric + ")."};
    return table;
}

}  // namespace plumb
