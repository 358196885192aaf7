// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "store/records.h"
#include "train/checkpoint.h"
#include "train/policy_steps.h"
#include "train/sampled_batch.h"

namespace plumb {

/// The micro-batches of a rollout with their advantages, and the metrics that TRL logs with it
/// (reward, reward_std, rewards/*, completions/*, frac_reward_zero_std).
struct PreparedRollout {
    RolloutInUse rollout;
    at::Tensor total_rewards;  ///< [N] weighted sums
    at::Tensor advantages;     ///< [N]
    at::Tensor kl;             ///< [N] of reference_kl()
    double tokens = 0;         ///< prompts and completions
    Metrics metrics;
};

/// Group-relative advantages, masks and micro-batches of per_device_train_batch_size rows.
PreparedRollout prepare_rollout(const ScoredCompletions& scored, const Settings& settings);

/// Gives each micro-batch its rows of advantages [N].
void set_advantages(RolloutInUse& rollout, const at::Tensor& advantages);

/// The reference's log-probabilities of micro-batches that have none yet; nothing where the
/// reference is null (beta = 0). No gradients.
Status add_reference_logprobs(RolloutInUse& rollout, const Policy& policy, const Decoder* reference,
                              const Settings& settings, const std::stop_token& stop);
/// Log-probabilities that the loss needs beside the policy's own: those of the reference, and of
/// the policy before its update for micro-batches that are trained on only after one. No gradients.
Status add_fixed_logprobs(RolloutInUse& rollout, const Policy& policy, const Decoder* reference,
                          const Settings& settings, const std::stop_token& stop);

/// log policy - log reference of what was sampled, nats.
struct ReferenceKl {
    at::Tensor sums;  ///< [N], of each completion; undefined where the rollout has no reference
    double max_token = 0;
};
/// sampled_logprobs [N, longest]: as sampling measured them.
ReferenceKl reference_kl(const RolloutInUse& rollout, const at::Tensor& sampled_logprobs);

/// Completions sampled in one rollout: micro-batches of per_device_train_batch_size rows,
/// steps_per_generation of them (0: gradient_accumulation_steps), num_generations a prompt.
std::int64_t prompts_per_rollout(const Settings& settings);

/// A fresh rollout, ready for updates, with what is to be told of it.
struct NewRollout {
    PreparedRollout prepared;
    SampledBatch sampled;
};
/// Samples the next prompts of the task and prepares the rollout.
Result<NewRollout> sample_rollout(const Policy& policy, const Decoder* reference, const Task& task,
                                  const Scorers& scorers, const Settings& settings,
                                  TrainerState& state, const std::stop_token& stop);

}  // namespace plumb
