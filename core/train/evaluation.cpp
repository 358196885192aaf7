// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/evaluation.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/random.h"
#include "data/prompts.h"
#include "rollout/portions.h"
#include "train/head_logprobs.h"
#include "train/supervised_rows.h"
#include "train/update.h"

namespace plumb {
namespace {

/// What one sampled completion of every prompt says, under the given name of the draw.
struct Sampled {
    std::vector<SampledText> texts;
    at::Tensor logps;  ///< [N] of whole completions
    double accuracy = 0, well_formed = 0, mean_length = 0, ended = 0, scratchpad = 0;
    bool knows_scratchpad = false;
};

Result<Sampled> sample_and_check(const Policy& policy, const Task& task,
                                 const std::vector<Prompt>& prompts,
                                 const std::vector<TokenIds>& ids, const SamplingSettings& sampling,
                                 std::uint64_t seed, const std::stop_token& stop) {
    PLUMB_TRY(const Rollout rollout,
              generate_in_portions(policy.model, ids, 1, sampling, DrawKey{seed, 0, 0},
                                   padding_id(policy), stop));
    Sampled result;
    result.texts = to_text(rollout, *policy.tokenizer);
    result.logps = rollout.logprobs.sum(1);
    const double n = static_cast<double>(prompts.size());
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const SampledText& text = result.texts[i];
        const Attempt attempt{text.completion, text.completion_with_special, prompts[i].answer,
                              prompts[i].text};
        result.accuracy += task.solved(attempt) / n;
        result.well_formed += task.well_formed(attempt) / n;
        result.mean_length += static_cast<double>(text.ids.size()) / n;
        result.ended += text.ended / n;
        if (const auto used = task.used_scratchpad(text.completion)) {
            result.knows_scratchpad = true;
            result.scratchpad += *used / n;
        }
    }
    return result;
}

/// log policy - log reference of whole completions, nats.
struct SequenceKl {
    double mean = 0;
    at::Tensor each;  ///< [N]
};

Result<SequenceKl> sequence_kl(const Policy& policy, const Decoder& reference,
                               const Sampled& sampled, const std::vector<TokenIds>& prompts,
                               const Settings& settings, const std::stop_token& stop) {
    const at::NoGradGuard no_gradient;
    const auto rows = static_cast<std::size_t>(settings.per_device_train_batch_size);
    double sum = sampled.logps.sum().item<double>();
    std::vector<at::Tensor> logps;
    for (std::size_t first = 0; first < prompts.size(); first += rows) {
        if (stop.stop_requested()) return cancelled();
        const std::size_t end = std::min(prompts.size(), first + rows);
        std::vector<TokenIds> completions;
        for (std::size_t i = first; i < end; ++i) completions.push_back(sampled.texts[i].ids);
        const std::vector<TokenIds> part(prompts.begin() + static_cast<std::ptrdiff_t>(first),
                                         prompts.begin() + static_cast<std::ptrdiff_t>(end));
        const auto batch = make_completion_batch(part, completions);
        const at::Tensor logprobs =
            completion_logprobs(reference, batch, 1.0, policy.suppressed_ids).logprobs;
        sum -= logprobs.sum().item<double>();
        logps.push_back(logprobs.sum(1).to(at::kCPU));
    }
    return SequenceKl{sum / static_cast<double>(prompts.size()), sampled.logps - at::cat(logps)};
}

double distinct_share(const std::vector<SampledText>& texts) {
    std::set<TokenIds> distinct;
    for (const SampledText& text : texts) distinct.insert(text.ids);
    return static_cast<double>(distinct.size()) / static_cast<double>(texts.size());
}

/// KEY and KEY_std: mean and spread (n - 1) over completions of the weighted sum of their values;
/// nothing where none has one.
void add_reward(const std::string& key,
                const std::vector<std::vector<std::optional<double>>>& values,
                const std::vector<double>& weights, Metrics& metrics) {
    std::vector<double> sums;
    for (const auto& total : weighted_sums(values, weights)) {
        if (total) sums.push_back(*total);
    }
    if (sums.empty()) return;
    const double n = static_cast<double>(sums.size());
    double mean = 0, squares = 0;
    for (const double sum : sums) mean += sum / n;
    for (const double sum : sums) squares += (sum - mean) * (sum - mean);
    metrics[key] = mean;
    if (sums.size() > 1) metrics[key + "_std"] = std::sqrt(squares / (n - 1));
}

/// The answers as rows for the database, still without rewards.
std::vector<CompletionRecord> to_records(const std::vector<Prompt>& prompts,
                                         const std::vector<SampledText>& texts) {
    std::vector<CompletionRecord> records;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        CompletionRecord& record = records.emplace_back();
        record.row = record.group = -1 - static_cast<std::int64_t>(i);
        record.prompt = prompts[i].text;
        record.completion = texts[i].completion_with_special;
        record.answer = prompts[i].answer;
        record.length = static_cast<std::int64_t>(texts[i].ids.size());
        record.ended = texts[i].ended;
    }
    return records;
}

/// Each function's value and the weighted sum; weights empty: all 1.
void add_rewards(const std::vector<std::vector<std::optional<double>>>& values,
                 const Rewards& rewards, const std::vector<double>& weights,
                 std::vector<CompletionRecord>& records) {
    const auto sums = weighted_sums(values, weights);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].reward = sums[i];
        for (std::size_t k = 0; k < rewards.size(); ++k)
            records[i].reward_parts[rewards[k]->name()] = values[i][k];
    }
}

std::vector<Prompt> first_eval_prompts(const Task& task, std::int64_t count) {
    std::vector<Prompt> prompts = task.eval_prompts();
    prompts.resize(std::min(prompts.size(), static_cast<std::size_t>(count)));
    return prompts;
}

/// The completions as reward functions see them; completion i belongs to prompt i / per_prompt.
std::vector<RewardInput> reward_inputs(const std::vector<Prompt>& prompts,
                                       const std::vector<SampledText>& texts,
                                       std::int64_t per_prompt) {
    std::vector<RewardInput> inputs(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const Prompt& prompt = prompts[i / static_cast<std::size_t>(per_prompt)];
        inputs[i] = {prompt.text,   texts[i].completion, texts[i].completion_with_special,
                     prompt.answer, texts[i].ids,        texts[i].ended};
    }
    return inputs;
}

}  // namespace

Result<std::unique_ptr<RewardFunction>> gold_reward_of(const Task& task, const Settings& settings) {
    if (task.has_answers() || task.gold_reward().empty()) return std::unique_ptr<RewardFunction>();
    return make_reward(task.gold_reward(), settings);
}

std::vector<std::optional<double>> weighted_sums(
    const std::vector<std::vector<std::optional<double>>>& values,
    const std::vector<double>& weights) {
    std::vector<std::optional<double>> sums(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t k = 0; k < values[i].size(); ++k)
            if (values[i][k])
                sums[i] =
                    sums[i].value_or(0) + *values[i][k] * (weights.empty() ? 1.0 : weights[k]);
    return sums;
}

Result<std::vector<TokenIds>> encode_prompts(const Policy& policy,
                                             const std::vector<Prompt>& prompts,
                                             const Settings& settings) {
    PLUMB_TRY(auto tokenized,
              tokenize_prompts(prompts, *policy.tokenizer, settings.max_prompt_length));
    return std::move(tokenized.ids);
}

SamplingSettings sampling_settings(const Policy& policy, const Settings& settings) {
    SamplingSettings sampling;
    sampling.temperature = settings.temperature;
    sampling.top_k = settings.top_k;
    sampling.top_p = settings.top_p;
    sampling.min_p = settings.min_p.value_or(0.0);
    sampling.repetition_penalty = settings.repetition_penalty;
    sampling.max_new_tokens = settings.max_completion_length;
    sampling.eos_ids = policy.model.config().eos_token_ids;
    sampling.suppressed_ids = policy.suppressed_ids;
    return sampling;
}

SamplingSettings plain_sampling(const Policy& policy, const Settings& settings) {
    SamplingSettings sampling = sampling_settings(policy, settings);
    sampling.temperature = 1.0;
    sampling.top_k = 0;
    sampling.top_p = 1.0;
    sampling.min_p = 0.0;
    sampling.repetition_penalty = 1.0;
    return sampling;
}

std::int64_t padding_id(const Policy& policy) {
    const auto& config = policy.model.config();
    if (config.pad_token_id) return *config.pad_token_id;
    return config.eos_token_ids.empty() ? 0 : config.eos_token_ids.front();
}

std::vector<SampledText> to_text(const Rollout& rollout, const Tokenizer& tokenizer) {
    const at::Tensor ids = rollout.completion_ids.to(at::kCPU).contiguous();
    const auto* data = ids.data_ptr<std::int64_t>();
    std::vector<SampledText> texts(rollout.lengths.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto* row = data + static_cast<std::int64_t>(i) * ids.size(1);
        texts[i].ids.assign(row, row + rollout.lengths[i]);
        texts[i].completion = tokenizer.decode(texts[i].ids, true);
        texts[i].completion_with_special = tokenizer.decode(texts[i].ids, false);
        texts[i].ended = rollout.ended[i];
    }
    return texts;
}

Result<std::vector<std::optional<double>>> score_completions(RewardFunction& reward,
                                                             const std::vector<Prompt>& prompts,
                                                             const std::vector<SampledText>& texts,
                                                             std::int64_t per_prompt,
                                                             const std::stop_token& stop) {
    return reward.score(reward_inputs(prompts, texts, per_prompt), stop);
}

Result<std::vector<std::vector<std::optional<double>>>> score_completions(
    const Rewards& rewards, const std::vector<Prompt>& prompts,
    const std::vector<SampledText>& texts, std::int64_t per_prompt, const std::stop_token& stop) {
    const std::vector<RewardInput> inputs = reward_inputs(prompts, texts, per_prompt);
    std::vector<std::vector<std::optional<double>>> values(texts.size());
    for (const auto& reward : rewards) {
        PLUMB_TRY(const auto scores, reward->score(inputs, stop));
        for (std::size_t i = 0; i < texts.size(); ++i) values[i].push_back(scores[i]);
    }
    return values;
}

Result<double> greedy_accuracy(const Policy& policy, const Task& task, std::int64_t count,
                               const Settings& settings, const std::stop_token& stop) {
    const std::vector<Prompt> prompts = first_eval_prompts(task, count);
    PLUMB_TRY(const auto ids, encode_prompts(policy, prompts, settings));
    SamplingSettings sampling = sampling_settings(policy, settings);
    sampling.temperature = 0.0;
    PLUMB_TRY(const Sampled greedy,
              sample_and_check(policy, task, prompts, ids, sampling, 0, stop));
    return greedy.accuracy;
}

Result<double> well_formed_share(const Policy& policy, const Task& task, std::int64_t count,
                                 const Settings& settings, std::uint64_t seed,
                                 const std::stop_token& stop) {
    const std::vector<Prompt> prompts = first_eval_prompts(task, count);
    PLUMB_TRY(const auto ids, encode_prompts(policy, prompts, settings));
    PLUMB_TRY(
        const Sampled sampled,
        sample_and_check(policy, task, prompts, ids, plain_sampling(policy, settings), seed, stop));
    return sampled.well_formed;
}

Result<Evaluation> evaluate_policy(const Policy& policy, const Task& task, const Scorers& scorers,
                                   const Decoder* reference, const Settings& settings,
                                   const std::stop_token& stop) {
    const std::vector<Prompt> prompts = task.eval_prompts();
    if (prompts.empty()) return Evaluation{};
    PLUMB_TRY(const auto ids, encode_prompts(policy, prompts, settings));
    const std::uint64_t seed = derive_seed(static_cast<std::uint64_t>(settings.seed), "evaluation");
    SamplingSettings sampling = plain_sampling(policy, settings);
    PLUMB_TRY(const Sampled sampled,
              sample_and_check(policy, task, prompts, ids, sampling, seed, stop));

    Evaluation evaluation;
    evaluation.answers = to_records(prompts, sampled.texts);
    Metrics& metrics = evaluation.metrics;
    metrics = {{"eval/mean_length", sampled.mean_length},
               {"eval/ended", sampled.ended},
               {"eval/distinct_ratio", distinct_share(sampled.texts)}};
    if (sampled.knows_scratchpad) metrics["eval/scratchpad"] = sampled.scratchpad;
    if (task.has_answers()) {
        metrics["eval/accuracy"] = sampled.accuracy;
        sampling.temperature = 0.0;
        PLUMB_TRY(const Sampled greedy,
                  sample_and_check(policy, task, prompts, ids, sampling, seed, stop));
        metrics["eval/accuracy_greedy"] = greedy.accuracy;
    }
    PLUMB_TRY(const auto values,
              score_completions(scorers.rewards, prompts, sampled.texts, 1, stop));
    add_rewards(values, scorers.rewards, settings.reward_weights, evaluation.answers);
    add_reward("eval/reward", values, settings.reward_weights, metrics);
    if (scorers.gold) {
        PLUMB_TRY(const auto gold,
                  score_completions(*scorers.gold, prompts, sampled.texts, 1, stop));
        std::vector<std::vector<std::optional<double>>> table;
        for (std::size_t i = 0; i < gold.size(); ++i) {
            table.push_back({gold[i]});
            evaluation.answers[i].reward_parts.emplace("gold", gold[i]);
        }
        add_reward("eval/gold_reward", table, {}, metrics);
    }
    if (reference) {
        PLUMB_TRY(const SequenceKl kl,
                  sequence_kl(policy, *reference, sampled, ids, settings, stop));
        metrics["eval/kl_sequence"] = kl.mean;
        if (prompts.size() > 1)
            metrics["eval/kl_sequence_std"] = kl.each.to(at::kDouble).std().item<double>();
        for (std::size_t i = 0; i < prompts.size(); ++i)
            evaluation.answers[i].kl = kl.each[static_cast<std::int64_t>(i)].item<double>();
    }
    return evaluation;
}

Result<Metrics> evaluate_supervised(const Policy& policy, const Task& task,
                                    const Settings& settings, const std::stop_token& stop) {
    const auto rows = supervised_rows(task.eval_demonstrations(), policy, settings);
    const auto batch_size = static_cast<std::size_t>(settings.per_device_train_batch_size);
    at::NoGradGuard no_gradient;
    double loss = 0, entropy = 0, right = 0, labels = 0;
    for (std::size_t first = 0; first < rows.size(); first += batch_size) {
        if (stop.stop_requested()) return cancelled();
        const auto end = std::min(rows.size(), first + batch_size);
        const LabelledBatch batch = to_batch(std::span(rows).subspan(first, end - first));
        const HeadOutputs head =
            head_logprobs(policy.model,
                          hidden_at(policy.model, batch.tokens, batch.predictors,
                                    static_cast<double>(batch.tokens.tokens())),
                          batch.labels, {.argmax = true});
        loss -= head.tokens.logprobs.sum().item<double>();
        entropy += head.tokens.entropy.sum().item<double>();
        right += head.is_argmax.sum().item<double>();
        labels += static_cast<double>(batch.labels.numel());
    }
    if (labels == 0) return Metrics{};
    return Metrics{{"eval/loss", loss / labels},
                   {"eval/entropy", entropy / labels},
                   {"eval/mean_token_accuracy", right / labels}};
}

}  // namespace plumb
