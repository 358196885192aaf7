// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/grpo_rollout.h"

#include <algorithm>

#include "algorithms/advantages.h"
#include "base/clock.h"

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

    const std::size_t rows = scored.prompts.size();
    const auto size = static_cast<std::size_t>(settings.per_device_train_batch_size);
    for (std::size_t first = 0; first < rows; first += size) {
        const std::size_t end = std::min(rows, first + size);
        const auto part = [&](const std::vector<TokenIds>& all) {
            return std::vector<TokenIds>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                         all.begin() + static_cast<std::ptrdiff_t>(end));
        };
        RolloutSlice& slice = prepared.rollout.slices.emplace_back();
        slice.batch = make_completion_batch(part(scored.prompts), part(scored.completions), pad_id);
        slice.mask = completion_mask(scored, first, end, slice.batch.width,
                                     settings.mask_truncated_completions);
        prepared.tokens += static_cast<double>(slice.batch.tokens);
    }
    for (const TokenIds& completion : scored.completions)
        prepared.rollout.num_items += static_cast<double>(completion.size());
    set_advantages(prepared.rollout, prepared.advantages);
    prepared.rollout.total =
        static_cast<std::int64_t>(prepared.rollout.slices.size()) * settings.num_iterations;
    return prepared;
}

void set_advantages(RolloutInUse& rollout, const at::Tensor& advantages) {
    std::int64_t first = 0;
    for (RolloutSlice& slice : rollout.slices) {
        slice.advantages = advantages.narrow(0, first, slice.batch.ids.size(0));
        first += slice.batch.ids.size(0);
    }
}

Status add_fixed_logprobs(RolloutInUse& rollout, const Policy& policy, const Llama* reference,
                          const Settings& settings, const std::stop_token& stop) {
    at::NoGradGuard no_gradient;
    const auto logprobs_of = [&](const Llama& model, const RolloutSlice& slice) {
        return completion_logprobs(model, slice.batch, settings.temperature, policy.suppressed_ids)
            .logprobs;
    };
    for (std::size_t i = 0; i < rollout.slices.size(); ++i) {
        if (stop.stop_requested()) return cancelled();
        RolloutSlice& slice = rollout.slices[i];
        if (reference) slice.ref_logprobs = logprobs_of(*reference, slice);
        const bool after_an_update =
            static_cast<std::int64_t>(i) >= settings.gradient_accumulation_steps;
        if (after_an_update) slice.old_logprobs = logprobs_of(policy.model, slice);
    }
    return {};
}

at::Tensor kl_sums(const RolloutInUse& rollout, const at::Tensor& sampled_logprobs) {
    if (!rollout.slices.front().ref_logprobs.defined()) return {};
    std::vector<at::Tensor> reference;
    for (const RolloutSlice& slice : rollout.slices)
        reference.push_back((slice.ref_logprobs * completion_token_mask(slice.batch)).sum(1));
    const at::Tensor sums = at::cat(reference);
    return sampled_logprobs.sum(1).to(sums.device()) - sums;
}

std::int64_t prompts_per_rollout(const Settings& settings) {
    const std::int64_t micro_batches = settings.steps_per_generation > 0
                                           ? settings.steps_per_generation
                                           : settings.gradient_accumulation_steps;
    return settings.per_device_train_batch_size * micro_batches / settings.num_generations;
}

Result<NewRollout> sample_rollout(const Policy& policy, const Llama* reference, const Task& task,
                                  const Scorers& scorers, const Settings& settings,
                                  TrainerState& state, const std::stop_token& stop) {
    NewRollout result;
    PLUMB_TRY(result.sampled,
              sample_batch(policy, task, scorers, settings, prompts_per_rollout(settings),
                           settings.num_generations, state, stop));
    result.prepared = prepare_rollout(result.sampled.scored, settings, padding_id(policy));
    Stopwatch watch;
    PLUMB_TRY_STATUS(
        add_fixed_logprobs(result.prepared.rollout, policy, reference, settings, stop));
    result.prepared.kl = kl_sums(result.prepared.rollout, result.sampled.logprobs);
    result.sampled.score_seconds += watch.seconds();
    return result;
}

}  // namespace plumb
