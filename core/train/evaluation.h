// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "reward/reward.h"
#include "rollout/rollout.h"
#include "store/records.h"
#include "tasks/task.h"
#include "train/batches.h"
#include "train/monitor.h"

namespace plumb {

using Rewards = std::vector<std::unique_ptr<RewardFunction>>;

/// What completions are judged by.
struct Scorers {
    Rewards rewards;                       ///< what the run optimises
    std::unique_ptr<RewardFunction> gold;  ///< what the task really wants, where it knows; or null
};
/// The reward that stands for what the task really wants, measured beside the trained ones. Null
/// where the task has none, or answers that evaluations check already.
Result<std::unique_ptr<RewardFunction>> gold_reward_of(const Task& task, const Settings& settings);

/// The prompts' tokens; one longer than settings.max_prompt_length keeps its end.
Result<std::vector<TokenIds>> encode_prompts(const Policy& policy,
                                             const std::vector<Prompt>& prompts,
                                             const Settings& settings);

/// For each completion the sum of its values times the weights (empty: 1 each); nothing where no
/// reward has an opinion. values[i][k]: reward k on completion i.
std::vector<std::optional<double>> weighted_sums(
    const std::vector<std::vector<std::optional<double>>>& values,
    const std::vector<double>& weights);

SamplingSettings sampling_settings(const Policy& policy, const Settings& settings);
/// The policy as it is, not as training samples it: temperature 1 and nothing filtered.
SamplingSettings plain_sampling(const Policy& policy, const Settings& settings);
std::int64_t padding_id(const Policy& policy);

/// Sampled completions as text, with what reward functions and the database need.
struct SampledText {
    std::string completion;  ///< special tokens left out
    std::string completion_with_special;
    std::vector<std::int64_t> ids;
    bool ended = false;
};
std::vector<SampledText> to_text(const Rollout& rollout, const Tokenizer& tokenizer);

/// Each function's value for each completion, [N][functions]; completion i belongs to prompt
/// i / per_prompt.
Result<std::vector<std::vector<std::optional<double>>>> score_completions(
    const Rewards& rewards, const std::vector<Prompt>& prompts,
    const std::vector<SampledText>& texts, std::int64_t per_prompt, const std::stop_token& stop);
/// The same for one function, [N].
Result<std::vector<std::optional<double>>> score_completions(RewardFunction& reward,
                                                             const std::vector<Prompt>& prompts,
                                                             const std::vector<SampledText>& texts,
                                                             std::int64_t per_prompt,
                                                             const std::stop_token& stop);

/// What an evaluation found, and the answers that it sampled.
struct Evaluation {
    Metrics metrics;
    /// One for each held-out prompt, with rows -1, -2, ... in the order of the prompts: the same
    /// prompt has the same row in every evaluation of a run. `step` is left at 0.
    std::vector<CompletionRecord> answers;
};

/// Samples one completion of each held-out prompt at temperature 1 and, where the task has answers,
/// one greedily. eval/accuracy and eval/accuracy_greedy; eval/reward, the weighted sum of the run's
/// reward functions, and eval/gold_reward, each with its spread (_std); eval/kl_sequence, the KL of
/// a completion to the reference in nats, estimated as the mean of the summed differences of
/// log-probabilities (reference may be null), with its spread; eval/distinct_ratio,
/// eval/mean_length, eval/ended, eval/scratchpad. The draws depend on the settings' seed alone, so
/// that two evaluations of one policy agree.
Result<Evaluation> evaluate_policy(const Policy& policy, const Task& task, const Scorers& scorers,
                                   const Decoder* reference, const Settings& settings,
                                   const std::stop_token& stop);

/// The share of the first `count` held-out prompts that greedy decoding solves.
Result<double> greedy_accuracy(const Policy& policy, const Task& task, std::int64_t count,
                               const Settings& settings, const std::stop_token& stop);

/// The share of the first `count` held-out prompts whose completion, sampled at temperature 1 with
/// draws of the given seed, is well formed.
Result<double> well_formed_share(const Policy& policy, const Task& task, std::int64_t count,
                                 const Settings& settings, std::uint64_t seed,
                                 const std::stop_token& stop);

/// The supervised loss on the held-out rows: eval/loss, eval/mean_token_accuracy, eval/entropy.
Result<Metrics> evaluate_supervised(const Policy& policy, const Task& task,
                                    const Settings& settings, const std::stop_token& stop);

}  // namespace plumb
