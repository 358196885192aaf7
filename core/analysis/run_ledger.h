// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"

namespace plumb {

/// What memory is held for, in the order in which it is shown: the models first. The ends of the
/// metrics memory/<owner>.
std::span<const std::string_view> ledger_owners();
/// Whether the owner is a model: policy, reference, reward_model or value_model.
bool is_model_owner(std::string_view owner);

/// Seconds of steps by what they were spent on. An algorithm that samples nothing only updates.
struct StepSeconds {
    double generate = 0, score = 0, update = 0;

    double sum() const { return generate + score + update; }
};

/// What a run held in memory at a step, and what it has spent until then.
struct LedgerEntry {
    std::int64_t step = 0;
    std::map<std::string, double> memory;  ///< megabytes by owner, as far as it was measured
    double peak = 0;                       ///< megabytes: the most at one time during the step
    double resident = 0;                   ///< megabytes of the whole process
    std::int64_t models = 0;
    double most_peak = 0;             ///< megabytes: the highest peak of all steps so far ...
    std::int64_t most_peak_step = 0;  ///< ... and its first step

    StepSeconds mean;  ///< of a step, over the last steps
    std::int64_t mean_steps = 0;
    double tokens_per_second = 0;  ///< over the same steps
    StepSeconds total;             ///< of all steps so far

    double generated_tokens = 0, scored_tokens = 0, trained_tokens = 0;
    double operations = 0;  ///< floating-point operations, estimated
};

/// Memory and cost of a run, from its metrics: the memory/, time/ and cost/ of every update.
class RunLedger {
public:
    /// The number of metrics that it reads.
    static constexpr std::size_t ledger_keys = 20;
    /// Over this many of the last steps means are taken.
    static constexpr std::int64_t mean_window = 20;

    RunLedger() = default;
    /// From the points of every metric, each by rising step.
    explicit RunLedger(const std::map<std::string, std::vector<MetricPoint>>& metrics);

    /// One more update. Metrics that are none of an update are left out, and so is a step that is
    /// not beyond the last.
    void append(std::int64_t step, const Metrics& metrics);
    /// The newest update that is not beyond the step, or the newest of all; nothing where there is
    /// none.
    std::optional<LedgerEntry> at(std::optional<std::int64_t> step = {}) const;

private:
    /// A step, and sums over all steps up to it.
    struct Row {
        std::int64_t step = 0;
        std::array<double, ledger_keys> values{};  ///< of the step; NaN where it has none
        StepSeconds total;
        double tokens = 0, step_seconds = 0;
        double most_peak = 0;
        std::int64_t most_peak_step = 0;
    };

    void add(std::int64_t step, const std::array<double, ledger_keys>& values);

    std::vector<Row> rows_;
};

}  // namespace plumb
