// SPDX-License-Identifier: GPL-3.0-or-later
// Times this program on the fixed workloads of the peers' benchmark: the same weights, rows and
// number of positions, one JSON line as result. See docs/performance.md.

#include <algorithm>

#include <ATen/Parallel.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/statistics.h"
#include "model/memory_ledger.h"
#include "workloads/workload.h"

using namespace plumb;
using namespace plumb::bench;

int main(int argc, char** argv) {
    CLI::App app{"Times Plumbline on one of the fixed workloads"};
    std::string name, models;
    std::string dtype = "float32";
    int threads = 1;
    std::int64_t warmup = 1, steps = 0;
    app.add_option("--workload", name)->required()->check(CLI::IsMember(workloads()));
    app.add_option("--models", models, "folder made by make_models.py of the peers")->required();
    app.add_option("--threads", threads);
    app.add_option("--dtype", dtype)->check(CLI::IsMember({"float32", "bfloat16"}));
    app.add_option("--warmup", warmup);
    app.add_option("--steps", steps, "timed steps; 0: those of the workload");
    CLI11_PARSE(app, argc, argv);

    const Workload& work = workloads().at(name);
    at::set_num_threads(threads);
    begin_memory_account();  // as every run does
    Bench bench{
        .work = work, .models = models, .warmup = warmup, .steps = steps > 0 ? steps : work.steps};
    if (dtype == "bfloat16") bench.dtype = WeightType::bfloat16;
    static const std::map<std::string, void (*)(Bench&)> kinds = {{"generate", run_generation},
                                                                  {"sft", run_supervised},
                                                                  {"dpo", run_dpo},
                                                                  {"grpo", run_grpo},
                                                                  {"ppo", run_ppo}};
    kinds.at(work.kind)(bench);

    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    nlohmann::json split;
    for (const auto& [phase, seconds] : bench.split) split[phase] = median(seconds);
    std::cout << nlohmann::json{{"workload", name},
                                {"program", "plumbline"},
                                {"dtype", dtype},
                                {"threads", threads},
                                {"step_s",
                                 {{"median", median(bench.seconds)},
                                  {"min", *std::ranges::min_element(bench.seconds)},
                                  {"max", *std::ranges::max_element(bench.seconds)}}},
                                {"split_s", split},
                                {"peak_rss_mb", static_cast<double>(usage.ru_maxrss) / 1024},
                                {"startup",
                                 {{"first_step_begin_s", bench.first_step_begin},
                                  {"first_step_end_s", bench.first_step_end}}},
                                {"values", bench.values}}
                     .dump()
              << std::endl;
}
