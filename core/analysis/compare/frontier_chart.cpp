// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/frontier_chart.h"

#include <algorithm>
#include <map>

#include "analysis/colours.h"
#include "analysis/svg_chart.h"
#include "base/strings.h"
#include "base/words.h"

namespace plumb {
namespace {

using Indices = std::vector<std::size_t>;

bool any_has(const Comparison& comparison, const std::string& key) {
    return std::ranges::any_of(comparison.runs,
                               [&](const ComparedRun& run) { return run.last(key).has_value(); });
}

/// The coefficients of an algorithm's groups order them: all have one, and they differ.
bool is_sweep(const std::vector<FrontierPoint>& points, const Indices& of) {
    if (of.size() < 2) return false;
    std::set<double> different;
    for (const std::size_t i : of) {
        if (!points[i].coefficient) return false;
        different.insert(*points[i].coefficient);
    }
    return different.size() == of.size();
}

class Builder {
public:
    Builder(const Comparison& comparison, const FrontierView& view)
        : comparison_(comparison), view_(view), points_(frontier_points(comparison, view.what)) {}

    std::vector<ScatterSeries> series() {
        if (view_.what == FrontierOf::ends)
            add_ends();
        else
            add_evaluations();
        return std::move(series_);
    }

private:
    bool is_shown(const FrontierPoint& point) const {
        return point.group < comparison_.groups.size() &&
               !view_.hidden.contains(comparison_.groups[point.group].name);
    }

    void add_ends() {
        std::vector<std::string> order;
        std::map<std::string, Indices> of_algorithm;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (!is_shown(points_[i])) continue;
            const std::string& algorithm = comparison_.groups[points_[i].group].algorithm;
            if (!of_algorithm.contains(algorithm)) order.push_back(algorithm);
            of_algorithm[algorithm].push_back(i);
        }
        for (const std::string& algorithm : order) {
            Indices& of = of_algorithm[algorithm];
            if (!is_sweep(points_, of)) {
                for (const std::size_t i : of) {
                    const RunGroup& group = comparison_.groups[points_[i].group];
                    add(group.name, group.colour, {i}, false, false);
                }
                continue;
            }
            std::ranges::stable_sort(
                of, {}, [&](std::size_t i) { return points_[i].coefficient.value_or(0); });
            const std::string weight(kl_weight_key(algorithm));
            add(upper_case(algorithm) + (weight.empty() ? "" : ", " + weight),
                algorithm_colour(algorithm), of, true, true);
        }
    }

    void add_evaluations() {
        for (std::size_t group = 0; group < comparison_.groups.size(); ++group) {
            Indices of;
            for (std::size_t i = 0; i < points_.size(); ++i)
                if (points_[i].group == group && is_shown(points_[i])) of.push_back(i);
            std::ranges::stable_sort(of, {}, [&](std::size_t i) { return points_[i].step; });
            add(comparison_.groups[group].name, comparison_.groups[group].colour, of, true, true);
        }
    }

    void add(const std::string& name, const std::string& colour, const Indices& of, bool joined,
             bool labelled) {
        const bool both = view_.rewards == FrontierRewards::both;
        if (view_.rewards != FrontierRewards::proxy)
            add_reward(name, colour, of, joined, labelled, false, &FrontierPoint::gold);
        if (view_.rewards != FrontierRewards::gold)
            add_reward(both ? name + ", proxy" : name, colour, of, joined, labelled, both,
                       &FrontierPoint::proxy);
    }

    void add_reward(const std::string& name, const std::string& colour, const Indices& of,
                    bool joined, bool labelled, bool hollow, Estimate FrontierPoint::*reward) {
        ScatterSeries series{name, colour, {}, joined, hollow};
        for (const std::size_t i : of) {
            const FrontierPoint& point = points_[i];
            const Estimate& y = point.*reward;
            if (!point.kl.value || !y.value) continue;
            ScatterPoint placed{*point.kl.value, *y.value, point.kl.interval, y.interval};
            // The ring of the proxy stands by the disc that is labelled.
            const bool is_end = i == of.front() || i == of.back();
            if (labelled && !hollow && (is_end || view_.what == FrontierOf::ends))
                placed.label = label_of(point);
            if (view_.what == FrontierOf::ends)
                placed.colour = comparison_.groups[point.group].colour;
            placed.source = i;
            series.points.push_back(std::move(placed));
        }
        if (!series.points.empty()) series_.push_back(std::move(series));
    }

    std::string label_of(const FrontierPoint& point) const {
        if (view_.what == FrontierOf::evaluations) return std::to_string(point.step);
        return point.coefficient ? short_number(*point.coefficient) : point.label;
    }

    const Comparison& comparison_;
    const FrontierView& view_;
    const std::vector<FrontierPoint>& points_;
    std::vector<ScatterSeries> series_;
};

}  // namespace

const std::vector<FrontierPoint>& frontier_points(const Comparison& comparison, FrontierOf what) {
    return what == FrontierOf::ends ? comparison.ends : comparison.evaluations;
}

std::string gold_name(const Comparison& comparison) {
    return !any_has(comparison, "eval/gold_reward") && any_has(comparison, "eval/accuracy")
               ? "accuracy"
               : "gold reward";
}

ScatterSpec frontier_spec(const Comparison& comparison, const FrontierView& view) {
    const std::string gold = gold_name(comparison);
    ScatterSpec spec;
    spec.y_label = view.rewards == FrontierRewards::gold    ? gold
                   : view.rewards == FrontierRewards::proxy ? "reward"
                                                            : gold + " (discs) and reward (rings)";
    spec.title = "Frontier: " +
                 (view.rewards == FrontierRewards::both ? gold + " and reward" : spec.y_label) +
                 " against KL";
    spec.x_label = "KL to the reference, nats a completion";
    spec.logarithmic_x = view.logarithmic;
    spec.series = Builder(comparison, view).series();
    spec.empty_text = frontier_absence(comparison, view);
    return spec;
}

std::string frontier_absence(const Comparison& comparison, const FrontierView& view) {
    if (comparison.runs.empty()) return "No runs are compared.";
    const auto& points = frontier_points(comparison, view.what);
    if (points.empty() && !any_has(comparison, "eval/kl_sequence"))
        return "None of these runs has measured its KL to the reference on held-out prompts "
               "(eval/kl_sequence). Runs of PPO, GRPO, DPO and others with a reference do so at "
               "their evaluations: set eval_every, or wait for the first.";
    if (points.empty()) return "No evaluation of these runs has a KL and a reward yet.";
    const auto shows = [&](const FrontierPoint& point) {
        if (point.group >= comparison.groups.size() ||
            view.hidden.contains(comparison.groups[point.group].name))
            return false;
        return true;
    };
    if (std::ranges::none_of(points, shows)) return "All groups that have a KL are taken off.";
    const auto has = [&](const FrontierPoint& point) {
        const bool reward =
            (view.rewards != FrontierRewards::proxy && point.gold.value.has_value()) ||
            (view.rewards != FrontierRewards::gold && point.proxy.value.has_value());
        return shows(point) && point.kl.value && reward;
    };
    if (std::ranges::none_of(points, has))
        return view.rewards == FrontierRewards::gold
                   ? "None of these runs has a gold reward or an accuracy; the reward that they "
                     "were trained on (proxy) may be there."
                   : "None of these runs has measured its reward on held-out prompts "
                     "(eval/reward).";
    if (view.logarithmic && std::ranges::none_of(points, [&](const FrontierPoint& point) {
            return has(point) && *point.kl.value > 0;
        }))
        return "No KL is above 0: a logarithmic axis has no place for it.";
    return {};
}

std::string frontier_svg(const Comparison& comparison, FrontierOf what) {
    FrontierView view{.what = what};
    const bool gold = std::ranges::any_of(
        frontier_points(comparison, what),
        [](const FrontierPoint& point) { return point.gold.value.has_value(); });
    if (!gold) view.rewards = FrontierRewards::proxy;
    ScatterSpec spec = frontier_spec(comparison, view);
    // As large as the charts that it stands among.
    const ChartSpec beside;
    spec.width = beside.width;
    spec.height = beside.height;
    return svg_scatter(spec);
}

}  // namespace plumb
