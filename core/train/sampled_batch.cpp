// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/sampled_batch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "algorithms/advantages.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/statistics.h"
#include "config/roles.h"
#include "reward/rules.h"

namespace plumb {
namespace {

/// rewards/<name>/mean and /std over the rows on which the function had a value.
void add_reward_parts(const ScoredCompletions& scored, Metrics& metrics) {
    for (std::size_t k = 0; k < scored.reward_names.size(); ++k) {
        const at::Tensor column = scored.rewards.select(1, static_cast<std::int64_t>(k));
        const at::Tensor values = column.masked_select(column.isnan().logical_not());
        const std::string key = "rewards/" + scored.reward_names[k];
        if (values.numel() > 0) metrics[key + "/mean"] = values.mean().item<double>();
        if (values.numel() > 1) metrics[key + "/std"] = values.std().item<double>();
    }
}

void add_lengths(const ScoredCompletions& scored, Metrics& metrics) {
    const auto add = [&](const std::string& suffix, const std::vector<double>& lengths) {
        double sum = 0;
        for (double length : lengths) sum += length;
        const bool none = lengths.empty();
        metrics["completions/mean_" + suffix] =
            none ? 0 : sum / static_cast<double>(lengths.size());
        metrics["completions/min_" + suffix] = none ? 0 : *std::ranges::min_element(lengths);
        metrics["completions/max_" + suffix] = none ? 0 : *std::ranges::max_element(lengths);
    };
    std::vector<double> all, terminated;
    for (std::size_t i = 0; i < scored.completions.size(); ++i) {
        all.push_back(static_cast<double>(scored.completions[i].size()));
        if (scored.ended[i]) terminated.push_back(all.back());
    }
    add("length", all);
    add("terminated_length", terminated);
    metrics["completions/clipped_ratio"] =
        1.0 - static_cast<double>(terminated.size()) / static_cast<double>(all.size());
    const std::set<TokenIds> distinct(scored.completions.begin(), scored.completions.end());
    metrics["completions/distinct_ratio"] =
        static_cast<double>(distinct.size()) / static_cast<double>(all.size());
}

using ScoreTable = std::vector<std::vector<std::optional<double>>>;

at::Tensor to_tensor(const ScoreTable& values, std::int64_t functions) {
    at::Tensor rewards = at::full({static_cast<std::int64_t>(values.size()), functions},
                                  std::numeric_limits<float>::quiet_NaN());
    auto table = rewards.accessor<float, 2>();
    for (std::size_t i = 0; i < values.size(); ++i)
        for (std::size_t k = 0; k < values[i].size(); ++k)
            if (values[i][k])
                table[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)] =
                    static_cast<float>(*values[i][k]);
    return rewards;
}

/// The gold reward beside the trained ones: a column of the table and the metric gold_reward.
Status add_gold(const Scorers& scorers, std::int64_t per_prompt, SampledBatch& batch,
                const std::stop_token& stop) {
    if (!scorers.gold) return {};
    PLUMB_TRY(const auto gold,
              score_completions(*scorers.gold, batch.prompts, batch.texts, per_prompt, stop));
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < gold.size(); ++i) {
        batch.records[i].reward_parts.emplace("gold", gold[i]);
        sum += gold[i].value_or(0);
        count += gold[i].has_value();
    }
    if (count > 0) batch.metrics["gold_reward"] = sum / count;
    return {};
}

}  // namespace

at::Tensor reward_weights(const Settings& settings, std::int64_t functions) {
    std::vector<float> weights(static_cast<std::size_t>(functions));
    for (std::size_t k = 0; k < weights.size(); ++k)
        weights[k] = static_cast<float>(reward_weight(settings, k));
    return at::tensor(weights);
}

at::Tensor total_rewards(const ScoredCompletions& scored, const Settings& settings) {
    return weighted_rewards(scored.rewards, reward_weights(settings, scored.rewards.size(1)));
}

Metrics completion_metrics(const ScoredCompletions& scored) {
    Metrics metrics;
    add_reward_parts(scored, metrics);
    add_lengths(scored, metrics);
    return metrics;
}

Metrics text_metrics(const std::vector<TokenIds>& completions, const at::Tensor& total_rewards,
                     std::int64_t ngram) {
    std::vector<double> rewards, lengths, repetitions;
    double repeated = 0;
    for (std::size_t i = 0; i < completions.size(); ++i) {
        const double repetition = -repetition_rule(completions[i], ngram);
        repeated += repetition / static_cast<double>(completions.size());
        const double reward = total_rewards[static_cast<std::int64_t>(i)].item<double>();
        if (std::isnan(reward)) continue;
        rewards.push_back(reward);
        lengths.push_back(static_cast<double>(completions[i].size()));
        repetitions.push_back(repetition);
    }
    Metrics metrics{{"completions/repetition", repeated}};
    if (const auto found = correlation(rewards, lengths))
        metrics["reward_correlation/length"] = *found;
    if (const auto found = correlation(rewards, repetitions))
        metrics["reward_correlation/repetition"] = *found;
    return metrics;
}

Result<SampledBatch> sample_batch(const Policy& policy, const Task& task, const Scorers& scorers,
                                  const Settings& settings, std::int64_t count,
                                  std::int64_t per_prompt, TrainerState& state,
                                  const std::stop_token& stop) {
    SampledBatch batch;
    Stopwatch watch;
    for (std::int64_t i = 0; i < count; ++i)
        batch.prompts.push_back(task.train_prompt(state.next_row + i));
    PLUMB_TRY(const auto prompt_ids, encode_prompts(policy, batch.prompts, settings));
    const DrawKey key{derive_seed(static_cast<std::uint64_t>(settings.seed), "rollout"),
                      static_cast<std::uint64_t>(state.rollouts), 0};
    PLUMB_TRY(const Rollout rollout,
              generate(policy.model, prompt_ids, per_prompt, sampling_settings(policy, settings),
                       key, padding_id(policy), stop));
    state.next_row += count;
    ++state.rollouts;
    batch.generate_seconds = watch.restart();

    batch.texts = to_text(rollout, *policy.tokenizer);
    batch.logprobs = rollout.logprobs;
    ScoredCompletions& scored = batch.scored;
    PLUMB_TRY(const ScoreTable values,
              score_completions(scorers.rewards, batch.prompts, batch.texts, per_prompt, stop));
    for (const auto& reward : scorers.rewards) scored.reward_names.push_back(reward->name());
    scored.ended = rollout.ended;
    scored.rewards = to_tensor(values, static_cast<std::int64_t>(scorers.rewards.size()));
    double scratchpad = 0;
    bool knows_scratchpad = false;
    for (std::size_t i = 0; i < batch.texts.size(); ++i) {
        const SampledText& text = batch.texts[i];
        const std::size_t group = i / static_cast<std::size_t>(per_prompt);
        scored.prompts.push_back(prompt_ids[group]);
        scored.completions.push_back(text.ids);
        batch.generated_tokens += static_cast<double>(text.ids.size());

        CompletionRecord& record = batch.records.emplace_back();
        record.row = static_cast<std::int64_t>(i);
        record.group = static_cast<std::int64_t>(group);
        record.prompt = batch.prompts[group].text;
        record.completion = text.completion_with_special;
        record.answer = batch.prompts[group].answer;
        record.length = static_cast<std::int64_t>(text.ids.size());
        record.ended = text.ended;
        for (std::size_t k = 0; k < values[i].size(); ++k)
            record.reward_parts[scored.reward_names[k]] = values[i][k];
        if (const auto used = task.used_scratchpad(text.completion)) {
            knows_scratchpad = true;
            scratchpad += *used / static_cast<double>(batch.texts.size());
        }
    }
    batch.metrics = completion_metrics(scored);
    batch.metrics.merge(text_metrics(scored.completions, total_rewards(scored, settings),
                                     settings.repetition_ngram));
    if (knows_scratchpad) batch.metrics["completions/scratchpad"] = scratchpad;
    PLUMB_TRY_STATUS(add_gold(scorers, per_prompt, batch, stop));
    batch.score_seconds = watch.restart();
    return batch;
}

std::vector<CompletionRecord> finish_records(std::vector<CompletionRecord> records,
                                             std::int64_t step, const at::Tensor& total_rewards,
                                             const at::Tensor& advantages, const at::Tensor& kl) {
    const auto known = [](double value) {
        return value == value ? std::optional(value) : std::nullopt;
    };
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        records[i].step = step;
        records[i].reward = known(total_rewards[row].item<double>());
        if (kl.defined()) records[i].kl = known(kl[row].item<double>());
        records[i].advantage = advantages[row].item<double>();
    }
    return records;
}

}  // namespace plumb
