// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/start_phases.h"

#include "base/clock.h"
#include "train/evaluation.h"
#include "train/supervised_rows.h"
#include "train/update.h"

namespace plumb {

Status StartPhases::step(const Task& task, AdamW& optimizer, double learning_rate,
                         std::string_view phase, std::int64_t done, std::int64_t total) {
    if (monitor_.stop_token().stop_requested()) return cancelled();
    Stopwatch watch;
    std::vector<Demonstration> demonstrations;
    for (std::int64_t i = 0; i < settings_.start_batch_size; ++i)
        demonstrations.push_back(task.train_demonstration(next_row_++));
    const auto rows = supervised_rows(demonstrations, policy_, settings_);
    const LabelledBatch batch = to_batch(rows);
    MetricMeans means;
    accumulate_sft(policy_.model, batch, static_cast<double>(batch.labels.numel()),
                   SftLossType::nll, means);
    apply_update(policy_.model, optimizer, learning_rate, 1.0);
    const double rate = static_cast<double>(batch.tokens.tokens()) / watch.seconds();
    ++steps_;
    monitor_.metrics(steps_, {{"start/loss", means.result().at("loss")},
                              {"start/learning_rate", learning_rate}});
    monitor_.progress(phase, done, total, rate);
    return {};
}

AdamWOptions start_optimizer(const Settings& settings) {
    return {settings.adam_beta1, settings.adam_beta2, settings.adam_epsilon,
            settings.start_weight_decay};
}

}  // namespace plumb
