// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollout/rollout.h"
#include "train/checkpoint.h"
#include "workloads/workload.h"

namespace plumb::bench {

void run_generation(Bench& bench) {
    const Policy policy = bench.dtype == WeightType::float32
                              ? or_exit(load_policy_for_generation(bench.model_folder()))
                              : policy_of(bench);
    std::vector<std::vector<std::int64_t>> prompts;
    for (const std::string& text : bench.column("prompts", "prompt"))
        if (static_cast<std::int64_t>(prompts.size()) < bench.work.batch)
            prompts.push_back(policy.tokenizer->encode(text));
    SamplingSettings sampling;
    sampling.max_new_tokens = bench.work.new_tokens;
    sampling.suppressed_ids = policy.model.config().eos_token_ids;
    bench.time([&](std::int64_t number) {
        or_exit(generate(policy.model, prompts, 1, sampling,
                         DrawKey{7, static_cast<std::uint64_t>(number), 0}, 0, {}));
        return Bench::Step{};
    });
}

}  // namespace plumb::bench
