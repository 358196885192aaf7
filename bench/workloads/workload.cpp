// SPDX-License-Identifier: GPL-3.0-or-later
#include "workloads/workload.h"

#include <fstream>

#include <unistd.h>

#include "base/clock.h"
#include "data/rows.h"
#include "train/checkpoint.h"

namespace plumb::bench {

const std::map<std::string, Workload>& workloads() {
    static const std::map<std::string, Workload> all = {
        {"gen-tiny-b1", {"generate", "tiny", 1}},
        {"gen-tiny-b16", {"generate", "tiny", 16}},
        {"gen-tiny-b64", {"generate", "tiny", 64}},
        {"gen-small-b1", {"generate", "small", 1}},
        {"gen-small-b16", {"generate", "small", 16}},
        {"gen-small-b64", {"generate", "small", 64}},
        {"gen-smol135-b1", {"generate", "smol135", 1, 1, 64, 0, 3}},
        {"gen-smol135-b16", {"generate", "smol135", 16, 1, 64, 0, 3}},
        {"sft-tiny", {"sft", "tiny", 16, 1, 0, 5e-4, 10}},
        {"sft-small", {"sft", "small", 16, 1, 0, 5e-4, 5}},
        {"dpo-small", {"dpo", "small", 8, 1, 0, 1e-5, 5}},
        {"dpo-smol135-lora", {"dpo", "smol135", 2, 1, 0, 1e-4, 3, true}},
        {"grpo-tiny", {"grpo", "tiny", 16, 8, 32, 1e-4, 5}},
        {"grpo-small", {"grpo", "small", 8, 8, 64, 1e-5, 3}},
        {"grpo-smol135-lora", {"grpo", "smol135", 2, 4, 64, 1e-4, 2, true}},
        {"ppo-tiny", {"ppo", "tiny", 64, 1, 32, 1e-4, 5}},
        {"ppo-small", {"ppo", "small", 32, 1, 64, 1e-5, 2}},
    };
    return all;
}

std::vector<std::string> Bench::column(const std::string& file, const std::string& name) const {
    std::vector<std::string> texts;
    for (const Row& row :
         or_exit(read_rows({models + "/data/" + work.model + "-" + file + ".jsonl"})))
        texts.push_back(row.columns.at(name).text);
    return texts;
}

void Bench::time(const std::function<Step(std::int64_t)>& step) {
    first_step_begin = process_seconds();
    for (std::int64_t number = 0; number < warmup + steps; ++number) {
        const Stopwatch watch;
        Step told = step(number);
        const double whole = watch.seconds();
        if (number == 0) first_step_end = process_seconds();
        if (!told.values.empty()) values.push_back(told.values);
        if (number < warmup) continue;
        seconds.push_back(whole);
        double rest = whole;
        for (const auto& [phase, spent] : told.phases) {
            split[phase].push_back(spent);
            rest -= spent;
        }
        split[work.kind == "generate" ? "generate" : "update"].push_back(rest);
    }
}

Policy model_of(const Bench& bench, const std::string& suffix) {
    Policy policy = or_exit(load_policy(bench.model_folder(suffix), at::kCPU));
    if (bench.dtype != WeightType::float32) policy.model = policy.model.with_dtype(bench.dtype);
    return policy;
}

Policy policy_of(const Bench& bench) {
    Policy policy = model_of(bench);
    if (!bench.work.lora) return policy;
    LoraConfig lora;
    lora.r = 16;
    lora.lora_alpha = 32;
    lora.target_modules = {"q_proj", "k_proj", "v_proj", "o_proj"};
    or_exit(policy.model.add_adapter(lora, 0));
    return policy;
}

Decoder reference_of(const Policy& policy) {
    return policy.model.has_adapter() ? policy.model.sharing() : policy.model.frozen_copy();
}

double process_seconds() {
    std::ifstream stat("/proc/self/stat"), uptime("/proc/uptime");
    std::string text;
    std::getline(stat, text);
    // The name of the program, in brackets, may hold blanks; its 20th value from there is the
    // start.
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string field;
    for (int i = 0; i < 20; ++i) fields >> field;
    double up = 0;
    uptime >> up;
    return up - std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace plumb::bench
