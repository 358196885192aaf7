// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/diagnosis.h"
#include "base/result.h"
#include "store/store.h"

namespace plumb {

/// What the workspace holds of a run, for diagnose().
Result<DiagnosisInput> read_diagnosis_input(StoreReader& reader, const RunRecord& run);

/// Diagnoses a run while it goes on. One thread at a time; may be handed from one to another.
class DiagnosisWatch {
public:
    DiagnosisWatch() = default;
    explicit DiagnosisWatch(DiagnosisInput input) : input_(std::move(input)) {}

    /// Values of a step; those that it has already are replaced. total_steps: 0 where not known.
    void add(std::int64_t step, const Metrics& metrics, std::int64_t total_steps);
    void add(const CheckpointRecord& checkpoint) { input_.checkpoints.push_back(checkpoint); }
    /// An edit has taken effect.
    void set(std::string_view key, std::string_view value);
    /// A resumed run has gone back to the step.
    void rewind(std::int64_t step);

    std::vector<Diagnosis> look() const { return diagnose(input_); }
    /// Those that stand now and were not among what an earlier call returned: a diagnosis that is
    /// there at every step is told once, and again where it has become more severe, or has gone and
    /// come back.
    std::vector<Diagnosis> news();

    const DiagnosisInput& input() const { return input_; }

private:
    DiagnosisInput input_;
    std::set<std::tuple<std::string, std::int64_t, Severity>> told_;  ///< with the first step
};

}  // namespace plumb
