// SPDX-License-Identifier: GPL-3.0-or-later
// REINFORCE with leave-one-out baselines (Ahmadian et al. 2024, Back to Basics) in the form of TRL
// 1.16's RLOOTrainer: rollouts and micro-batches as in GRPO, the KL to the reference in the reward,
// a completion as one action.

#include "train/grpo_rollout.h"
#include "train/loop.h"
#include "train/token_report.h"
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

/// The sampled batch as a rollout with leave-one-out advantages. Its metrics: those of
/// prepare_rollout(), objective/kl and objective/kl_max_token.
Result<PreparedRollout> prepare_rloo(const SampledBatch& sampled, const Decoder* reference,
                                     const Policy& policy, const Settings& settings,
                                     const std::stop_token& stop) {
    PreparedRollout prepared = prepare_rollout(sampled.scored, settings);
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
    prepared.kl = kl.sums;
    return prepared;
}

}  // namespace

Result<Outcome> train_rloo(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;
    const std::stop_token stop = inputs.monitor.stop_token();

    AdamW optimizer(policy.model, adamw_options(settings));
    Reference reference(inputs.start_model, policy.model);
    const Trained trained{policy, optimizer, nullptr, nullptr, &reference};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    const auto evaluate = [&] { return evaluate_beside(inputs, reference, state.step); };
    TrainingLoop loop(inputs, trained, state, evaluate, policy_score_keys());
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (!loop.is_over(settings.max_steps)) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;

        Metrics metrics;
        MetricMeans means;
        StepTimes times;
        for (std::int64_t micro = 0; micro < settings.gradient_accumulation_steps; ++micro) {
            if (stop.stop_requested()) return cancelled();
            if (state.rollout.used_up()) {
                PLUMB_TRY(const Decoder* reference_model, reference.get_if_used(settings));
                PLUMB_TRY(const SampledBatch sampled,
                          sample_batch(policy, inputs.task, inputs.scorers, settings,
                                       prompts_per_rollout(settings), settings.num_generations,
                                       state, stop));
                PLUMB_TRY(PreparedRollout prepared,
                          prepare_rloo(sampled, reference_model, policy, settings, stop));
                report_completions(inputs, state.step + 1, sampled, prepared.total_rewards,
                                   prepared.advantages, prepared.kl);
                metrics.merge(prepared.metrics);
                metrics.merge(Metrics(sampled.metrics));
                times.add(sampled, prepared.tokens);
                state.rollout = std::move(prepared.rollout);
                state.rollout.step = state.step + 1;
            }
            GrpoUpdateOptions options;
            options.temperature = settings.temperature;
            options.suppressed_ids = policy.suppressed_ids;
            options.accumulation = settings.gradient_accumulation_steps;
            accumulate_rloo(policy.model, state.rollout.next_slice(), rloo_config(settings),
                            options, means);
            report_last_slice(inputs, state.rollout);
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
