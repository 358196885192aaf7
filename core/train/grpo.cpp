// SPDX-License-Identifier: GPL-3.0-or-later
// Group relative policy optimisation (Shao et al. 2024, DeepSeekMath, algorithm 1) in the form of
// TRL 1.16's GRPOTrainer: per_device_train_batch_size rows a micro-batch, rollouts of
// steps_per_generation micro-batches, each used num_iterations times.

#include "algorithms/controllers.h"
#include "train/grpo_rollout.h"
#include "train/loop.h"
#include "train/token_report.h"
#include "train/trainer.h"

namespace plumb {
namespace {

EntropyController entropy_controller(const Settings& settings, TrainerState& state) {
    return {state.entropy_coef.follow(settings.entropy_coef), settings.entropy_coef_min,
            settings.entropy_coef_max, settings.entropy_coef_delta, settings.entropy_target};
}

GrpoUpdateOptions update_options(const Settings& settings, const Policy& policy,
                                 TrainerState& state) {
    GrpoUpdateOptions options;
    options.loss = grpo_loss_config(settings);
    options.temperature = settings.temperature;
    options.suppressed_ids = policy.suppressed_ids;
    options.accumulation = settings.gradient_accumulation_steps;
    options.max_completion_length = settings.max_completion_length;
    // Tokens of the rollout, rescaled from its micro-batches to those of one update.
    options.num_items = state.rollout.num_items * static_cast<double>(options.accumulation) /
                        static_cast<double>(state.rollout.slices.size());
    if (settings.use_adaptive_entropy) {
        options.loss.entropy_coef =
            applied_coef(entropy_controller(settings, state), state.last_entropy);
        options.loss.report_policy_loss = true;
    }
    return options;
}

}  // namespace

Result<Outcome> train_grpo(const TrainerInputs& inputs) {
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
            PLUMB_TRY(const Decoder* reference_model, reference.get_if_used(settings));
            if (state.rollout.used_up()) {
                PLUMB_TRY(NewRollout fresh, sample_rollout(policy, reference_model, inputs.task,
                                                           inputs.scorers, settings, state, stop));
                report_completions(inputs, state.step + 1, fresh.sampled,
                                   fresh.prepared.total_rewards, fresh.prepared.advantages,
                                   fresh.prepared.kl);
                metrics.merge(fresh.prepared.metrics);
                metrics.merge(fresh.sampled.metrics);
                times.add(fresh.sampled, fresh.prepared.tokens);
                state.rollout = std::move(fresh.prepared.rollout);
                state.rollout.step = state.step + 1;
            }
            // An edit may have set a price on the KL while a rollout is in use.
            PLUMB_TRY_STATUS(
                add_reference_logprobs(state.rollout, policy, reference_model, settings, stop));
            const GrpoUpdateOptions options = update_options(settings, policy, state);
            accumulate_grpo(policy.model, state.rollout.next_slice(), options, means);
            report_last_slice(inputs, state.rollout);
        }

        metrics.merge(means.result());
        PLUMB_TRY_STATUS(loop.update(metrics, settings.max_steps));
        if (settings.use_adaptive_entropy) {
            state.last_entropy = metrics.at("entropy");
            state.entropy_coef.value =
                updated(entropy_controller(settings, state), metrics.at("entropy")).coef;
            metrics["entropy_coef"] = state.entropy_coef.value;
        }
        state.num_tokens += times.tokens;
        metrics["epoch"] = inputs.task.epoch(state.next_row);
        times.report(metrics);
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), times.tokens, settings.max_steps));
    }
    return loop.end(decision);
}

}  // namespace plumb
