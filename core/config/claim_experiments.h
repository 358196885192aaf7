// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/experiments.h"

namespace plumb {

/// quick: small models and few seeds, some minutes. full: the presets that docs tell of, with
/// enough seeds for verdicts.
enum class ClaimSize : std::uint8_t { quick, full };
/// "quick", "full"
std::string_view to_string(ClaimSize size);
std::optional<ClaimSize> parse_claim_size(std::string_view name);

/// The label of the comparison that the runs of the claims belong to: "claims, quick".
std::string claims_comparison(ClaimSize size);

/// The experiments that test the claims (config/claim_variants.h names their variants), all with
/// the same seeds, to be queued seed by seed: on reviews with a shared reward model, on reviews
/// with pairs of their own, on arithmetic.
Result<std::vector<Experiment>> claim_experiments(ClaimSize size);

}  // namespace plumb
