// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/evaluation.h"
#include "train/update.h"
#include "workloads/workload.h"

namespace plumb::bench {

void run_supervised(Bench& bench) {
    Policy policy = policy_of(bench);
    std::vector<TokenIds> rows;
    for (const std::string& text : bench.column("sft", "text")) {
        rows.push_back(policy.tokenizer->encode(text));
        rows.back().push_back(policy.model.config().eos_token_ids.front());
    }
    policy.model.enable_training();
    AdamW optimizer(policy.model, AdamWOptions{});
    bench.time([&](std::int64_t number) {
        const auto first = rows.begin() + number * bench.work.batch;
        const std::vector<TokenIds> batch(first, first + bench.work.batch);
        const LabelledBatch labelled = make_labelled_batch(batch, batch);
        MetricMeans means;
        accumulate_sft(policy.model, labelled, static_cast<double>(labelled.labels.numel()),
                       SftLossType::nll, means);
        apply_update(policy.model, optimizer, bench.work.learning_rate, 1.0);
        return Bench::Step{{}, {{"loss", means.result().at("loss")}}};
    });
}

}  // namespace plumb::bench
