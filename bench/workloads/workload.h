// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/monitor.h"

namespace plumb::bench {

/// The work of one step, as the peers' benchmark fixes it.
struct Workload {
    std::string kind;              ///< generate, sft, dpo, grpo, ppo
    std::string model;             ///< folder of make_models.py
    std::int64_t batch = 0;        ///< rows; pairs with dpo; prompts with grpo
    std::int64_t completions = 1;  ///< grpo: of each prompt
    std::int64_t new_tokens = 64;
    double learning_rate = 0;
    std::int64_t steps = 5;
    bool lora = false;  ///< r 16, alpha 32 on q, k, v and o
};

const std::map<std::string, Workload>& workloads();

/// What is measured of a run of steps, and on what.
struct Bench {
    const Workload& work;
    std::string models;  ///< the folder of make_models.py
    std::int64_t warmup = 1, steps = 5;
    WeightType dtype = WeightType::float32;  ///< of the weights and of what is computed

    /// Seconds of each timed step, and of its phases.
    std::vector<double> seconds = {};
    std::map<std::string, std::vector<double>> split = {};
    std::vector<std::map<std::string, double>> values = {};  ///< loss and such of every step
    double first_step_begin = 0, first_step_end = 0;         ///< seconds since the process began

    std::string model_folder(const std::string& suffix = "") const {
        return models + "/" + work.model + suffix;
    }
    /// A column of data/<model>-<file>.jsonl.
    std::vector<std::string> column(const std::string& file, const std::string& name) const;
    /// Times step(number), number from 0 on, and keeps what it tells of its phases and values.
    struct Step {
        std::map<std::string, double> phases;  ///< what is left of the step is the update
        std::map<std::string, double> values;
    };
    void time(const std::function<Step(std::int64_t)>& step);
};

void run_generation(Bench& bench);
void run_supervised(Bench& bench);
void run_dpo(Bench& bench);
void run_grpo(Bench& bench);
void run_ppo(Bench& bench);

/// A model of the workload's folder with that suffix, frozen, in the type of the benchmark.
Policy model_of(const Bench& bench, const std::string& suffix = "");
/// The policy of the workload, its adapter on it where it has one.
Policy policy_of(const Bench& bench);
/// What the policy started from: a copy, or of a policy with an adapter the model without it.
Decoder reference_of(const Policy& policy);
/// Seconds since this process began.
double process_seconds();

template <class Value>
Value or_exit(Result<Value> result) {
    if (result.ok()) return std::move(result).value();
    std::cerr << result.error().message << "\n";
    std::exit(1);
}

inline void or_exit(const Status& status) {
    if (status.ok()) return;
    std::cerr << status.error().message << "\n";
    std::exit(1);
}

}  // namespace plumb::bench
