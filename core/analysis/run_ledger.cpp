// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/run_ledger.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace plumb {
namespace {

constexpr std::string_view memory_prefix = "memory/";
constexpr std::array<std::string_view, 8> owners = {"policy",      "reference",  "reward_model",
                                                    "value_model", "gradients",  "optimizer",
                                                    "cache",       "activations"};
constexpr std::size_t model_owners = 4;

/// Places of the metrics that are read; the owners come first, in their order.
enum Key : std::size_t {
    peak = owners.size(),
    resident,
    models,
    step_time,
    tokens_per_second,
    generate,
    score,
    update,
    generated,
    scored,
    trained,
    operations,
    key_count
};
static_assert(key_count == RunLedger::ledger_keys);

const std::array<std::string, key_count>& keys() {
    static const auto all = [] {
        std::array<std::string, key_count> names;
        for (std::size_t i = 0; i < owners.size(); ++i)
            names[i] = std::string(memory_prefix) + std::string(owners[i]);
        names[peak] = "memory/peak";
        names[resident] = "memory/resident";
        names[models] = "memory/models";
        names[step_time] = "step_time";
        names[tokens_per_second] = "time/tokens_per_second";
        names[generate] = "time/generate";
        names[score] = "time/score";
        names[update] = "time/update";
        names[generated] = "cost/generated_tokens";
        names[scored] = "cost/scored_tokens";
        names[trained] = "cost/trained_tokens";
        names[operations] = "cost/flops";
        return names;
    }();
    return all;
}

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

double or_zero(double value) { return std::isfinite(value) ? value : 0; }

StepSeconds& operator+=(StepSeconds& sum, const StepSeconds& more) {
    sum.generate += more.generate;
    sum.score += more.score;
    sum.update += more.update;
    return sum;
}

StepSeconds mean_of(const StepSeconds& last, const StepSeconds& before, double steps) {
    return {(last.generate - before.generate) / steps, (last.score - before.score) / steps,
            (last.update - before.update) / steps};
}

}  // namespace

std::span<const std::string_view> ledger_owners() { return owners; }

bool is_model_owner(std::string_view owner) {
    return std::find(owners.begin(), owners.begin() + model_owners, owner) !=
           owners.begin() + model_owners;
}

RunLedger::RunLedger(const std::map<std::string, std::vector<MetricPoint>>& metrics) {
    const auto steps = metrics.find(keys()[step_time]);
    if (steps == metrics.end()) return;
    std::array<const std::vector<MetricPoint>*, key_count> points{};
    std::array<std::size_t, key_count> next{};
    for (std::size_t key = 0; key < key_count; ++key)
        if (const auto found = metrics.find(keys()[key]); found != metrics.end())
            points[key] = &found->second;
    rows_.reserve(steps->second.size());
    for (const MetricPoint& point : steps->second) {
        std::array<double, key_count> values;
        values.fill(missing);
        for (std::size_t key = 0; key < key_count; ++key) {
            if (!points[key]) continue;
            auto& i = next[key];
            while (i < points[key]->size() && (*points[key])[i].step < point.step) ++i;
            if (i < points[key]->size() && (*points[key])[i].step == point.step)
                values[key] = (*points[key])[i].value;
        }
        add(point.step, values);
    }
}

void RunLedger::append(std::int64_t step, const Metrics& metrics) {
    if (!metrics.contains(keys()[step_time])) return;
    std::array<double, key_count> values;
    for (std::size_t key = 0; key < key_count; ++key) {
        const auto found = metrics.find(keys()[key]);
        values[key] = found == metrics.end() ? missing : found->second;
    }
    add(step, values);
}

void RunLedger::add(std::int64_t step, const std::array<double, ledger_keys>& values) {
    Row row;
    if (!rows_.empty()) row = rows_.back();
    if (!rows_.empty() && step <= row.step) return;
    row.step = step;
    row.values = values;
    const double seconds = or_zero(values[step_time]);
    row.step_seconds += seconds;
    row.tokens += or_zero(values[tokens_per_second]) * seconds;
    const bool split = !std::isnan(values[update]);
    row.total += split ? StepSeconds{or_zero(values[generate]), or_zero(values[score]),
                                     or_zero(values[update])}
                       : StepSeconds{0, 0, seconds};
    if (values[peak] > row.most_peak) {
        row.most_peak = values[peak];
        row.most_peak_step = step;
    }
    rows_.push_back(row);
}

std::optional<LedgerEntry> RunLedger::at(std::optional<std::int64_t> step) const {
    auto end = rows_.end();
    if (step) end = std::ranges::upper_bound(rows_, *step, {}, &Row::step);
    if (end == rows_.begin()) return std::nullopt;
    const Row& row = *(end - 1);
    const auto window = std::min<std::int64_t>(mean_window, end - rows_.begin());
    const Row before = end - rows_.begin() > window ? *(end - 1 - window) : Row{};

    LedgerEntry entry;
    entry.step = row.step;
    for (std::size_t i = 0; i < owners.size(); ++i)
        if (!std::isnan(row.values[i])) entry.memory[std::string(owners[i])] = row.values[i];
    entry.peak = or_zero(row.values[peak]);
    entry.resident = or_zero(row.values[resident]);
    entry.models = static_cast<std::int64_t>(or_zero(row.values[models]));
    entry.most_peak = row.most_peak;
    entry.most_peak_step = row.most_peak_step;
    entry.mean = mean_of(row.total, before.total, static_cast<double>(window));
    entry.mean_steps = window;
    const double seconds = row.step_seconds - before.step_seconds;
    entry.tokens_per_second = seconds > 0 ? (row.tokens - before.tokens) / seconds : 0;
    entry.total = row.total;
    entry.generated_tokens = or_zero(row.values[generated]);
    entry.scored_tokens = or_zero(row.values[scored]);
    entry.trained_tokens = or_zero(row.values[trained]);
    entry.operations = or_zero(row.values[operations]);
    return entry;
}

}  // namespace plumb
