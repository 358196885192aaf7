// SPDX-License-Identifier: GPL-3.0-or-later
// Group relative policy optimisation (Shao et al. 2024, DeepSeekMath, algorithm 1) in the form of
// TRL 1.16's GRPOTrainer: per_device_train_batch_size rows a micro-batch, rollouts of
// steps_per_generation micro-batches, each used num_iterations times.

#include <optional>

#include "train/grpo_rollout.h"
#include "train/loop.h"
#include "train/schedule.h"
#include "train/trainer.h"

namespace plumb {
namespace {

/// The frozen model the run started from, while the settings ask for it.
class Reference {
public:
    Reference(std::filesystem::path folder, at::Device device)
        : folder_(std::move(folder)), device_(device) {}

    /// Null where beta is 0. A live edit may switch it on.
    Result<const Llama*> get(double beta) {
        if (beta == 0.0) return static_cast<const Llama*>(nullptr);
        if (!model_) {
            PLUMB_TRY(Llama model, Llama::load(folder_, device_));
            model_.emplace(std::move(model));
        }
        return static_cast<const Llama*>(&*model_);
    }

private:
    std::filesystem::path folder_;
    at::Device device_;
    std::optional<Llama> model_;
};

GrpoUpdateOptions update_options(const Settings& settings, const Policy& policy,
                                 const RolloutInUse& rollout) {
    GrpoUpdateOptions options;
    options.loss = grpo_loss_config(settings);
    options.temperature = settings.temperature;
    options.suppressed_ids = policy.suppressed_ids;
    options.accumulation = settings.gradient_accumulation_steps;
    options.max_completion_length = settings.max_completion_length;
    // Tokens of the rollout, rescaled from its micro-batches to those of one update.
    options.num_items = rollout.num_items * static_cast<double>(options.accumulation) /
                        static_cast<double>(rollout.slices.size());
    return options;
}

}  // namespace

Result<Outcome> train_grpo(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;
    RunMonitor& monitor = inputs.monitor;
    const std::stop_token stop = monitor.stop_token();

    AdamW optimizer(policy.model, adamw_options(settings));
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, optimizer));
    }
    Reference reference(inputs.start_model, policy.model.device());
    TrainingLoop loop(
        inputs, optimizer, state,
        [&] { return evaluate_policy(policy, inputs.task, inputs.rewards, settings, stop); },
        {"eval/accuracy", "eval/reward"});
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (state.step < settings.max_steps) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;

        Metrics metrics;
        MetricMeans means;
        double generate_seconds = 0, score_seconds = 0, tokens = 0;
        Stopwatch update_watch;
        for (std::int64_t micro = 0; micro < settings.gradient_accumulation_steps; ++micro) {
            if (stop.stop_requested()) return cancelled();
            if (state.rollout.used_up()) {
                PLUMB_TRY(const Llama* reference_model, reference.get(settings.beta));
                PLUMB_TRY(NewRollout fresh, sample_rollout(policy, reference_model, inputs.task,
                                                           inputs.rewards, settings, state, stop));
                for (auto& record : fresh.records) record.step = state.step + 1;
                monitor.completions(state.step + 1, std::move(fresh.records));
                metrics.merge(fresh.prepared.metrics);
                generate_seconds += fresh.generate_seconds;
                score_seconds += fresh.score_seconds;
                tokens += fresh.prepared.tokens;
                metrics["time/generated_tokens_per_second"] =
                    fresh.generated_tokens / fresh.generate_seconds;
                state.rollout = std::move(fresh.prepared.rollout);
            }
            RolloutInUse& rollout = state.rollout;
            const auto slice_count = static_cast<std::int64_t>(rollout.slices.size());
            GrpoSlice& slice = rollout.slices[static_cast<std::size_t>(rollout.used % slice_count)];
            accumulate_grpo(policy.model, slice, update_options(settings, policy, rollout), means);
            ++rollout.used;
        }

        const double rate =
            settings.learning_rate * schedule_factor(settings.lr_scheduler_type, state.step,
                                                     settings.warmup_steps, settings.max_steps,
                                                     settings.lr_min_ratio);
        metrics.merge(means.result());
        const double norm = apply_update(policy.model, optimizer, rate, settings.max_grad_norm);
        PLUMB_TRY_STATUS(check_gradient_norm(norm, metrics["loss"], state.step, settings, metrics));
        state.num_tokens += tokens;
        metrics["learning_rate"] = rate;
        metrics["epoch"] = inputs.task.epoch(state.next_row);
        metrics["time/generate"] = generate_seconds;
        metrics["time/score"] = score_seconds;
        metrics["time/update"] = update_watch.seconds() - generate_seconds - score_seconds;
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), tokens, settings.max_steps));
    }
    return loop.end(decision);
}

}  // namespace plumb
