// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/claim_evidence.h"

#include <algorithm>
#include <cmath>

namespace plumb {
namespace {

constexpr const char* gold_key = "eval/gold_reward";

/// The value of the metric at the newest step that is not beyond this one.
std::optional<double> value_by(const ComparedRun& run, const std::string& key, std::int64_t step) {
    const auto* points = run.points(key);
    if (!points) return std::nullopt;
    const auto end = std::ranges::upper_bound(*points, step, {}, &MetricPoint::step);
    if (end == points->begin()) return std::nullopt;
    return std::prev(end)->value;
}

/// The first evaluation with the highest gold reward.
const MetricPoint* best_point(const ComparedRun& run) {
    const auto* points = run.points(gold_key);
    const MetricPoint* best = nullptr;
    if (points)
        for (const MetricPoint& point : *points)
            if (std::isfinite(point.value) && (!best || point.value > best->value)) best = &point;
    return best;
}

}  // namespace

ClaimEvidence::ClaimEvidence(const std::vector<ComparedRun>& runs) {
    for (const ComparedRun& run : runs) {
        const std::string& variant = run.settings.variant;
        if (variant.empty() || run.record.state != RunState::finished) continue;
        auto& of_variant = by_variant_[variant];
        if (of_variant.empty()) order_.push_back(variant);
        const ComparedRun*& place = of_variant[run.settings.seed];
        if (!place || place->record.id < run.record.id) place = &run;
    }
}

std::vector<const ComparedRun*> ClaimEvidence::runs_of(std::string_view variant) const {
    std::vector<const ComparedRun*> runs;
    if (const auto found = by_variant_.find(variant); found != by_variant_.end())
        for (const auto& [seed, run] : found->second) runs.push_back(run);
    return runs;
}

std::vector<std::string> ClaimEvidence::sweep(std::string_view prefix) const {
    std::vector<std::string> found;
    for (const std::string& variant : order_)
        if (variant.starts_with(prefix)) found.push_back(variant);
    return found;
}

BySeed ClaimEvidence::over_sweep(
    const std::vector<std::string>& variants, const RunValue& value,
    const std::function<double(const std::vector<double>&)>& join) const {
    std::map<std::int64_t, std::vector<double>> values;
    for (const std::string& variant : variants)
        for (const ComparedRun* run : runs_of(variant))
            if (const auto found = value(*run)) values[run->settings.seed].push_back(*found);
    BySeed joined;
    for (const auto& [seed, all] : values)
        if (all.size() == variants.size()) joined[seed] = join(all);
    return joined;
}

std::vector<double> ClaimEvidence::values(std::string_view variant, const RunValue& value) const {
    std::vector<double> values;
    for (const ComparedRun* run : runs_of(variant))
        if (const auto found = value(*run); found && std::isfinite(*found))
            values.push_back(*found);
    return values;
}

void ClaimEvidence::for_pairs(
    std::string_view a, std::string_view b,
    const std::function<void(const ComparedRun& a, const ComparedRun& b)>& use) const {
    const auto of_a = by_variant_.find(a), of_b = by_variant_.find(b);
    if (of_a == by_variant_.end() || of_b == by_variant_.end()) return;
    for (const auto& [seed, run] : of_a->second)
        if (const auto other = of_b->second.find(seed); other != of_b->second.end())
            use(*run, *other->second);
}

std::vector<double> ClaimEvidence::paired(
    std::string_view a, std::string_view b, const RunValue& value,
    const std::function<double(double a, double b)>& join) const {
    std::vector<double> joined;
    for_pairs(a, b, [&](const ComparedRun& first, const ComparedRun& second) {
        const auto of_first = value(first), of_second = value(second);
        if (of_first && of_second) joined.push_back(join(*of_first, *of_second));
    });
    return joined;
}

RunValue last_of(std::string key) {
    return [key = std::move(key)](const ComparedRun& run) { return run.last(key); };
}

RunValue first_of(std::string key) {
    return [key = std::move(key)](const ComparedRun& run) { return first_value(run, key); };
}

std::optional<double> best_of(const ComparedRun& run) {
    const MetricPoint* best = best_point(run);
    return best ? std::optional(best->value) : std::nullopt;
}

std::optional<double> lost_after_best(const ComparedRun& run) {
    const auto best = best_of(run), end = run.last(gold_key);
    if (!best || !end) return std::nullopt;
    return *best - *end;
}

bool has_hacked(const ComparedRun& run) {
    const MetricPoint* best = best_point(run);
    const auto end = run.last(gold_key), proxy_end = run.last("eval/reward");
    if (!best || !end || !proxy_end || *end >= best->value) return false;
    const auto proxy_then = value_by(run, "eval/reward", best->step);
    return proxy_then && *proxy_end >= *proxy_then;
}

std::optional<double> flops_until(const ComparedRun& run, double gold) {
    const auto* points = run.points(gold_key);
    if (!points) return std::nullopt;
    for (const MetricPoint& point : *points)
        if (point.value >= gold) return value_by(run, "cost/flops", point.step);
    return std::nullopt;
}

std::optional<double> flops_per_token(const ComparedRun& run) {
    const auto flops = run.last("cost/flops"), tokens = run.last("cost/generated_tokens");
    if (!flops || !tokens || *tokens <= 0) return std::nullopt;
    return *flops / *tokens;
}

}  // namespace plumb
