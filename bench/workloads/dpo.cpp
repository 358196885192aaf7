// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"
#include "train/evaluation.h"
#include "train/preference_batches.h"
#include "workloads/workload.h"

namespace plumb::bench {
namespace {

std::vector<PreferenceRow> pairs_of(const Bench& bench, const Policy& policy) {
    const std::vector<std::string> prompts = bench.column("dpo", "prompt");
    const std::vector<std::string> chosen = bench.column("dpo", "chosen");
    const std::vector<std::string> rejected = bench.column("dpo", "rejected");
    const auto ended = [&](const std::string& text) {
        TokenIds ids = policy.tokenizer->encode(text);
        ids.push_back(policy.model.config().eos_token_ids.front());
        return ids;
    };
    std::vector<PreferenceRow> pairs(prompts.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        pairs[i].prompt = policy.tokenizer->encode(prompts[i]);
        pairs[i].chosen = ended(chosen[i]);
        pairs[i].rejected = ended(rejected[i]);
    }
    return pairs;
}

}  // namespace

void run_dpo(Bench& bench) {
    Policy policy = policy_of(bench);
    const Decoder reference = reference_of(policy);
    policy.model.enable_training();
    AdamW optimizer(policy.model, AdamWOptions{});
    const std::vector<PreferenceRow> pairs = pairs_of(bench, policy);
    const DpoLossConfig config;
    bench.time([&](std::int64_t number) {
        const auto size = static_cast<std::size_t>(bench.work.batch);
        const PreferenceBatch batch = make_preference_batch(
            std::span(pairs).subspan(static_cast<std::size_t>(number) * size, size));
        const Stopwatch watch;
        const at::Tensor logps = reference_logps(reference, batch, config, {});
        const double score = watch.seconds();
        MetricMeans means;
        accumulate_dpo(policy.model, batch, logps, config, {}, 1, means);
        apply_update(policy.model, optimizer, bench.work.learning_rate, 1.0);
        return Bench::Step{{{"score", score}},
                           {{"loss", means.result().at("loss")},
                            {"rewards/margins", means.result().at("rewards/margins")}}};
    });
}

}  // namespace plumb::bench
