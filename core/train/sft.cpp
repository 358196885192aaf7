// SPDX-License-Identifier: GPL-3.0-or-later
// Supervised fine-tuning: the negative log-likelihood of the labels, normalised over the whole
// accumulation window as in TRL 1.16's SFTTrainer.

#include "train/loop.h"
#include "train/policy_steps.h"
#include "train/sft_rows.h"
#include "train/trainer.h"

namespace plumb {

Result<Outcome> train_sft(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& policy = inputs.policy;
    const std::stop_token stop = inputs.monitor.stop_token();

    AdamW optimizer(policy.model, adamw_options(settings));
    const Trained trained{policy, optimizer};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    // Beside the held-out loss, prompts are sampled where the task can judge what is written.
    const auto evaluate = [&]() -> Result<Metrics> {
        PLUMB_TRY(Metrics metrics, evaluate_supervised(policy, inputs.task, settings, stop));
        if (!inputs.task.has_answers() && !inputs.scorers.gold && inputs.eval_reward_model.empty())
            return metrics;
        PLUMB_TRY(Metrics sampled, evaluate_alone(inputs, state.step));
        metrics.merge(sampled);
        return metrics;
    };
    PLUMB_TRY(const auto rows, make_sft_rows(inputs.task, policy, settings));
    TrainingLoop loop(inputs, trained, state, evaluate, {"eval/loss"});
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (!loop.is_over(updates_of(rows->count(), settings))) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;
        const std::int64_t total = updates_of(rows->count(), settings);

        std::vector<LabelledBatch> micro_batches;
        double labels = 0, tokens = 0;
        for (std::int64_t micro = 0; micro < settings.gradient_accumulation_steps; ++micro) {
            auto batches = rows->take(state.next_row, settings.per_device_train_batch_size);
            state.next_row += settings.per_device_train_batch_size;
            for (LabelledBatch& batch : batches) {
                labels += static_cast<double>(batch.labels.numel());
                tokens += static_cast<double>(batch.tokens.tokens());
                micro_batches.push_back(std::move(batch));
            }
        }
        if (labels == 0)
            return invalid_input(
                "no row of step " + std::to_string(state.step + 1) +
                " has a token to learn; check the completion column, or raise max_length");

        MetricMeans means;
        for (const LabelledBatch& batch : micro_batches) {
            if (stop.stop_requested()) return cancelled();
            accumulate_sft(policy.model, batch, labels, sft_loss_type(settings), means);
        }
        Metrics metrics = means.result();
        PLUMB_TRY_STATUS(loop.update(metrics, total));
        state.num_tokens += tokens;
        metrics["epoch"] = rows->epoch(state.next_row);
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), tokens, total));
    }
    return loop.end(decision);
}

}  // namespace plumb
