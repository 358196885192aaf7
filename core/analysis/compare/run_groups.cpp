// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/run_groups.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "analysis/colours.h"
#include "base/words.h"
#include "config/fields.h"
#include "config/yaml.h"

namespace plumb {
namespace {

constexpr std::size_t most_differences_in_a_name = 3;

/// What runs of one group have in common.
std::string group_key(const ComparedRun& run) {
    if (!run.edits.empty()) return "edited " + std::to_string(run.record.id);
    const Settings& settings = run.settings;
    if (!settings.variant.empty())
        return "variant " + settings.algorithm + '\n' + settings.comparison + '\n' +
               settings.variant;
    Settings same = settings;
    same.seed = 0;
    same.preset = same.comparison = "";
    return "settings " + write_settings(same);
}

/// The settings in which groups of the algorithm differ, as far as they matter to them.
std::vector<const Field*> differing_fields(const std::vector<const Settings*>& all) {
    std::vector<const Field*> differing;
    for (const Field& field : fields()) {
        // What evaluations ask does not change what a run learns.
        if (is_label_setting(field.key) || field.key == "eval_reward_model") continue;
        std::set<std::string> values;
        for (const Settings* settings : all)
            values.insert(field_applies(field, *settings) ? field_text(field, *settings) : "");
        if (values.size() > 1) differing.push_back(&field);
    }
    return differing;
}

std::string own_name(const Settings& settings, const std::vector<const Field*>& differing) {
    if (!settings.variant.empty()) return settings.variant;
    std::string name = upper_case(settings.algorithm);
    std::size_t named = 0;
    for (const Field* field : differing) {
        if (!field_applies(*field, settings)) continue;
        if (named++ == most_differences_in_a_name) {
            name += ", ...";
            break;
        }
        name += ", " + std::string(field->key) + " " + field_text(*field, settings);
    }
    return name;
}

void name_groups(const std::vector<ComparedRun>& runs, std::vector<RunGroup>& groups) {
    const auto first = [&](const RunGroup& group) -> const ComparedRun& {
        return runs[group.runs.front()];
    };
    std::map<std::string, std::vector<const Settings*>> by_algorithm;
    for (const RunGroup& group : groups)
        if (first(group).settings.variant.empty())
            by_algorithm[group.algorithm].push_back(&first(group).settings);
    std::map<std::string, std::vector<const Field*>> differing;
    for (const auto& [algorithm, all] : by_algorithm) differing[algorithm] = differing_fields(all);
    for (RunGroup& group : groups) {
        group.name = own_name(first(group).settings, differing[group.algorithm]);
        if (!first(group).edits.empty()) group.name += ", edited";
    }
    const auto make_distinct = [&](const auto& addition) {
        std::map<std::string, int> count;
        for (const RunGroup& group : groups) ++count[group.name];
        for (RunGroup& group : groups)
            if (count[group.name] > 1) group.name += addition(group);
    };
    make_distinct([&](const RunGroup& group) {
        const std::string& comparison = first(group).settings.comparison;
        return comparison.empty() ? std::string() : " (" + comparison + ")";
    });
    make_distinct([&](const RunGroup& group) {
        return " (run " + std::to_string(first(group).record.id) + ")";
    });
}

}  // namespace

bool is_label_setting(std::string_view key) {
    constexpr std::array<std::string_view, 4> labels = {"seed", "preset", "comparison", "variant"};
    return std::ranges::find(labels, key) != labels.end();
}

bool is_source_setting(std::string_view key) {
    constexpr std::array<std::string_view, 4> sources = {"model_name_or_path", "reward_model",
                                                         "pairs_run", "eval_reward_model"};
    return std::ranges::find(sources, key) != sources.end();
}

std::vector<RunGroup> group_runs(const std::vector<ComparedRun>& runs) {
    std::vector<RunGroup> groups;
    std::map<std::string, std::size_t> by_key;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const auto [place, is_new] = by_key.try_emplace(group_key(runs[i]), groups.size());
        if (is_new) groups.emplace_back().algorithm = runs[i].settings.algorithm;
        groups[place->second].runs.push_back(i);
    }
    // What prepared the others comes last.
    std::ranges::stable_partition(
        groups, [](const RunGroup& group) { return group.algorithm != "reward"; });
    std::vector<StyledRun> styled;
    for (RunGroup& group : groups) {
        std::ranges::stable_sort(group.runs, {},
                                 [&](std::size_t i) { return runs[i].settings.seed; });
        styled.push_back({group.algorithm, runs[group.runs.front()].record.shade});
    }
    const std::vector<RunStyle> styles = run_styles(styled);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i].colour = shaded(algorithm_colour(groups[i].algorithm), styles[i].shade);
        groups[i].pattern = styles[i].pattern;
    }
    name_groups(runs, groups);
    return groups;
}

}  // namespace plumb
