// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a workspace of any size without training, to measure lists, charts and searches on: runs
// with metrics, and one run with completions and their token data. The numbers are invented; the
// rows are those that a trainer writes.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "base/random.h"
#include "config/presets.h"
#include "config/yaml.h"
#include "store/store.h"

using namespace plumb;

namespace {

struct Options {
    std::string workspace;
    std::int64_t runs = 50, steps = 20'000, metrics = 12;
    std::int64_t completions = 200'000, rows_a_step = 64, group = 8, prompts = 4000, words = 60;
    bool tokens = true;
    std::uint64_t seed = 1;
};

const std::vector<std::string> metric_names = {"reward",
                                               "kl",
                                               "loss",
                                               "entropy",
                                               "completions/mean_length",
                                               "completions/min_length",
                                               "completions/max_length",
                                               "grad_norm",
                                               "learning_rate",
                                               "reward_std",
                                               "frac_reward_zero_std",
                                               "clip_ratio/region_mean"};

template <class Value>
Value or_exit(Result<Value> result) {
    if (!result.ok()) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::exit(1);
    }
    return std::move(result).value();
}
void or_exit(const Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "%s\n", status.error().message.c_str());
    std::exit(1);
}

/// Curves that rise or fall towards an end, with noise and rare spikes.
Metrics metrics_of(std::int64_t step, const Options& options, Random& random) {
    const double done =
        1 - std::exp(-3.0 * static_cast<double>(step) / static_cast<double>(options.steps));
    Metrics metrics;
    for (std::int64_t i = 0; i < options.metrics; ++i) {
        const auto known = static_cast<std::size_t>(i) < metric_names.size();
        const std::string name =
            known ? metric_names[static_cast<std::size_t>(i)] : "extra/" + std::to_string(i);
        const double scale = i >= 4 && i <= 6 ? 20.0 * static_cast<double>(i - 3) : 1.0;
        const double spike = random.chance(0.0005) ? 3.0 : 0.0;
        metrics[name] = scale * ((i % 2 ? 1 - done : done) + 0.1 * random.normal() + spike);
    }
    return metrics;
}

RunId make_run(Store& store, const std::string& name, std::int64_t steps) {
    Settings settings = or_exit(preset_settings("grpo-arithmetic"));
    settings.max_steps = steps;
    RunRecord run;
    run.name = name;
    run.algorithm = settings.algorithm;
    run.preset = settings.preset;
    run.settings = write_settings(settings);
    run.total_steps = steps;
    return or_exit(store.create_run(run));
}

void add_curves(Store& store, RunId run, std::int64_t steps, const Options& options,
                Random& random) {
    for (std::int64_t step = 1; step <= steps; ++step) {
        store.add_metrics(run, step, metrics_of(step, options, random), steps);
        if (step % 2000 == 0) or_exit(store.flush());
    }
}

std::string words(Random& random, std::uint64_t count) {
    static const std::vector<std::string> all = {
        "the",       "a",      "film",   "cast",   "story", "and",     "was",  "with",
        "brilliant", "dull",   "very",   "moving", "scene", "music",   "of",   "in",
        "never",     "again",  "ending", "slow",   "warm",  "careful", "loud", "quiet",
        "plot",      "acting", "first",  "half",   "good",  "bad"};
    std::string text;
    for (std::uint64_t i = 0; i < count; ++i)
        text += (i ? " " : "") + all[random.below(all.size())];
    return text;
}

/// One token a word.
TokenData tokens_of(const std::string& text, double advantage, Random& random) {
    TokenData tokens;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin + 1), text.size());
        tokens.ids.push_back(static_cast<std::int64_t>(random.below(30'000)));
        tokens.bytes.push_back(static_cast<std::int64_t>(end - begin));
        tokens.logprob.push_back(static_cast<float>(std::log(0.05 + 0.95 * random.uniform())));
        tokens.ref_logprob.push_back(tokens.logprob.back() +
                                     static_cast<float>(0.3 * random.normal()));
        tokens.ratio.push_back(static_cast<float>(std::exp(0.1 * random.normal())));
        const float ratio = tokens.ratio.back();
        tokens.clipped.push_back(static_cast<std::int8_t>(ratio > 1.2f   ? 1
                                                          : ratio < 0.8f ? -1
                                                                         : 0));
        tokens.advantage.push_back(static_cast<float>(advantage));
        tokens.value.push_back(static_cast<float>(random.normal()));
        begin = end;
    }
    return tokens;
}

/// row: -1, -2, ... for answers to held-out prompts.
CompletionRecord completion_of(std::int64_t row, const std::string& prompt, std::int64_t group,
                               double done, const Options& options, Random& random) {
    CompletionRecord record;
    record.row = row;
    record.group = group;
    record.prompt = prompt;
    const auto length = 1 + random.below(static_cast<std::uint64_t>(options.words));
    record.completion = " " + words(random, length);
    record.length = static_cast<std::int64_t>(length);
    record.ended = random.chance(0.9);
    const double form = random.uniform(), taste = done + 0.5 * random.normal();
    record.reward_parts = {{"form", form}, {"taste", taste}};
    record.reward = form + taste;
    if (row >= 0) record.advantage = random.normal();
    record.kl = std::abs(random.normal()) * 4 * done;
    return record;
}

void add_completions(Store& store, RunId run, std::int64_t steps, const Options& options,
                     Random& random) {
    std::vector<std::string> prompts;
    for (std::int64_t i = 0; i < options.prompts; ++i)
        prompts.push_back("Review " + std::to_string(i) + ": " + words(random, 12));
    const std::vector<std::string> held_out(
        prompts.begin(), prompts.begin() + std::min<std::ptrdiff_t>(32, options.prompts));
    for (std::int64_t step = 0; step <= steps; ++step) {
        const double done = static_cast<double>(step) / static_cast<double>(steps);
        if (step % 100 == 0) {
            std::vector<CompletionRecord> answers;
            for (std::size_t i = 0; i < held_out.size(); ++i) {
                const auto row = -1 - static_cast<std::int64_t>(i);
                answers.push_back(completion_of(row, held_out[i], row, done, options, random));
            }
            store.add_completions(run, step, std::move(answers));
            or_exit(store.flush());
        }
        if (step == 0) continue;
        std::vector<CompletionRecord> rows;
        std::vector<TokenRecord> tokens;
        const std::int64_t left = options.completions - (step - 1) * options.rows_a_step;
        for (std::int64_t row = 0; row < std::min(left, options.rows_a_step); ++row) {
            if (row % options.group == 0)
                std::swap(prompts[0], prompts[random.below(prompts.size())]);
            rows.push_back(
                completion_of(row, prompts[0], row / options.group, done, options, random));
            if (options.tokens)
                tokens.push_back(
                    {row, encode_token_data(
                              tokens_of(rows.back().completion, rows.back().advantage, random))});
        }
        store.add_completions(run, step, std::move(rows));
        store.add_token_data(run, step, std::move(tokens));
    }
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Makes a workspace of a given size without training"};
    Options options;
    app.add_option("--workspace", options.workspace, "Folder; is made where it is missing")
        ->required();
    app.add_option("--runs", options.runs, "Runs with metrics alone")->capture_default_str();
    app.add_option("--steps", options.steps, "Steps of each of them")->capture_default_str();
    app.add_option("--metrics", options.metrics, "Metrics of a step")->capture_default_str();
    app.add_option("--completions", options.completions,
                   "Completions of one more run; 0: no such run")
        ->capture_default_str();
    app.add_option("--rows", options.rows_a_step, "Completions of a step")->capture_default_str();
    app.add_option("--group", options.group, "Completions of a prompt")->capture_default_str();
    app.add_option("--prompts", options.prompts, "Different prompts")->capture_default_str();
    app.add_option("--words", options.words, "Longest completion")->capture_default_str();
    app.add_option("--tokens", options.tokens, "Whether completions have token data")
        ->capture_default_str();
    app.add_option("--seed", options.seed)->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    const Stopwatch watch;
    const auto store = or_exit(Store::open(options.workspace, Access::read_write));
    Random random(options.seed);
    for (std::int64_t i = 0; i < options.runs; ++i) {
        const RunId run = make_run(*store, "curves " + std::to_string(i + 1), options.steps);
        add_curves(*store, run, options.steps, options, random);
        or_exit(store->set_run_state(run, RunState::finished, ""));
        std::printf("run %lld of %lld, %.0f s\n", static_cast<long long>(i + 1),
                    static_cast<long long>(options.runs), watch.seconds());
        std::fflush(stdout);
    }
    if (options.completions > 0) {
        const std::int64_t steps =
            (options.completions + options.rows_a_step - 1) / options.rows_a_step;
        const RunId run = make_run(*store, "completions", steps);
        add_curves(*store, run, steps, options, random);
        add_completions(*store, run, steps, options, random);
        or_exit(store->set_run_state(run, RunState::finished, ""));
    }
    std::printf("%s: %.0f s\n", options.workspace.c_str(), watch.seconds());
}
