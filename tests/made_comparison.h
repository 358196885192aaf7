// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "analysis/compare/comparison.h"

namespace plumb {

/// A run whose values rise with its step, higher for later seeds: seed s has 0.01 (step + 10 s) as
/// its gold reward, twice that as KL, an eighth of a second, 50 tokens and 1e9 FLOPs a step.
inline ComparedRun made_run(RunId id, const std::string& algorithm, std::int64_t seed,
                            std::int64_t steps, double weight = 0.1) {
    ComparedRun run;
    run.record.id = id;
    run.record.name = algorithm + "-" + std::to_string(id);
    run.record.algorithm = algorithm;
    run.record.step = steps;
    run.record.state = RunState::finished;
    run.settings.algorithm = algorithm;
    run.settings.seed = seed;
    run.settings.kl_coef = run.settings.dpo_beta = run.settings.beta = weight;
    for (std::int64_t step = 1; step <= steps; ++step) {
        const double value = 0.01 * static_cast<double>(step + 10 * seed) + 0.2 / (weight + 0.1);
        run.metrics["loss"].push_back({step, 1 / value});
        run.metrics["entropy"].push_back({step, value});
        run.metrics["step_time"].push_back({step, 0.125});
        run.metrics["num_tokens"].push_back({step, 50.0 * static_cast<double>(step)});
        run.metrics["cost/flops"].push_back({step, 1e9 * static_cast<double>(step)});
        if (step % 10 != 0) continue;
        run.metrics["eval/gold_reward"].push_back({step, value});
        run.metrics["eval/reward"].push_back({step, 1.5 * value});
        run.metrics["eval/kl_sequence"].push_back({step, 2 * value});
    }
    return run;
}

/// PPO over three seeds, DPO over one that has not recorded FLOPs.
inline std::shared_ptr<const Comparison> made_comparison(std::int64_t steps = 40) {
    std::vector<ComparedRun> runs = {made_run(1, "ppo", 0, steps), made_run(2, "ppo", 1, steps),
                                     made_run(3, "ppo", 2, steps), made_run(4, "dpo", 0, steps)};
    runs.back().metrics.erase("cost/flops");
    return std::make_shared<const Comparison>(compare_runs(std::move(runs)));
}

/// PPO with three coefficients and GRPO with two, a seed each.
inline std::shared_ptr<const Comparison> made_sweep() {
    std::vector<ComparedRun> runs = {
        made_run(1, "ppo", 0, 40, 0.4), made_run(2, "ppo", 0, 40, 0.05),
        made_run(3, "ppo", 0, 40, 0.1), made_run(4, "grpo", 1, 40, 0.2),
        made_run(5, "grpo", 1, 40, 0.02)};
    return std::make_shared<const Comparison>(compare_runs(std::move(runs)));
}

}  // namespace plumb
