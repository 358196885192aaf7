// SPDX-License-Identifier: GPL-3.0-or-later
#include <numeric>

#include "base/clock.h"
#include "train/checkpoint.h"
#include "train/ppo_update.h"
#include "train/reward_model.h"
#include "train/sampled_batch.h"
#include "workloads/sampled.h"

namespace plumb::bench {

void run_ppo(Bench& bench) {
    Policy policy = policy_of(bench);
    const FileTask task(bench);
    const Decoder reference = reference_of(policy);
    auto reward = std::make_shared<const Policy>(model_of(bench, "-reward"));
    Decoder value = model_of(bench, "-value").model;
    const std::int64_t rows = bench.work.batch;
    Scorers scorers;
    scorers.rewards.push_back(make_learned_reward(reward, policy.tokenizer, rows));
    Settings settings;
    settings.per_device_train_batch_size = rows;
    settings.max_completion_length = bench.work.new_tokens;
    // Completions can't end early, and hold no padding.
    policy.suppressed_ids = policy.model.config().eos_token_ids;
    policy.suppressed_ids.push_back(padding_id(policy));
    policy.model.enable_training();
    value.enable_training();
    AdamW policy_optimizer(policy.model, AdamWOptions{}), value_optimizer(value, AdamWOptions{});
    const PpoModels models{policy.model, value, reference, policy.suppressed_ids};
    const PpoConfig config = ppo_config(settings, settings.kl_coef);
    constexpr int epochs = 2;
    TrainerState state;
    bench.time([&](std::int64_t) {
        const SampledBatch sampled =
            or_exit(sample_batch(policy, task, scorers, settings, rows, 1, state, {}));
        const Stopwatch watch;
        PpoSamples samples;
        samples.prompts = sampled.scored.prompts;
        samples.completions = sampled.scored.completions;
        samples.lengths = at::full({rows}, bench.work.new_tokens, at::kLong);
        samples.ended = at::zeros({rows}, at::kBool);
        samples.logprobs = sampled.logprobs;
        samples.scores = total_rewards(sampled.scored, settings);
        PpoExperience experience =
            or_exit(make_experience(std::move(samples), models, config, settings.temperature,
                                    bench.work.new_tokens, rows, {}, /*keep_graph=*/true));
        const double score = sampled.score_seconds + watch.seconds();
        std::vector<std::int64_t> all(static_cast<std::size_t>(rows));
        std::iota(all.begin(), all.end(), std::int64_t{0});
        PpoUpdateResult update;
        for (int epoch = 0; epoch < epochs; ++epoch)
            update = or_exit(update_on_rows(experience, all, models, policy_optimizer,
                                            value_optimizer, config, settings.temperature,
                                            bench.work.learning_rate, 0.0, rows, {}));
        return Bench::Step{{{"generate", sampled.generate_seconds}, {"score", score}},
                           {{"loss", update.metrics.at("loss")},
                            {"objective/kl", experience.targets.metrics.at("objective/kl")}}};
    });
}

}  // namespace plumb::bench
