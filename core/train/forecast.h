// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "config/settings.h"
#include "model/config.h"
#include "model/footprint.h"

namespace plumb {

/// Lengths of a kind of rows, in tokens.
struct Lengths {
    std::int64_t longest = 0;
    double mean = 0;
};

/// What memory depends on besides the settings.
struct RunShape {
    ModelConfig policy;
    ModelConfig reward_model;  ///< of one that is named; else as the run makes it
    Lengths prompt;            ///< of prompts that are sampled from
    Lengths completion;        ///< of what is sampled
    Lengths row;               ///< of supervised rows: those of sft, and of a supervised start
    Lengths trained;           ///< of them, the tokens that are trained on
    Lengths pair;              ///< the longer sides of pairs from files
    Lengths pair_prompt;       ///< what both sides of those have in common
    Lengths chosen;            ///< the completions of both sides of those
    /// Documents of a packed row, on average.
    double documents = 1;
    /// Rows held out: prompts, supervised rows and pairs.
    std::int64_t eval_prompts = 0, eval_rows = 0, eval_pairs = 0;
    bool judges_samples = false;  ///< the task knows what is right: sft samples too
};

/// A run's memory before it is there.
struct RunMemory {
    MemoryAccount step;   ///< its peaks are those of a step
    double run_peak = 0;  ///< the most of the whole run
    std::string run_peak_phase;
    std::int64_t models = 0;  ///< in memory between steps
};

/// Goes through the run as train/run.cpp and the trainers do, and adds up what they hold. Settings
/// are validated, threads resolved.
RunMemory forecast_run(const Settings& settings, const RunShape& shape);

}  // namespace plumb
