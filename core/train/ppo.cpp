// SPDX-License-Identifier: GPL-3.0-or-later
// Proximal policy optimisation on language models (Ziegler et al. 2019; Ouyang et al. 2022) in the
// form of TRL 1.12's PPOTrainer. A step is a rollout of per_device_train_batch_size *
// gradient_accumulation_steps completions and num_ppo_epochs passes over it, each cut into
// num_mini_batches updates. The score is the run's weighted reward.

#include <algorithm>
#include <numeric>

#include "algorithms/controllers.h"
#include "base/random.h"
#include "model/memory_ledger.h"
#include "train/adapter.h"
#include "train/loop.h"
#include "train/policy_steps.h"
#include "train/ppo_update.h"
#include "train/reward_model.h"
#include "train/token_report.h"
#include "train/trainer.h"

namespace plumb {
namespace {

/// Completions of a rollout.
std::int64_t rollout_size(const Settings& settings) {
    return settings.per_device_train_batch_size * settings.gradient_accumulation_steps;
}

/// A copy of the reward model where it reads the same tokens, else the policy's layers with a head
/// that says 0 for everything: a value model from noise would punish what is right.
/// With adapters it shares the policy's parameters in both cases, else begins like the second.
Result<Decoder> first_value_model(const TrainerInputs& inputs) {
    const Policy* reward = inputs.reward_model;
    const Decoder& policy = inputs.policy.model;
    if (policy.has_adapter()) {
        if (reward && reward->model.has_adapter() && reward->model.shares_parameters_with(policy))
            return reward->model.frozen_copy();
        Decoder value = policy.sharing_with_score_head(std::nullopt);
        PLUMB_TRY_STATUS(add_new_adapter(value, inputs.settings, "value model"));
        return value;
    }
    if (reward && same_vocabulary(*reward->tokenizer, *inputs.policy.tokenizer) &&
        reward->model.config().max_position_embeddings >=
            inputs.policy.model.config().max_position_embeddings)
        return reward->model.frozen_copy();
    return inputs.policy.model.with_score_head(std::nullopt);
}

/// [N]: the weighted sum of the rewards; where no function had a value, the mean of the others.
at::Tensor total_scores(const SampledBatch& sampled, const Settings& settings) {
    const at::Tensor totals = total_rewards(sampled.scored, settings);
    const at::Tensor missing = totals.isnan();
    const at::Tensor known = totals.masked_select(missing.logical_not());
    return totals.masked_fill(missing, known.numel() > 0 ? known.mean().item<double>() : 0.0);
}

PpoSamples to_samples(const SampledBatch& sampled, const at::Tensor& scores) {
    PpoSamples samples;
    samples.prompts = sampled.scored.prompts;
    samples.completions = sampled.scored.completions;
    std::vector<std::int64_t> lengths;
    at::Tensor ended = at::zeros({static_cast<std::int64_t>(samples.prompts.size())}, at::kBool);
    for (std::size_t i = 0; i < samples.completions.size(); ++i) {
        lengths.push_back(static_cast<std::int64_t>(samples.completions[i].size()));
        if (sampled.scored.ended[i]) ended[static_cast<std::int64_t>(i)] = true;
    }
    samples.lengths = at::tensor(lengths, at::kLong);
    samples.ended = ended;
    samples.logprobs = sampled.logprobs;
    samples.scores = scores;
    return samples;
}

/// Mean over a completion's tokens: what the completions table shows.
at::Tensor mean_advantages(const PpoTargets& targets) {
    return (targets.advantages * targets.masks.tokens).sum(1) / targets.masks.tokens.sum(1);
}

KlController kl_controller(const Settings& settings, TrainerState& state) {
    KlController controller;
    controller.coef = state.kl_coef.follow(settings.kl_coef);
    if (settings.kl_target)
        controller.adaptive = AdaptiveKl{*settings.kl_target, settings.kl_horizon};
    return controller;
}

/// Whether the first update meets the very values of the rollout: no update came before it, its
/// rows are not cut up, and nothing is dropped out in training alone.
bool values_serve_first_update(const Settings& settings) {
    const bool drops = settings.use_peft && settings.lora_dropout > 0;
    return settings.num_mini_batches == 1 && settings.gradient_accumulation_steps == 1 && !drops;
}

/// A rollout, judged, and what the updates on it aim at.
struct PpoStep {
    SampledBatch sampled;
    at::Tensor scores;  ///< [N]
    PpoConfig config;
    PpoExperience experience;
    StepTimes times;
};

Result<PpoStep> take_rollout(const TrainerInputs& inputs, const PpoModels& models,
                             const PpoConfig& config, TrainerState& state) {
    const Settings& settings = inputs.settings;
    const std::stop_token stop = inputs.monitor.stop_token();
    const std::int64_t at_once = settings.per_device_train_batch_size;
    PpoStep step;
    step.config = config;
    PLUMB_TRY(step.sampled, sample_batch(inputs.policy, inputs.task, inputs.scorers, settings,
                                         rollout_size(settings), 1, state, stop));
    Stopwatch watch;
    step.scores = total_scores(step.sampled, settings);
    PLUMB_TRY(
        step.experience,
        make_experience(to_samples(step.sampled, step.scores), models, config, settings.temperature,
                        ppo_width(step.sampled.scored.completions, settings.max_completion_length),
                        at_once, stop, values_serve_first_update(settings)));
    double tokens = 0;
    for (std::size_t i = 0; i < step.experience.prompts.size(); ++i)
        tokens += static_cast<double>(step.experience.prompts[i].size() +
                                      step.experience.completions[i].size());
    step.times.add(step.sampled, tokens);
    step.times.score += watch.seconds();
    return step;
}

/// What the token view shows of the rollout. ratios: of the last pass over it.
void report_rollout_tokens(const PpoStep& step, const TokenRatios& ratios,
                           const TrainerInputs& inputs, std::int64_t number) {
    const PpoExperience& experience = step.experience;
    std::vector<std::int64_t> rows(experience.completions.size());
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    report_tokens(inputs, number, experience.completions, rows,
                  {.logprobs = experience.rollout.logprobs,
                   .ref_logprobs = experience.rollout.ref_logprobs,
                   .ratios = ratios,
                   .advantages = experience.targets.advantages,
                   .values = experience.targets.values});
}

/// [N]: log policy - log reference of each completion, nats.
at::Tensor completion_kl(const PpoExperience& experience) {
    const PpoRollout& rollout = experience.rollout;
    return ((rollout.logprobs - rollout.ref_logprobs) * experience.targets.masks.tokens).sum(1);
}

/// num_ppo_epochs passes over the rollout, its rows in a new order in each, cut into
/// num_mini_batches updates. Returns the metrics of the updates; ratios: of the last pass.
Result<Metrics> train_on(PpoStep& step, const TrainerInputs& inputs, const PpoModels& models,
                         AdamW& policy_optimizer, AdamW& value_optimizer, double rate,
                         const TrainerState& state, TokenRatios& ratios) {
    const Settings& settings = inputs.settings;
    const std::int64_t rows = rollout_size(settings);
    const auto size = static_cast<std::size_t>(rows / settings.num_mini_batches);
    Random order(derive_seed(static_cast<std::uint64_t>(settings.seed),
                             "ppo order " + std::to_string(state.step)));
    std::vector<std::map<std::string, double>> updates;
    ratios.log_ratio = at::zeros_like(step.experience.rollout.logprobs);
    ratios.clipped = at::zeros_like(ratios.log_ratio, at::kChar);
    for (std::int64_t epoch = 0; epoch < settings.num_ppo_epochs; ++epoch) {
        const std::vector<std::int64_t> permutation = order.permutation(rows);
        for (std::size_t first = 0; first < permutation.size(); first += size) {
            PLUMB_TRY(
                PpoUpdateResult update,
                update_on_rows(step.experience, std::span(permutation).subspan(first, size), models,
                               policy_optimizer, value_optimizer, step.config, settings.temperature,
                               rate, settings.max_grad_norm, settings.per_device_train_batch_size,
                               inputs.monitor.stop_token()));
            const Status sound =
                check_gradient(update.grad_norm, state.step, settings, update.metrics);
            if (!sound) inputs.monitor.metrics(state.step + 1, update.metrics);
            PLUMB_TRY_STATUS(sound);
            updates.push_back(std::move(update.metrics));
            const at::Tensor numbers =
                at::tensor(at::ArrayRef(permutation).slice(first, size), at::kLong)
                    .to(ratios.log_ratio.device());
            ratios.log_ratio.index_copy_(0, numbers, update.ratios.log_ratio);
            ratios.clipped.index_copy_(0, numbers, update.ratios.clipped);
        }
    }
    return ppo_step_metrics(updates);
}

}  // namespace

Result<Outcome> train_ppo(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;

    AdamW policy_optimizer(policy.model, adamw_options(settings));
    PLUMB_TRY(Decoder value, first_value_model(inputs));
    account_as(value, MemoryOwner::value_model);
    value.enable_training();
    AdamW value_optimizer(value, adamw_options(settings));
    Reference reference(inputs.start_model, policy.model);
    const Trained trained{policy, policy_optimizer, &value, &value_optimizer};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    PLUMB_TRY(const Decoder* reference_model, reference.get());
    const PpoModels models{policy.model, value, *reference_model, policy.suppressed_ids};
    const auto evaluate = [&] { return evaluate_beside(inputs, reference, state.step); };
    TrainingLoop loop(inputs, trained, state, evaluate, policy_score_keys());
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (!loop.is_over(settings.max_steps)) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;

        const KlController kl = kl_controller(settings, state);
        PLUMB_TRY(PpoStep step, take_rollout(inputs, models, ppo_config(settings, kl.coef), state));
        const PpoTargets& targets = step.experience.targets;
        report_completions(inputs, state.step + 1, step.sampled, step.scores,
                           mean_advantages(targets), completion_kl(step.experience));

        const double rate = loop.learning_rate(settings.max_steps);
        TokenRatios ratios;
        PLUMB_TRY(Metrics metrics, train_on(step, inputs, models, policy_optimizer, value_optimizer,
                                            rate, state, ratios));
        report_rollout_tokens(step, ratios, inputs, state.step + 1);
        state.kl_coef.value = updated(kl, targets.metrics.at("objective/kl"),
                                      static_cast<double>(rollout_size(settings)))
                                  .coef;

        metrics.merge(Metrics(step.sampled.metrics));
        metrics.merge(Metrics(targets.metrics));
        metrics["objective/kl_coef"] = kl.coef;
        metrics["reward"] = step.scores.mean().item<double>();
        metrics["reward_std"] = step.scores.std().item<double>();
        metrics["episode"] = static_cast<double>(state.rollouts * rollout_size(settings));
        metrics["epoch"] = inputs.task.epoch(state.next_row);
        step.times.report(metrics);
        state.num_tokens += step.times.tokens;
        PLUMB_TRY_STATUS(
            loop.after_step(std::move(metrics), step.times.tokens, settings.max_steps));
    }
    return loop.end(decision);
}

}  // namespace plumb
