// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "reward/reward.h"
#include "train/monitor.h"
#include "train/pairs.h"

namespace plumb {

/// The model that algorithm reward trains: a reward model is taken as it is, a language model gets
/// a score head in the place of its own, drawn from the seed. (With zeros in it the layers below
/// would get no gradient, and a run of some dozen steps would not learn.) shares_layers: on the
/// memory of the model, for an adapter.
Policy to_reward_model(Policy model, std::uint64_t seed, bool shares_layers = false);

inline constexpr std::string_view learned_reward_name = "reward_model";

/// The learned reward of that name: the score at the last token of prompt and completion. Where
/// the reward model's vocabulary is not the policy's, the text is tokenised anew, with an end token
/// behind completions that came to an end. rows_at_once: texts in a forward pass.
std::unique_ptr<RewardFunction> make_learned_reward(std::shared_ptr<const Policy> model,
                                                    std::shared_ptr<const Tokenizer> policy_tokens,
                                                    std::int64_t rows_at_once);

/// Trains the reward model that a run needs and nobody named: `first` with a score head, on the
/// pairs, with settings.reward_model_*. Phase "reward model"; its metrics are reported under
/// reward_model/, with steps of their own.
Result<Policy> train_reward_model(const Policy& first, const PreferenceSets& pairs,
                                  const Task& task, const Settings& settings, RunMonitor& monitor);

/// Trains a copy of the reward model on, with settings.reward_refresh_*. Phase "refresh the reward
/// model".
Result<Policy> refresh_reward_model(const Policy& model, const PreferenceSets& pairs,
                                    const Task& task, const Settings& settings,
                                    RunMonitor& monitor);

/// Whether both have the same tokens under the same ids.
bool same_vocabulary(const Tokenizer& a, const Tokenizer& b);

}  // namespace plumb
