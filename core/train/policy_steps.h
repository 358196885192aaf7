// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "train/reference.h"
#include "train/sampled_batch.h"
#include "train/trainer.h"

namespace plumb {

// What the trainers that sample completions share around their updates.

/// evaluate_policy() of the trainer's policy, with the KL to the reference where settings.eval_kl
/// asks for it, and the scores of a reward model that evaluations alone ask. Only a reference that
/// training needs too stays in memory. The answers go to the
/// monitor as those of the step.
Result<Metrics> evaluate_beside(const TrainerInputs& inputs, Reference& reference,
                                std::int64_t step);
/// The same without a reference, for training that has none.
Result<Metrics> evaluate_alone(const TrainerInputs& inputs, std::int64_t step);

/// What "best" compares, in this order: accuracy, gold reward, reward on held-out prompts.
std::vector<std::string> policy_score_keys();

/// Hands the completions of a step to the monitor; the rest as finish_records() takes it.
void report_completions(const TrainerInputs& inputs, std::int64_t step, const SampledBatch& sampled,
                        const at::Tensor& total_rewards, const at::Tensor& advantages,
                        const at::Tensor& kl = {});

/// How the seconds of a step are spent; what is left of them goes to the update.
struct StepTimes {
    double generate = 0, score = 0;
    double generated_tokens = 0;
    double tokens = 0;  ///< prompts and completions of the rollouts

    void add(const SampledBatch& sampled, double rollout_tokens);
    /// time/generate, time/score, time/generated_tokens_per_second.
    void report(Metrics& metrics) const;
};

}  // namespace plumb
