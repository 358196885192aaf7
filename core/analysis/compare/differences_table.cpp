// SPDX-License-Identifier: GPL-3.0-or-later
// What of the differences between groups is more than chance, and how much a setting matters.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/compare/group_curves.h"
#include "analysis/compare/group_tables.h"
#include "analysis/compare/group_values.h"
#include "analysis/compare/mean_test.h"
#include "analysis/compare/multiple_testing.h"
#include "analysis/metric_info.h"
#include "analysis/ticks.h"
#include "config/fields.h"

namespace plumb {
namespace {

constexpr double level = 0.05;

using BySeed = std::map<std::int64_t, double>;

/// The metric at the end of each run; of a seed that stands twice the later run.
BySeed ends_of(const std::vector<ComparedRun>& runs, const RunGroup& group,
               const std::string& metric) {
    BySeed ends;
    for (const std::size_t run : group.runs)
        if (const auto end = runs[run].last(metric)) ends[runs[run].settings.seed] = *end;
    return ends;
}

struct Difference {
    MeanTest test;
    std::string how;
};

std::vector<double> values_in(const BySeed& ends) {
    std::vector<double> values;
    for (const auto& [seed, value] : ends) values.push_back(value);
    return values;
}

bool has_same_seeds(const BySeed& a, const BySeed& b) {
    return a.size() == b.size() &&
           std::ranges::equal(a, b, {}, &BySeed::value_type::first, &BySeed::value_type::first);
}

/// Seed by seed where both have the same seeds, since what is luck of a seed falls out then.
Difference difference_of(const BySeed& a, const BySeed& b) {
    if (!has_same_seeds(a, b))
        return {welch_test(values_in(a), values_in(b)), "of the means (Welch)"};
    std::vector<double> differences;
    for (const auto& [seed, value] : a) differences.push_back(value - b.at(seed));
    return {mean_test(differences), "paired by seed"};
}

/// The one setting in which two settings that matter to both differ; null: none, or several.
const Field* only_difference(const Settings& a, const Settings& b) {
    const Field* only = nullptr;
    for (const Field& field : fields()) {
        if (is_label_setting(field.key) || is_source_setting(field.key) || field.key == "max_steps")
            continue;
        if (!field_applies(field, a) && !field_applies(field, b)) continue;
        if (field_text(field, a) == field_text(field, b)) continue;
        if (only) return nullptr;
        only = &field;
    }
    return only;
}

}  // namespace

ReportTable differences_table(const std::vector<ComparedRun>& runs,
                              const std::vector<RunGroup>& groups, const std::string& metric) {
    const bool larger_is_better = metric_info(metric).larger_is_better.value_or(true);
    ReportTable table{.id = "differences", .title = "Differences at the end"};
    table.columns = {{"group", "group", "", "", false},
                     {"against", "against", "", "", false},
                     {"difference", "difference", "",
                      "In " + metric_info(metric).title + ": group minus against.", true},
                     {"seeds", "seeds", "", "Of the smaller group.", true},
                     {"how", "how", "", "", false},
                     {"p_holm", "p (Holm)", "",
                      "Two-sided, corrected for all pairs of this table after Holm.", true},
                     {"verdict", "verdict", "", "At 5 % after correction.", false}};
    struct Pair {
        std::size_t a, b;
        Difference difference;
    };
    std::vector<Pair> pairs;
    std::vector<BySeed> ends;
    for (const RunGroup& group : groups) ends.push_back(ends_of(runs, group, metric));
    for (std::size_t a = 0; a < groups.size(); ++a)
        for (std::size_t b = a + 1; b < groups.size(); ++b) {
            if (ends[a].empty() || ends[b].empty()) continue;
            pairs.push_back({a, b, difference_of(ends[a], ends[b])});
        }
    std::vector<std::optional<double>> p_values;
    for (const Pair& pair : pairs) p_values.push_back(pair.difference.test.p_value);
    const auto corrected = holm_adjusted(p_values);
    std::size_t next = 0;
    for (const Pair& pair : pairs) {
        const Difference& difference = pair.difference;
        TableRow row{.cells = {}, .colour = groups[pair.a].colour, .group = pair.a};
        TableCell value;
        value.text = estimate_text(difference.test.estimate);
        value.value = difference.test.estimate.value;
        value.interval = difference.test.estimate.interval;
        TableCell p, verdict = text_cell("not decided");
        if (const auto corrected_p = corrected[next++]) {
            const double adjusted = *corrected_p;
            p = {.text = p_text(adjusted),
                 .value = adjusted,
                 .detail = "uncorrected " + p_text(*difference.test.p_value)};
            if (adjusted < level) {
                const bool first = (*difference.test.estimate.value > 0) == larger_is_better;
                verdict.text = groups[first ? pair.a : pair.b].name + " is better";
            }
        } else if (difference.test.estimate.count < 2) {
            verdict.detail = "One seed decides nothing: a difference needs two of each group.";
        }
        row.cells = {text_cell(groups[pair.a].name),
                     text_cell(groups[pair.b].name),
                     std::move(value),
                     number_cell(static_cast<double>(difference.test.estimate.count)),
                     text_cell(difference.how),
                     std::move(p),
                     std::move(verdict)};
        table.rows.push_back(std::move(row));
    }
    if (groups.size() < 2)
        table.notes.push_back("There is one group; differences are between groups.");
    else
        table.notes.push_back("In " + metric_info(metric).title + " (" + metric + ") at the end, " +
                              std::to_string(pairs.size()) +
                              (pairs.size() == 1 ? " pair" : " pairs") +
                              "; p-values are corrected for that many tests after Holm. Few seeds "
                              "give wide intervals: \"not decided\" is no proof of equality.");
    return table;
}

ReportTable sensitivity_table(const std::vector<ComparedRun>& runs,
                              const std::vector<RunGroup>& groups, const std::string& metric) {
    ReportTable table{.id = "sensitivity", .title = "Sensitivity to a setting"};
    table.columns = {{"algorithm", "algorithm", "", "", false},
                     {"setting", "setting", "", "", false},
                     {"values", "values", "", "", false},
                     {"best_at", "best at", "", "", false},
                     {"best", "best", "", "Mean over runs at the best value.", true},
                     {"worst_at", "worst at", "", "", false},
                     {"worst", "worst", "", "Mean over runs at the worst value.", true},
                     {"range", "range", "", "Best minus worst.", true}};
    const bool larger_is_better = metric_info(metric).larger_is_better.value_or(true);
    // For each algorithm and setting the groups that differ in nothing else.
    std::map<std::pair<std::string, const Field*>, std::set<std::size_t>> families;
    const auto settings_of = [&](std::size_t g) -> const Settings& {
        return runs[groups[g].runs.front()].settings;
    };
    for (std::size_t a = 0; a < groups.size(); ++a)
        for (std::size_t b = a + 1; b < groups.size(); ++b)
            if (groups[a].algorithm == groups[b].algorithm)
                if (const Field* field = only_difference(settings_of(a), settings_of(b))) {
                    auto& family = families[{groups[a].algorithm, field}];
                    family.insert(a);
                    family.insert(b);
                }
    for (const auto& [name, family] : families) {
        struct At {
            std::size_t group;
            std::vector<double> ends;
            double mean;
        };
        std::vector<At> all;
        for (const std::size_t g : family) {
            const auto ends = values_of(runs, groups[g],
                                        [&](const ComparedRun& run) { return run.last(metric); });
            if (const Estimate mean = mean_estimate(ends); mean.value)
                all.push_back({g, ends, *mean.value});
        }
        if (all.size() < 2) continue;
        const auto order = [&](const At& a, const At& b) {
            return larger_is_better ? a.mean < b.mean : a.mean > b.mean;
        };
        const auto [worst, best] = std::ranges::minmax_element(all, order);
        const auto value_of = [&, field = name.second](std::size_t g) {
            return field_text(*field, settings_of(g));
        };
        std::string values;
        for (const At& at : all) values += (values.empty() ? "" : ", ") + value_of(at.group);
        TableRow row{.cells = {}, .colour = groups[best->group].colour, .group = best->group};
        row.cells = {text_cell(name.first),  text_cell(std::string(name.second->key)),
                     text_cell(values),      text_cell(value_of(best->group)),
                     mean_cell(best->ends),  text_cell(value_of(worst->group)),
                     mean_cell(worst->ends), number_cell(std::abs(best->mean - worst->mean))};
        table.rows.push_back(std::move(row));
    }
    if (table.rows.empty())
        table.notes = {
            "No two groups of one algorithm differ in a single setting; a sweep makes "
            "such runs."};
    else
        table.notes = {"In " + metric_info(metric).title + " (" + metric +
                       ") at the end. The best of several values is better by chance too: repeat "
                       "it with other seeds before you believe its lead."};
    return table;
}

}  // namespace plumb
