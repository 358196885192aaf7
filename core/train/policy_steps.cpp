// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/policy_steps.h"

#include "config/roles.h"
#include "train/reward_model.h"

namespace plumb {

namespace {

/// With the scores of the reward model that evaluations alone ask. It is in memory no longer than
/// this takes: what updates hold stays what the algorithm needs.
Result<Evaluation> evaluate_with_reward_model(const Decoder* reference,
                                              const TrainerInputs& inputs) {
    Settings settings = inputs.settings;
    settings.reward_weights = {};
    Scorers scorers;
    PLUMB_TRY(scorers.gold, gold_reward_of(inputs.task, settings));
    PLUMB_TRY(Policy model, load_policy(inputs.eval_reward_model, inputs.policy.model.device()));
    scorers.rewards.push_back(make_learned_reward(std::make_shared<const Policy>(std::move(model)),
                                                  inputs.policy.tokenizer,
                                                  settings.per_device_train_batch_size));
    return evaluate_policy(inputs.policy, inputs.task, scorers, reference, settings,
                           inputs.monitor.stop_token());
}

Result<Metrics> evaluate_against(const Decoder* reference, const TrainerInputs& inputs,
                                 std::int64_t step) {
    PLUMB_TRY(Evaluation evaluation,
              inputs.eval_reward_model.empty()
                  ? evaluate_policy(inputs.policy, inputs.task, inputs.scorers, reference,
                                    inputs.settings, inputs.monitor.stop_token())
                  : evaluate_with_reward_model(reference, inputs));
    if (!evaluation.answers.empty())
        inputs.monitor.completions(step, std::move(evaluation.answers));
    return std::move(evaluation.metrics);
}

}  // namespace

Result<Metrics> evaluate_alone(const TrainerInputs& inputs, std::int64_t step) {
    return evaluate_against(nullptr, inputs, step);
}

Result<Metrics> evaluate_beside(const TrainerInputs& inputs, Reference& reference,
                                std::int64_t step) {
    const auto evaluate = [&](const Decoder* model) {
        return evaluate_against(model, inputs, step);
    };
    if (!inputs.settings.eval_kl) return evaluate(nullptr);
    if (reference.in_memory() || has_reference(inputs.settings)) {
        PLUMB_TRY(const Decoder* model, reference.get());
        return evaluate(model);
    }
    // For the evaluation alone: training without a KL term keeps no reference.
    Reference passing(inputs.start_model, inputs.policy.model);
    PLUMB_TRY(const Decoder* model, passing.get());
    return evaluate(model);
}

std::vector<std::string> policy_score_keys() {
    return {"eval/accuracy", "eval/gold_reward", "eval/reward"};
}

void report_completions(const TrainerInputs& inputs, std::int64_t step, const SampledBatch& sampled,
                        const at::Tensor& total_rewards, const at::Tensor& advantages,
                        const at::Tensor& kl) {
    inputs.monitor.completions(
        step, finish_records(sampled.records, step, total_rewards, advantages, kl));
}

void StepTimes::add(const SampledBatch& sampled, double rollout_tokens) {
    generate += sampled.generate_seconds;
    score += sampled.score_seconds;
    generated_tokens += sampled.generated_tokens;
    tokens += rollout_tokens;
}

void StepTimes::report(Metrics& metrics) const {
    metrics["time/generate"] = generate;
    metrics["time/score"] = score;
    if (generate > 0) metrics["time/generated_tokens_per_second"] = generated_tokens / generate;
}

}  // namespace plumb
