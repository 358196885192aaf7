// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/group_values.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/compare/group_curves.h"
#include "analysis/ticks.h"
#include "base/strings.h"
#include "config/roles.h"

namespace plumb {

std::vector<double> values_of(const std::vector<ComparedRun>& runs, const RunGroup& group,
                              const RunValue& value) {
    std::vector<double> values;
    for (const std::size_t run : group.runs)
        if (const auto found = value(runs[run]); found && std::isfinite(*found))
            values.push_back(*found);
    return values;
}

TableCell mean_cell(const std::vector<double>& values) {
    const Estimate mean = mean_estimate(values);
    TableCell cell;
    if (!mean.value) return cell;
    cell.text = estimate_text(mean);
    cell.value = mean.value;
    cell.interval = mean.interval;
    cell.detail = "mean of " + std::to_string(mean.count) + (mean.count == 1 ? " run" : " runs");
    if (values.size() > 1) {
        cell.detail += ":";
        for (const double value : values) cell.detail += " " + short_number(value);
    } else {
        cell.detail += "; an interval needs two";
    }
    return cell;
}

TableCell number_cell(double value) { return {.text = short_number(value), .value = value}; }

TableCell text_cell(std::string text) { return {.text = std::move(text)}; }

std::string group_seeds(const std::vector<ComparedRun>& runs, const RunGroup& group) {
    std::set<std::int64_t> seeds;
    std::string of_seeds, of_runs;
    for (const std::size_t run : group.runs) {
        seeds.insert(runs[run].settings.seed);
        of_seeds += (of_seeds.empty() ? "" : ", ") + std::to_string(runs[run].settings.seed);
        of_runs += (of_runs.empty() ? "" : ", ") + std::to_string(runs[run].record.id);
    }
    const bool several = group.runs.size() > 1;
    if (seeds.size() < group.runs.size()) return "runs " + of_runs;
    return (several ? "seeds " : "seed ") + of_seeds;
}

std::string rewards_text(const Settings& settings) {
    std::vector<std::string> names;
    for (const std::string& name : scoring_functions(settings))
        names.push_back(reward_shown_name(name));
    return join(names, " + ");
}

std::optional<double> first_value(const ComparedRun& run, const std::string& key) {
    if (const auto* points = run.points(key))
        for (const MetricPoint& point : *points)
            if (std::isfinite(point.value)) return point.value;
    return std::nullopt;
}

std::optional<double> largest_value(const ComparedRun& run, const std::string& key) {
    std::optional<double> largest;
    if (const auto* points = run.points(key))
        for (const MetricPoint& point : *points)
            if (std::isfinite(point.value))
                largest = std::max(largest.value_or(point.value), point.value);
    return largest;
}

}  // namespace plumb
