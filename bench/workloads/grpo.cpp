// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "train/grpo_rollout.h"
#include "train/update.h"
#include "workloads/sampled.h"

namespace plumb::bench {
namespace {

/// The share of even token ids.
class EvenShare : public RewardFunction {
public:
    const std::string& name() const override { return name_; }

private:
    Result<Scores> compute(std::span<const RewardInput> rows, const std::stop_token&) override {
        Scores values;
        for (const RewardInput& row : rows) {
            const auto even =
                std::ranges::count_if(row.completion_ids, [](auto id) { return id % 2 == 0; });
            const auto length = std::max<std::size_t>(1, row.completion_ids.size());
            values.push_back(static_cast<double>(even) / static_cast<double>(length));
        }
        return values;
    }

    std::string name_ = "even_share";
};

}  // namespace

void run_grpo(Bench& bench) {
    Policy policy = policy_of(bench);
    const FileTask task(bench);
    Scorers scorers;
    scorers.rewards.push_back(std::make_unique<EvenShare>());
    Settings settings;
    settings.num_generations = bench.work.completions;
    settings.per_device_train_batch_size = bench.work.batch * bench.work.completions;
    settings.max_completion_length = bench.work.new_tokens;
    settings.beta = 0.04;
    policy.suppressed_ids = policy.model.config().eos_token_ids;  // completions cannot end early
    const Decoder reference = reference_of(policy);
    policy.model.enable_training();
    AdamW optimizer(policy.model, AdamWOptions{});
    TrainerState state;
    bench.time([&](std::int64_t) {
        NewRollout fresh =
            or_exit(sample_rollout(policy, &reference, task, scorers, settings, state, {}));
        GrpoUpdateOptions options;
        options.loss = grpo_loss_config(settings);
        options.suppressed_ids = policy.suppressed_ids;
        options.num_items = fresh.prepared.rollout.num_items;
        MetricMeans means;
        accumulate_grpo(policy.model, fresh.prepared.rollout.slices.front(), options, means);
        apply_update(policy.model, optimizer, bench.work.learning_rate, 1.0);
        return Bench::Step{
            {{"generate", fresh.sampled.generate_seconds}, {"score", fresh.sampled.score_seconds}},
            {{"loss", means.result().at("loss")},
             {"reward", fresh.prepared.metrics.at("reward")},
             {"kl", means.result().at("kl")}}};
    });
}

}  // namespace plumb::bench
