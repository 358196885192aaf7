// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "rollout/rollout.h"

namespace plumb {

/// So many prompts are sampled for at a time where their number does not matter: more would be
/// hardly faster, and keys and values take memory for all rows of a rollout at once.
std::int64_t prompts_at_once(std::int64_t per_prompt);

/// generate() in portions of prompts_at_once(); the same completions.
Result<Rollout> generate_in_portions(const Decoder& model,
                                     const std::vector<std::vector<std::int64_t>>& prompts,
                                     std::int64_t per_prompt, const SamplingSettings& sampling,
                                     const DrawKey& key, std::int64_t pad_id,
                                     const std::stop_token& stop);

}  // namespace plumb
