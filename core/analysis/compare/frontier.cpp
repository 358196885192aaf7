// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/frontier.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/compare/group_curves.h"
#include "analysis/ticks.h"
#include "config/fields.h"

namespace plumb {
namespace {

constexpr const char* kl_key = "eval/kl_sequence";

std::optional<double> value_at(const ComparedRun& run, const std::string& key, std::int64_t step) {
    const auto* points = run.points(key);
    if (!points) return std::nullopt;
    const auto place = std::ranges::lower_bound(*points, step, {}, &MetricPoint::step);
    if (place == points->end() || place->step != step || !std::isfinite(place->value))
        return std::nullopt;
    return place->value;
}

/// Of one evaluation: the mean over its prompts, as sure as its spread says.
Estimate of_one_run(const ComparedRun& run, const std::string& key, std::int64_t step) {
    Estimate estimate;
    estimate.value = value_at(run, key, step);
    if (!estimate.value) return estimate;
    estimate.count = run.settings.eval_prompts;
    const auto prompts = static_cast<double>(run.settings.eval_prompts);
    if (key == "eval/accuracy") {
        const auto right = static_cast<std::int64_t>(std::lround(*estimate.value * prompts));
        estimate.interval = wilson_interval(std::min(right, estimate.count), estimate.count);
        return estimate;
    }
    const auto spread = value_at(run, key + "_std", step);
    if (!spread || prompts < 2) return estimate;
    const double half = normal_quantile_95 * *spread / std::sqrt(prompts);
    estimate.interval = Interval{*estimate.value - half, *estimate.value + half};
    return estimate;
}

/// A run of the group with the step of the evaluation that is looked at.
struct At {
    const ComparedRun* run;
    std::int64_t step;
};

Estimate of_runs(const std::vector<At>& runs, const std::string& key) {
    if (runs.size() == 1) return of_one_run(*runs.front().run, key, runs.front().step);
    std::vector<double> values;
    for (const At& at : runs)
        if (const auto value = value_at(*at.run, key, at.step)) values.push_back(*value);
    return mean_estimate(values);
}

Estimate gold_of(const std::vector<At>& runs) {
    const Estimate gold = of_runs(runs, "eval/gold_reward");
    return gold.value ? gold : of_runs(runs, "eval/accuracy");
}

std::optional<std::int64_t> last_step_with_kl(const ComparedRun& run) {
    const auto* points = run.points(kl_key);
    if (!points) return std::nullopt;
    const auto place = std::find_if(points->rbegin(), points->rend(), [](const MetricPoint& point) {
        return std::isfinite(point.value);
    });
    return place == points->rend() ? std::nullopt : std::optional(place->step);
}

FrontierPoint point_of(std::size_t group, const std::vector<At>& runs) {
    FrontierPoint point;
    point.group = group;
    point.step = runs.front().step;
    point.seeds = runs.size();
    point.kl = of_runs(runs, kl_key);
    point.gold = gold_of(runs);
    point.proxy = of_runs(runs, "eval/reward");
    const Settings& settings = runs.front().run->settings;
    if (const std::string_view key = kl_weight_key(settings.algorithm); !key.empty()) {
        if (key == "kl_coef") point.coefficient = settings.kl_coef;
        if (key == "dpo_beta") point.coefficient = settings.dpo_beta;
        if (key == "beta") point.coefficient = settings.beta;
    }
    return point;
}

}  // namespace

std::string_view kl_weight_key(std::string_view algorithm) {
    if (algorithm == "ppo") return "kl_coef";
    if (algorithm == "dpo") return "dpo_beta";
    if (algorithm == "grpo" || algorithm == "rloo") return "beta";
    return {};
}

std::vector<FrontierPoint> frontier(const std::vector<ComparedRun>& runs,
                                    const std::vector<RunGroup>& groups, FrontierOf what) {
    std::vector<FrontierPoint> points;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        std::map<std::int64_t, std::vector<At>> evaluations;
        std::vector<At> ends;
        for (const std::size_t index : groups[i].runs) {
            const ComparedRun& run = runs[index];
            const auto last = last_step_with_kl(run);
            if (!last) continue;
            ends.push_back({&run, *last});
            for (const MetricPoint& point : *run.points(kl_key))
                if (std::isfinite(point.value))
                    evaluations[point.step].push_back({&run, point.step});
        }
        if (ends.empty()) continue;
        if (what == FrontierOf::ends) {
            FrontierPoint point = point_of(i, ends);
            const std::string_view key = kl_weight_key(groups[i].algorithm);
            point.label = groups[i].name;
            if (point.coefficient)
                point.label = std::string(key) + " " +
                              field_text(*find_field(key), ends.front().run->settings);
            points.push_back(std::move(point));
            continue;
        }
        for (const auto& [step, at] : evaluations) {
            FrontierPoint point = point_of(i, at);
            point.label = "step " + std::to_string(step);
            points.push_back(std::move(point));
        }
    }
    return points;
}

ReportTable frontier_table(const std::vector<FrontierPoint>& points,
                           const std::vector<RunGroup>& groups) {
    ReportTable table{.id = "frontier", .title = "Reward against KL, ends"};
    table.columns = {
        {"group", "group", "", "", false},
        {"coefficient", "KL weight", "", "kl_coef, dpo_beta or beta.", true},
        {"kl", "KL", "nats", "Of a completion to the reference, held-out prompts.", true},
        {"gold", "gold", "", "Gold reward, or accuracy, on held-out prompts.", true},
        {"proxy", "proxy", "", "The reward that was trained on, on held-out prompts.", true},
        {"seeds", "seeds", "", "", true}};
    const auto cell_of = [](const Estimate& estimate) {
        return TableCell{.text = estimate_text(estimate),
                         .value = estimate.value,
                         .interval = estimate.interval,
                         .detail = "of " + std::to_string(estimate.count)};
    };
    for (const FrontierPoint& point : points) {
        TableRow row{.cells = {}, .colour = groups[point.group].colour, .group = point.group};
        row.cells = {TableCell{.text = groups[point.group].name},
                     point.coefficient ? TableCell{.text = short_number(*point.coefficient),
                                                   .value = point.coefficient}
                                       : TableCell{},
                     cell_of(point.kl),
                     cell_of(point.gold),
                     cell_of(point.proxy),
                     TableCell{.text = std::to_string(point.seeds),
                               .value = static_cast<double>(point.seeds)}};
        table.rows.push_back(std::move(row));
    }
    if (points.empty())
        table.notes = {"No run has measured the KL of held-out answers to its reference."};
    else
        table.notes = {"Intervals are over seeds; of one seed over the prompts of its evaluation."};
    return table;
}

}  // namespace plumb
