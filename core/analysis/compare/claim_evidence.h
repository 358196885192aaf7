// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/compared_run.h"
#include "analysis/compare/group_values.h"

namespace plumb {

using BySeed = std::map<std::int64_t, double>;

/// The runs of the claims by variant and seed: those that have come to an end, of a seed that
/// stands twice the newest. Refers to the runs.
class ClaimEvidence {
public:
    explicit ClaimEvidence(const std::vector<ComparedRun>& runs);

    /// By seed.
    std::vector<const ComparedRun*> runs_of(std::string_view variant) const;
    /// The variants whose names begin so, in the order in which they came.
    std::vector<std::string> sweep(std::string_view prefix) const;
    /// For each seed the values of all of these variants, joined; seeds that lack one are left out.
    BySeed over_sweep(const std::vector<std::string>& variants, const RunValue& value,
                      const std::function<double(const std::vector<double>&)>& join) const;
    /// The value of each run of the variant that has one, by seed.
    std::vector<double> values(std::string_view variant, const RunValue& value) const;
    /// For each seed that both variants have.
    void for_pairs(
        std::string_view a, std::string_view b,
        const std::function<void(const ComparedRun& a, const ComparedRun& b)>& use) const;
    /// The values of both, joined, for each seed that both have.
    std::vector<double> paired(std::string_view a, std::string_view b, const RunValue& value,
                               const std::function<double(double a, double b)>& join) const;

private:
    std::map<std::string, std::map<std::int64_t, const ComparedRun*>, std::less<>> by_variant_;
    std::vector<std::string> order_;
};

/// The last and the first finite value of the metric.
RunValue last_of(std::string key);
RunValue first_of(std::string key);

// Of the held-out gold reward.

std::optional<double> best_of(const ComparedRun& run);
/// Best evaluation minus the last one.
std::optional<double> lost_after_best(const ComparedRun& run);
/// It fell from its best evaluation to the last one, while the learned reward did not fall.
bool has_hacked(const ComparedRun& run);
/// Operations of updates until an evaluation first reached the value; nothing where none did.
std::optional<double> flops_until(const ComparedRun& run, double gold);

/// Operations of all updates over the tokens that they sampled: completions need not be equally
/// long.
std::optional<double> flops_per_token(const ComparedRun& run);

}  // namespace plumb
