// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/experiments.h"

namespace plumb {

enum class ClaimSize : std::uint8_t { quick, full };
/// "quick", "full"
std::string_view to_string(ClaimSize size);
std::optional<ClaimSize> parse_claim_size(std::string_view name);

/// The label of the comparison that runs of the claims belong to: "claims, quick".
std::string claims_comparison(ClaimSize size);

/// All runs that test the claims, in the order in which they are to be queued: seed by seed, so
/// that verdicts come early and grow firmer.
Result<ExperimentPlan> claims_plan(ClaimSize size);

}  // namespace plumb
