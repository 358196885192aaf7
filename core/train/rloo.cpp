// SPDX-License-Identifier: GPL-3.0-or-later
// REINFORCE with leave-one-out baselines (Ahmadian et al. 2024, Back to Basics) in the form of TRL
// 1.16's RLOOTrainer: rollouts and micro-batches as in GRPO, the KL to the reference in the reward,
// a completion as one action.

#include <algorithm>

#include "train/grpo_rollout.h"
#include "train/loop.h"
#include "train/trainer.h"

namespace plumb {
namespace {

RlooConfig rloo_config(const Settings& settings) {
    RlooConfig config;
    config.beta = settings.beta;
    config.normalize_advantages = settings.normalize_advantages;
    config.epsilon = settings.epsilon;
    config.epsilon_high = settings.epsilon_high.value_or(settings.epsilon);
    if (settings.reward_clip_range.size() == 2)
        config.reward_clip_range = {settings.reward_clip_range[0], settings.reward_clip_range[1]};
    return config;
}

/// log policy - log reference of what was sampled.
struct ReferenceKl {
    at::Tensor sums;  ///< [N], of each completion; undefined without a reference
    double max_token = 0;
};

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

/// The sampled batch as a rollout with leave-one-out advantages. Its metrics: those of
/// prepare_rollout(), objective/kl and objective/kl_max_token.
Result<PreparedRollout> prepare_rloo(const SampledBatch& sampled, const Llama* reference,
                                     const Policy& policy, const Settings& settings,
                                     const std::stop_token& stop) {
    PreparedRollout prepared = prepare_rollout(sampled.scored, settings, padding_id(policy));
    PLUMB_TRY_STATUS(add_fixed_logprobs(prepared.rollout, policy, reference, settings, stop));
    const ReferenceKl kl = reference_kl(prepared.rollout, sampled.logprobs);
    const RlooAdvantages rloo = rloo_advantages(prepared.total_rewards, kl.sums,
                                                settings.num_generations, rloo_config(settings));
    prepared.advantages = rloo.advantages;
    set_advantages(prepared.rollout, rloo.advantages);
    if (kl.sums.defined()) {
        prepared.metrics["objective/kl"] = rloo.kl;
        prepared.metrics["objective/kl_max_token"] = kl.max_token;
    }
    return prepared;
}

}  // namespace

Result<Outcome> train_rloo(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;
    const std::stop_token stop = inputs.monitor.stop_token();

    AdamW optimizer(policy.model, adamw_options(settings));
    Reference reference(inputs.start_model, policy.model.device());
    const Trained trained{policy, optimizer, nullptr, nullptr, &reference};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    const auto evaluate = [&] { return evaluate_beside(inputs, reference); };
    TrainingLoop loop(inputs, trained, state, evaluate, policy_score_keys());
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (state.step < settings.max_steps) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;

        Metrics metrics;
        MetricMeans means;
        StepTimes times;
        for (std::int64_t micro = 0; micro < settings.gradient_accumulation_steps; ++micro) {
            if (stop.stop_requested()) return cancelled();
            if (state.rollout.used_up()) {
                PLUMB_TRY(const Llama* reference_model, reference.get_if_used(settings));
                PLUMB_TRY(const SampledBatch sampled,
                          sample_batch(policy, inputs.task, inputs.scorers, settings,
                                       prompts_per_rollout(settings), settings.num_generations,
                                       state, stop));
                PLUMB_TRY(PreparedRollout prepared,
                          prepare_rloo(sampled, reference_model, policy, settings, stop));
                report_completions(inputs, state.step + 1, sampled, prepared.total_rewards,
                                   prepared.advantages);
                metrics.merge(prepared.metrics);
                metrics.merge(Metrics(sampled.metrics));
                times.add(sampled, prepared.tokens);
                state.rollout = std::move(prepared.rollout);
            }
            GrpoUpdateOptions options;
            options.temperature = settings.temperature;
            options.suppressed_ids = policy.suppressed_ids;
            options.accumulation = settings.gradient_accumulation_steps;
            accumulate_rloo(policy.model, state.rollout.next_slice(), rloo_config(settings),
                            options, means);
        }

        metrics.merge(means.result());
        PLUMB_TRY_STATUS(loop.update(metrics, settings.max_steps));
        state.num_tokens += times.tokens;
        metrics["epoch"] = inputs.task.epoch(state.next_row);
        times.report(metrics);
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), times.tokens, settings.max_steps));
    }
    return loop.end(decision);
}

}  // namespace plumb
