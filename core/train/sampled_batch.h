// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "store/records.h"
#include "train/checkpoint.h"
#include "train/evaluation.h"

namespace plumb {

/// Completions that were sampled, or are given by reference data, with their rewards.
struct ScoredCompletions {
    std::vector<TokenIds> prompts;      ///< one a row; rows of a group stand together
    std::vector<TokenIds> completions;  ///< the end token included
    std::vector<bool> ended;
    std::vector<std::string> reward_names;
    at::Tensor rewards;  ///< [N, functions] float32, NaN for a missing value
};

/// One float32 weight for each reward function.
at::Tensor reward_weights(const Settings& settings, std::int64_t functions);
/// The weighted sum of each completion's rewards, [N]; NaN where no function had a value.
at::Tensor total_rewards(const ScoredCompletions& scored, const Settings& settings);

/// What TRL logs of completions: rewards/<name>/mean and /std over the rows on which the function
/// had a value, completions/*; and completions/distinct_ratio.
Metrics completion_metrics(const ScoredCompletions& scored);

/// What gives a reward away that pays for the form of a text: completions/repetition, the mean
/// share of n-grams that a completion says again, and over the batch the correlations of the reward
/// with that share and with the length, reward_correlation/repetition and /length; those are left
/// out where one of the two has no spread. total_rewards: [N], NaN for a missing one.
Metrics text_metrics(const std::vector<TokenIds>& completions, const at::Tensor& total_rewards,
                     std::int64_t ngram);

/// A batch of prompts with the policy's completions.
struct SampledBatch {
    std::vector<Prompt> prompts;     ///< one a group
    std::vector<SampledText> texts;  ///< one a completion
    ScoredCompletions scored;
    at::Tensor logprobs;  ///< [N, longest] float32, as Rollout::logprobs
    /// Rows for the database but for step, reward and advantage, see finish_records().
    std::vector<CompletionRecord> records;
    /// completion_metrics(), text_metrics(); gold_reward and completions/scratchpad where the task
    /// knows them.
    Metrics metrics;
    double generate_seconds = 0, score_seconds = 0;
    double generated_tokens = 0;
};

/// Takes the next `count` prompts from the task, samples per_prompt completions of each and scores
/// them. Moves state on by a rollout.
Result<SampledBatch> sample_batch(const Policy& policy, const Task& task, const Scorers& scorers,
                                  const Settings& settings, std::int64_t count,
                                  std::int64_t per_prompt, TrainerState& state,
                                  const std::stop_token& stop);

/// Completes the rows: step, total_rewards [N] (NaN: none), advantages [N] and, where it is
/// defined, the KL of whole completions to the reference, kl [N] (NaN: not measured).
std::vector<CompletionRecord> finish_records(std::vector<CompletionRecord> records,
                                             std::int64_t step, const at::Tensor& total_rewards,
                                             const at::Tensor& advantages,
                                             const at::Tensor& kl = {});

}  // namespace plumb
