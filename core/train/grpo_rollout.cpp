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

/// [B, width], of a model that this update does not change.
at::Tensor fixed_logprobs(const Decoder& model, const RolloutSlice& slice, const Policy& policy,
                          const Settings& settings) {
    const at::NoGradGuard no_gradient;
    return completion_logprobs(model, slice.batch, settings.temperature, policy.suppressed_ids)
        .logprobs;
}

}  // namespace

PreparedRollout prepare_rollout(const ScoredCompletions& scored, const Settings& settings) {
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
        slice.batch = make_completion_batch(part(scored.prompts), part(scored.completions));
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
        slice.advantages = advantages.narrow(0, first, slice.batch.rows);
        first += slice.batch.rows;
    }
}

Status add_reference_logprobs(RolloutInUse& rollout, const Policy& policy, const Decoder* reference,
                              const Settings& settings, const std::stop_token& stop) {
    if (!reference) return {};
    for (RolloutSlice& slice : rollout.slices) {
        if (slice.ref_logprobs.defined()) continue;
        if (stop.stop_requested()) return cancelled();
        slice.ref_logprobs = fixed_logprobs(*reference, slice, policy, settings);
    }
    return {};
}

Status add_fixed_logprobs(RolloutInUse& rollout, const Policy& policy, const Decoder* reference,
                          const Settings& settings, const std::stop_token& stop) {
    PLUMB_TRY_STATUS(add_reference_logprobs(rollout, policy, reference, settings, stop));
    // The micro-batches of the first update are trained on by the policy that sampled them.
    for (auto i = static_cast<std::size_t>(settings.gradient_accumulation_steps);
         i < rollout.slices.size(); ++i) {
        if (stop.stop_requested()) return cancelled();
        RolloutSlice& slice = rollout.slices[i];
        slice.old_logprobs = fixed_logprobs(policy.model, slice, policy, settings);
    }
    return {};
}

ReferenceKl reference_kl(const RolloutInUse& rollout, const at::Tensor& sampled_logprobs) {
    ReferenceKl kl;
    if (!rollout.slices.front().ref_logprobs.defined()) return kl;
    std::vector<at::Tensor> sums;
    std::int64_t first = 0;
    for (const RolloutSlice& slice : rollout.slices) {
        const at::Tensor& reference = slice.ref_logprobs;
        const at::Tensor sampled = sampled_logprobs.narrow(0, first, reference.size(0))
                                       .narrow(1, 0, reference.size(1))
                                       .to(reference.device());
        const at::Tensor tokens = (sampled - reference) * completion_token_mask(slice.batch);
        sums.push_back(tokens.sum(1));
        kl.max_token = std::max(kl.max_token, tokens.max().item<double>());
        first += reference.size(0);
    }
    kl.sums = at::cat(sums);
    return kl;
}

std::int64_t prompts_per_rollout(const Settings& settings) {
    const std::int64_t micro_batches = settings.steps_per_generation > 0
                                           ? settings.steps_per_generation
                                           : settings.gradient_accumulation_steps;
    return settings.per_device_train_batch_size * micro_batches / settings.num_generations;
}

Result<NewRollout> sample_rollout(const Policy& policy, const Decoder* reference, const Task& task,
                                  const Scorers& scorers, const Settings& settings,
                                  TrainerState& state, const std::stop_token& stop) {
    NewRollout result;
    PLUMB_TRY(result.sampled,
              sample_batch(policy, task, scorers, settings, prompts_per_rollout(settings),
                           settings.num_generations, state, stop));
    result.prepared = prepare_rollout(result.sampled.scored, settings);
    Stopwatch watch;
    PLUMB_TRY_STATUS(
        add_fixed_logprobs(result.prepared.rollout, policy, reference, settings, stop));
    result.prepared.kl = reference_kl(result.prepared.rollout, result.sampled.logprobs).sums;
    result.sampled.score_seconds += watch.seconds();
    return result;
}

}  // namespace plumb
