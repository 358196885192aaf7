// SPDX-License-Identifier: GPL-3.0-or-later
// How long the database takes for what the Completions page asks: pages in every order, counts,
// searches. On a workspace of plumbline-make-workspace.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/clock.h"
#include "store/store.h"

using namespace plumb;

namespace {

/// The median of some calls after one that warms the cache.
void measure(const std::string& what, const std::function<Status()>& call) {
    constexpr std::size_t calls = 5;
    std::vector<double> seconds;
    for (std::size_t i = 0; i <= calls; ++i) {
        const Stopwatch watch;
        const Status status = call();
        if (!status) {
            std::fprintf(stderr, "%s: %s\n", what.c_str(), status.error().message.c_str());
            return;
        }
        if (i > 0) seconds.push_back(watch.seconds());
    }
    std::ranges::sort(seconds);
    std::printf("%-34s %8.1f ms\n", what.c_str(), 1000 * seconds[calls / 2]);
}

template <class Value>
Status status_of(const Result<Value>& result) {
    return result.ok() ? Status() : Status(result.error());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Measures queries for completions"};
    std::string workspace, name = "completions";
    app.add_option("--workspace", workspace, "Made by plumbline-make-workspace")->required();
    app.add_option("--run", name, "Number or name of the run")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    const auto opened = StoreReader::open(workspace);
    const auto run = opened.ok() ? (*opened)->find_run(name) : Result<RunRecord>(opened.error());
    if (!run.ok()) {
        std::fprintf(stderr, "%s\n", run.error().message.c_str());
        return 1;
    }
    StoreReader& reader = **opened;
    const RunId id = run->id;
    const auto page = [&](const CompletionFilter& filter, const CompletionOrder& order,
                          const CompletionPage& place) {
        return status_of(reader.completion_page(id, filter, order, place));
    };
    const CompletionOrder newest{{CompletionValue::step}, true};
    measure("first page, newest first", [&] { return page({}, newest, {}); });
    measure("count", [&] { return status_of(reader.completion_count(id, {})); });
    const std::pair<const char*, CompletionNumber> numbers[] = {
        {"reward", {CompletionValue::reward}},
        {"advantage", {CompletionValue::advantage}},
        {"KL", {CompletionValue::kl}},
        {"length", {CompletionValue::length}},
        {"part of the reward", {CompletionValue::part, "taste"}}};
    for (const auto& [title, number] : numbers) {
        const CompletionOrder order{number, true};
        measure(std::string("first page by ") + title, [&] { return page({}, order, {}); });
        const auto first = reader.completion_page(id, {}, order, {});
        if (!first.ok() || first->empty()) continue;
        measure(std::string("next page by ") + title,
                [&, from = first->back().place] { return page({}, order, {.from = from}); });
    }
    measure("page in the middle, by step", [&] { return page({}, newest, {.skip = 100'000}); });
    measure("page in the middle, by reward", [&] {
        return page({}, {{CompletionValue::reward}, true}, {.skip = 100'000});
    });
    for (const char* word : {"brilliant", "nowhere"}) {
        CompletionFilter filter;
        filter.search = word;
        measure(std::string("first page with \"") + word + "\"",
                [&] { return page(filter, newest, {}); });
        measure(std::string("count of \"") + word + "\"",
                [&] { return status_of(reader.completion_count(id, filter)); });
    }
    measure("steps with token data", [&] { return status_of(reader.token_bytes(id)); });
    measure("token data of one", [&] { return status_of(reader.token_data(id, 1000, 5)); });
}
