// SPDX-License-Identifier: GPL-3.0-or-later
// Times this program on the fixed workloads of the peers' benchmark: the same weights, rows and
// number of positions, one JSON line as result. See docs/performance.md.

#include <algorithm>
#include <fstream>
#include <iostream>

#include <ATen/Parallel.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/statistics.h"
#include "data/rows.h"
#include "train/grpo_rollout.h"
#include "train/supervised_rows.h"

using namespace plumb;
using Json = nlohmann::json;

namespace {

struct Workload {
    std::string kind, model;
    std::int64_t batch = 0;        ///< gen: rows; sft: rows; grpo: prompts
    std::int64_t completions = 1;  ///< grpo: of each prompt
    std::int64_t new_tokens = 64;
    double learning_rate = 0;
    std::int64_t steps = 5;
};

const std::map<std::string, Workload>& workloads() {
    static const std::map<std::string, Workload> all = {
        {"gen-tiny-b1", {"gen", "tiny", 1}},
        {"gen-tiny-b16", {"gen", "tiny", 16}},
        {"gen-tiny-b64", {"gen", "tiny", 64}},
        {"gen-small-b1", {"gen", "small", 1}},
        {"gen-small-b16", {"gen", "small", 16}},
        {"gen-small-b64", {"gen", "small", 64}},
        {"sft-tiny", {"sft", "tiny", 16, 1, 0, 5e-4, 10}},
        {"sft-small", {"sft", "small", 16, 1, 0, 5e-4, 5}},
        {"grpo-tiny", {"grpo", "tiny", 16, 8, 32, 1e-4, 5}},
        {"grpo-small", {"grpo", "small", 8, 8, 64, 1e-5, 3}},
    };
    return all;
}

template <class T>
T or_exit(Result<T> result) {
    if (result) return std::move(*result);
    std::cerr << result.error().message << "\n";
    std::exit(1);
}

/// The prompts of the peers' file, in its order.
class FileTask : public Task {
public:
    explicit FileTask(std::vector<Prompt> prompts) : prompts_(std::move(prompts)) {}
    const std::string& name() const override { return name_; }
    std::int64_t rows() const override { return static_cast<std::int64_t>(prompts_.size()); }
    Prompt train_prompt(std::int64_t index) const override {
        return prompts_[static_cast<std::size_t>(index) % prompts_.size()];
    }
    Demonstration train_demonstration(std::int64_t) const override { return {}; }
    const std::vector<Prompt>& prompts() const override { return prompts_; }
    const std::vector<Demonstration>& demonstrations() const override { return none_; }
    std::vector<Prompt> eval_prompts() const override { return {}; }
    std::vector<Demonstration> eval_demonstrations() const override { return {}; }
    bool has_demonstrations() const override { return false; }
    bool has_answers() const override { return false; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return nullptr; }
    bool solved(const Attempt&) const override { return false; }
    std::string gold_reward() const override { return ""; }

private:
    std::string name_ = "file";
    std::vector<Prompt> prompts_;
    std::vector<Demonstration> none_;
};

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
            values.push_back(static_cast<double>(even) / static_cast<double>(std::max<std::size_t>(
                                                             1, row.completion_ids.size())));
        }
        return values;
    }

    std::string name_ = "even_share";
};

struct Timings {
    std::vector<double> steps;
    std::map<std::string, std::vector<double>> split;
    Json values = Json::array();
};

std::vector<std::string> column(const std::string& models, const Workload& work,
                                const std::string& file, const std::string& name) {
    std::vector<std::string> texts;
    for (const Row& row :
         or_exit(read_rows({models + "/data/" + work.model + "-" + file + ".jsonl"})))
        texts.push_back(row.columns.at(name).text);
    return texts;
}

void run_generation(const Workload& work, Policy& policy, const std::string& models, int warmup,
                    std::int64_t steps, Timings& timings) {
    std::vector<TokenIds> prompts;
    for (const auto& text : column(models, work, "prompts", "prompt"))
        if (static_cast<std::int64_t>(prompts.size()) < work.batch)
            prompts.push_back(policy.tokenizer->encode(text));
    SamplingSettings sampling;
    sampling.max_new_tokens = work.new_tokens;
    sampling.suppressed_ids = policy.model.config().eos_token_ids;
    for (std::int64_t step = -warmup; step < steps; ++step) {
        Stopwatch watch;
        const Rollout rollout =
            or_exit(generate(policy.model, prompts, 1, sampling,
                             DrawKey{7, static_cast<std::uint64_t>(step + warmup), 0}, 0, {}));
        if (step >= 0) timings.steps.push_back(watch.seconds());
    }
    timings.split["generate"] = timings.steps;
}

void run_supervised(const Workload& work, Policy& policy, const std::string& models, int warmup,
                    std::int64_t steps, Timings& timings) {
    std::vector<TokenIds> rows;
    for (const auto& text : column(models, work, "sft", "text")) {
        rows.push_back(policy.tokenizer->encode(text));
        rows.back().push_back(policy.model.config().eos_token_ids.front());
    }
    policy.model.enable_training();
    AdamW optimizer(policy.model, AdamWOptions{});
    std::size_t next = 0;
    for (std::int64_t step = -warmup; step < steps; ++step) {
        Stopwatch watch;
        std::vector<TokenIds> batch(
            rows.begin() + static_cast<std::ptrdiff_t>(next),
            rows.begin() +
                static_cast<std::ptrdiff_t>(next + static_cast<std::size_t>(work.batch)));
        next += static_cast<std::size_t>(work.batch);
        const LabelledBatch labelled = make_labelled_batch(batch, batch, padding_id(policy));
        MetricMeans means;
        accumulate_sft(policy.model, labelled, static_cast<double>(labelled.labels.numel()),
                       SftLossType::nll, means);
        apply_update(policy.model, optimizer, work.learning_rate, 1.0);
        if (step >= 0) timings.steps.push_back(watch.seconds());
        timings.values.push_back({{"loss", means.result().at("loss")}});
    }
    timings.split["update"] = timings.steps;
}

void run_grpo(const Workload& work, Policy& policy, const std::string& models, int warmup,
              std::int64_t steps, Timings& timings) {
    std::vector<Prompt> prompts;
    for (const auto& text : column(models, work, "prompts", "prompt"))
        prompts.push_back({text, ""});
    const FileTask task(std::move(prompts));
    Scorers scorers;
    scorers.rewards.push_back(std::make_unique<EvenShare>());
    Settings settings;
    settings.num_generations = work.completions;
    settings.per_device_train_batch_size = work.batch * work.completions;
    settings.max_completion_length = work.new_tokens;
    settings.beta = 0.04;
    policy.suppressed_ids = policy.model.config().eos_token_ids;  // completions cannot end early
    const Llama reference = policy.model.frozen_copy();
    policy.model.enable_training();
    AdamW optimizer(policy.model, AdamWOptions{});
    TrainerState state;
    for (std::int64_t step = -warmup; step < steps; ++step) {
        Stopwatch watch;
        NewRollout fresh =
            or_exit(sample_rollout(policy, &reference, task, scorers, settings, state, {}));
        GrpoUpdateOptions options;
        options.loss = grpo_loss_config(settings);
        options.suppressed_ids = policy.suppressed_ids;
        options.num_items = fresh.prepared.rollout.num_items;
        MetricMeans means;
        accumulate_grpo(policy.model, fresh.prepared.rollout.slices.front(), options, means);
        apply_update(policy.model, optimizer, work.learning_rate, 1.0);
        const double seconds = watch.seconds();
        timings.values.push_back({{"loss", means.result().at("loss")},
                                  {"reward", fresh.prepared.metrics.at("reward")},
                                  {"kl", means.result().at("kl")}});
        if (step < 0) continue;
        timings.steps.push_back(seconds);
        timings.split["generate"].push_back(fresh.sampled.generate_seconds);
        timings.split["score"].push_back(fresh.sampled.score_seconds);
        timings.split["update"].push_back(seconds - fresh.sampled.generate_seconds -
                                          fresh.sampled.score_seconds);
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Times Plumbline on one of the fixed workloads"};
    std::string name, models;
    int threads = 1, warmup = 1;
    std::int64_t steps = 0;
    app.add_option("--workload", name)->required()->check(CLI::IsMember(workloads()));
    app.add_option("--models", models, "folder made by make_models.py of the peers")->required();
    app.add_option("--threads", threads);
    app.add_option("--warmup", warmup);
    app.add_option("--steps", steps);
    CLI11_PARSE(app, argc, argv);

    const Workload& work = workloads().at(name);
    if (steps == 0) steps = work.steps;
    at::set_num_threads(threads);
    Policy policy = or_exit(load_policy(models + "/" + work.model, at::kCPU));
    Timings timings;
    if (work.kind == "gen") run_generation(work, policy, models, warmup, steps, timings);
    if (work.kind == "sft") run_supervised(work, policy, models, warmup, steps, timings);
    if (work.kind == "grpo") run_grpo(work, policy, models, warmup, steps, timings);

    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    Json split;
    for (const auto& [phase, seconds] : timings.split) split[phase] = median(seconds);
    std::cout << Json{{"workload", name},
                      {"program", "plumbline"},
                      {"threads", threads},
                      {"step_s",
                       {{"median", median(timings.steps)},
                        {"min", *std::ranges::min_element(timings.steps)},
                        {"max", *std::ranges::max_element(timings.steps)}}},
                      {"split_s", split},
                      {"peak_rss_mb", static_cast<double>(usage.ru_maxrss) / 1024},
                      {"values", timings.values}}
                     .dump()
              << std::endl;
}
