// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/grpo_rollout.h"

#include <algorithm>
#include <limits>
#include <set>

#include "algorithms/advantages.h"
#include "base/clock.h"
#include "base/random.h"

namespace plumb {
namespace {

RewardScaling scaling_of(const Settings& settings) {
    if (settings.scale_rewards == "batch") return RewardScaling::batch;
    return settings.scale_rewards == "none" ? RewardScaling::none : RewardScaling::group;
}

RewardAggregation aggregation_of(const Settings& settings) {
    return settings.multi_objective_aggregation == "normalize_then_sum"
               ? RewardAggregation::normalize_then_sum
               : RewardAggregation::sum_then_normalize;
}

at::Tensor reward_weights(const Settings& settings, std::int64_t functions) {
    std::vector<float> weights(static_cast<std::size_t>(functions), 1.0f);
    for (std::size_t k = 0; k < settings.reward_weights.size() && k < weights.size(); ++k)
        weights[k] = static_cast<float>(settings.reward_weights[k]);
    return at::tensor(weights);
}

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

/// [rows, width]: 1 on completion tokens; all 0 for rows that were cut, if those are left out.
at::Tensor completion_mask(const ScoredCompletions& scored, std::size_t first, std::size_t end,
                           std::int64_t width, bool leave_out_cut) {
    at::Tensor mask = at::zeros({static_cast<std::int64_t>(end - first), width});
    for (std::size_t i = first; i < end; ++i) {
        if (leave_out_cut && !scored.ended[i]) continue;
        mask[static_cast<std::int64_t>(i - first)]
            .narrow(0, 0, static_cast<std::int64_t>(scored.completions[i].size()))
            .fill_(1);
    }
    return mask;
}

}  // namespace

PreparedRollout prepare_rollout(const ScoredCompletions& scored, const Settings& settings,
                                std::int64_t pad_id) {
    PreparedRollout prepared;
    const GroupAdvantages groups =
        group_advantages(scored.rewards, reward_weights(settings, scored.rewards.size(1)),
                         settings.num_generations, scaling_of(settings), aggregation_of(settings));
    prepared.total_rewards = groups.rewards;
    prepared.advantages = groups.advantages;
    prepared.metrics = {{"reward", groups.reward_mean},
                        {"reward_std", groups.reward_std},
                        {"frac_reward_zero_std", groups.frac_reward_zero_std},
                        {"frac_all_best", groups.frac_all_best},
                        {"frac_all_worst", groups.frac_all_worst}};
    add_reward_parts(scored, prepared.metrics);
    add_lengths(scored, prepared.metrics);

    const std::size_t rows = scored.prompts.size();
    const auto size = static_cast<std::size_t>(settings.per_device_train_batch_size);
    for (std::size_t first = 0; first < rows; first += size) {
        const std::size_t end = std::min(rows, first + size);
        const auto part = [&](const std::vector<TokenIds>& all) {
            return std::vector<TokenIds>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                         all.begin() + static_cast<std::ptrdiff_t>(end));
        };
        GrpoSlice& slice = prepared.rollout.slices.emplace_back();
        slice.batch = make_completion_batch(part(scored.prompts), part(scored.completions), pad_id);
        slice.mask = completion_mask(scored, first, end, slice.batch.width,
                                     settings.mask_truncated_completions);
        slice.advantages = prepared.advantages.narrow(0, static_cast<std::int64_t>(first),
                                                      static_cast<std::int64_t>(end - first));
        prepared.tokens += static_cast<double>(slice.batch.tokens);
    }
    for (const TokenIds& completion : scored.completions)
        prepared.rollout.num_items += static_cast<double>(completion.size());
    prepared.rollout.total =
        static_cast<std::int64_t>(prepared.rollout.slices.size()) * settings.num_iterations;
    return prepared;
}

Status add_fixed_logprobs(RolloutInUse& rollout, const Policy& policy, const Llama* reference,
                          const Settings& settings, const std::stop_token& stop) {
    at::NoGradGuard no_gradient;
    const auto logprobs_of = [&](const Llama& model, const GrpoSlice& slice) {
        return completion_logprobs(model, slice.batch, settings.temperature, policy.suppressed_ids)
            .logprobs;
    };
    for (std::size_t i = 0; i < rollout.slices.size(); ++i) {
        if (stop.stop_requested()) return cancelled();
        GrpoSlice& slice = rollout.slices[i];
        if (reference) slice.ref_logprobs = logprobs_of(*reference, slice);
        const bool after_an_update =
            static_cast<std::int64_t>(i) >= settings.gradient_accumulation_steps;
        if (after_an_update) slice.old_logprobs = logprobs_of(policy.model, slice);
    }
    return {};
}

Result<NewRollout> sample_rollout(const Policy& policy, const Llama* reference, const Task& task,
                                  const Rewards& rewards, const Settings& settings,
                                  TrainerState& state, const std::stop_token& stop) {
    NewRollout result;
    Stopwatch watch;
    const std::int64_t per_prompt = settings.num_generations;
    const std::int64_t micro_batches = settings.steps_per_generation > 0
                                           ? settings.steps_per_generation
                                           : settings.gradient_accumulation_steps;
    const std::int64_t count = settings.per_device_train_batch_size * micro_batches / per_prompt;
    std::vector<Prompt> prompts;
    for (std::int64_t i = 0; i < count; ++i)
        prompts.push_back(task.train_prompt(state.next_row + i));
    PLUMB_TRY(const auto prompt_ids, encode_prompts(policy, prompts, settings));
    const DrawKey key{derive_seed(static_cast<std::uint64_t>(settings.seed), "rollout"),
                      static_cast<std::uint64_t>(state.rollouts), 0};
    PLUMB_TRY(const Rollout rollout,
              generate(policy.model, prompt_ids, per_prompt, sampling_settings(policy, settings),
                       key, padding_id(policy), stop));
    state.next_row += count;
    ++state.rollouts;
    result.generate_seconds = watch.restart();

    const std::vector<SampledText> texts = to_text(rollout, *policy.tokenizer);
    PLUMB_TRY(const auto values, score_completions(rewards, prompts, texts, per_prompt));
    ScoredCompletions scored;
    scored.ended = rollout.ended;
    for (const auto& reward : rewards) scored.reward_names.push_back(reward->name());
    scored.rewards = at::full(
        {static_cast<std::int64_t>(texts.size()), static_cast<std::int64_t>(rewards.size())},
        std::numeric_limits<float>::quiet_NaN());
    auto table = scored.rewards.accessor<float, 2>();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        scored.prompts.push_back(prompt_ids[i / static_cast<std::size_t>(per_prompt)]);
        scored.completions.push_back(texts[i].ids);
        result.generated_tokens += static_cast<double>(texts[i].ids.size());
        for (std::size_t k = 0; k < values[i].size(); ++k)
            if (values[i][k])
                table[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)] =
                    static_cast<float>(*values[i][k]);
    }
    result.prepared = prepare_rollout(scored, settings, padding_id(policy));
    PLUMB_TRY_STATUS(
        add_fixed_logprobs(result.prepared.rollout, policy, reference, settings, stop));

    double scratchpad = 0;
    bool knows_scratchpad = false;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        const Prompt& prompt = prompts[i / static_cast<std::size_t>(per_prompt)];
        CompletionRecord& record = result.records.emplace_back();
        record.row = row;
        record.group = row / per_prompt;
        record.prompt = prompt.text;
        record.completion = texts[i].completion_with_special;
        record.answer = prompt.answer;
        const double total = result.prepared.total_rewards[row].item<double>();
        if (total == total) record.reward = total;
        for (std::size_t k = 0; k < values[i].size(); ++k)
            record.reward_parts[scored.reward_names[k]] = values[i][k];
        record.advantage = result.prepared.advantages[row].item<double>();
        record.length = static_cast<std::int64_t>(texts[i].ids.size());
        record.ended = texts[i].ended;
        if (const auto used = task.used_scratchpad(texts[i].completion)) {
            knows_scratchpad = true;
            scratchpad += *used / static_cast<double>(texts.size());
        }
    }
    if (knows_scratchpad) result.prepared.metrics["completions/scratchpad"] = scratchpad;
    result.score_seconds = watch.restart();
    return result;
}

}  // namespace plumb
