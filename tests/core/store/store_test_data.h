// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "store/store.h"
#include "test_main.h"

/// Whether two numbers are the same, NaN being the same as NaN.
inline bool same_number(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) ||
           std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

inline plumb::RunRecord example_run(const std::string& name = "first") {
    plumb::RunRecord run;
    run.name = name;
    run.algorithm = "grpo";
    run.preset = "grpo-arithmetic";
    run.settings = "algorithm: grpo\nseed: 7\n";
    run.total_steps = 100;
    return run;
}

inline plumb::CompletionRecord example_completion(std::int64_t row, const std::string& text) {
    plumb::CompletionRecord completion;
    completion.row = row;
    completion.group = row / 2;
    completion.prompt = "12+30=";
    completion.completion = text;
    completion.answer = "42";
    completion.reward = 0.1;
    completion.reward_parts = {{"format", 1.0}, {"length", std::nullopt}};
    completion.advantage = -0.25;
    completion.length = static_cast<std::int64_t>(text.size());
    completion.ended = true;
    return completion;
}

/// Opens for writing; fails the program where that is impossible, as the test means something else.
inline std::unique_ptr<plumb::Store> open_store(const std::filesystem::path& folder) {
    auto store = plumb::Store::open(folder, plumb::Access::read_write);
    if (!store) qFatal("%s", store.error().message.c_str());
    return std::move(store).value();
}
inline std::unique_ptr<plumb::StoreReader> open_reader(const std::filesystem::path& folder) {
    auto reader = plumb::StoreReader::open(folder);
    if (!reader) qFatal("%s", reader.error().message.c_str());
    return std::move(reader).value();
}
