// SPDX-License-Identifier: GPL-3.0-or-later
// A reward model: the score of a whole text, trained so that chosen completions score above
// rejected ones (Ouyang et al. 2022, InstructGPT, eq. 1), as TRL 1.16's RewardTrainer.

#include "base/statistics.h"
#include "train/loop.h"
#include "train/preference_rows.h"
#include "train/trainer.h"

namespace plumb {
namespace {

/// eval/loss, eval/accuracy and eval/margin on held-out pairs; where their gold rewards are known,
/// how often and how well the scores agree with those, which carry no noise: eval/accuracy_gold and
/// eval/gold_correlation (of the margins).
Result<Metrics> evaluate_pairs(const Policy& policy, const PreferenceRowSource& source,
                               const Settings& settings, const std::stop_token& stop) {
    const at::NoGradGuard no_gradient;
    if (source.held_out.empty()) return Metrics{};
    PLUMB_TRY(const at::Tensor scores,
              all_preference_scores(policy.model, source.held_out,
                                    settings.per_device_train_batch_size, stop));
    const LossResult result = reward_loss({scores[0], scores[1], {}}, {});
    Metrics metrics{{"eval/loss", result.loss.item<double>()},
                    {"eval/accuracy", result.metrics.at("accuracy")},
                    {"eval/margin", result.metrics.at("margin")}};
    std::vector<double> gold, margins;
    double agreeing = 0;
    for (std::size_t i = 0; i < source.held_out_gold.size(); ++i) {
        const auto& known = source.held_out_gold[i];
        if (!known || *known == 0.0) continue;
        const auto pair = static_cast<std::int64_t>(i);
        margins.push_back((scores[0][pair] - scores[1][pair]).item<double>());
        gold.push_back(*known);
        agreeing += (margins.back() > 0) == (gold.back() > 0);
    }
    if (gold.size() > 1) {
        metrics["eval/accuracy_gold"] = agreeing / static_cast<double>(gold.size());
        if (const auto agreement = correlation(margins, gold))
            metrics["eval/gold_correlation"] = *agreement;
    }
    return metrics;
}

}  // namespace

Result<Outcome> train_reward(const TrainerInputs& inputs) {
    Settings& settings = inputs.settings;
    Policy& model = inputs.policy;
    const std::stop_token stop = inputs.monitor.stop_token();
    PLUMB_TRY(PreferenceRowSource source,
              make_row_source(inputs.pairs, model, settings, OverLength::drop));

    AdamW optimizer(model.model, adamw_options(settings));
    const Trained trained{model, optimizer};
    TrainerState state;
    if (inputs.checkpoint) {
        PLUMB_TRY(state, read_checkpoint(*inputs.checkpoint, trained));
    }
    const auto evaluate = [&] { return evaluate_pairs(model, source, settings, stop); };
    TrainingLoop loop(inputs, trained, state, evaluate, {"eval/accuracy"});
    PLUMB_TRY_STATUS(loop.begin());

    Decision decision = Decision::go_on;
    while (!loop.is_over(updates_of(source.rows(), settings))) {
        PLUMB_TRY(decision, loop.before_step());
        if (decision != Decision::go_on) break;
        const std::int64_t total = updates_of(source.rows(), settings);

        MetricMeans means;
        double tokens = 0;
        for (std::int64_t micro = 0; micro < settings.gradient_accumulation_steps; ++micro) {
            if (stop.stop_requested()) return cancelled();
            const auto rows =
                source.take_rows(settings.per_device_train_batch_size, state.next_row);
            const PreferenceBatch batch = make_preference_batch(rows);
            accumulate_reward(model.model, batch, {settings.center_rewards_coefficient},
                              settings.gradient_accumulation_steps, means);
            tokens += static_cast<double>(batch.rows.tokens);
        }
        Metrics metrics = means.result();
        PLUMB_TRY_STATUS(loop.update(metrics, total));
        state.num_tokens += tokens;
        metrics["epoch"] = source.epoch(state.next_row);
        inputs.monitor.batch(state.step + 1, source.sources_taken());
        PLUMB_TRY_STATUS(loop.after_step(std::move(metrics), tokens, total));
    }
    return loop.end(decision);
}

}  // namespace plumb
