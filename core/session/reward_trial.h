// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// A typed text that reward functions are tried on.
struct TrialText {
    std::string prompt, completion;
    std::string answer = {};  ///< the reference answer; may be empty
    bool ended = true;        ///< the model came to an end by itself
};

/// Where names of models are looked up.
struct TrialPlace {
    std::filesystem::path workspace = {};   ///< where settings name runs; empty: the default one
    std::filesystem::path run_folder = {};  ///< of the run whose functions are tried; empty: none
};

/// What one reward function says of a typed text.
struct RewardTrial {
    std::string name;             ///< as it is shown and recorded in runs
    std::optional<double> value;  ///< empty: no opinion
    double seconds = 0;           ///< for the one text; starting a program is not counted
    std::int64_t length = 0;      ///< of the completion as the function saw it, the end included
    bool in_characters = false;   ///< what length counts, where no tokenizer can write the text
};

/// Scores one completion with a reward function, built in, learned, or the user's own, without a
/// run. function: an entry of reward_funcs. The text is cut into the tokens of the built-in task,
/// of the run, or of the model that settings name, and shown to the function as a run would show
/// it; where there is none that can write it, its tokens are its characters. The learned reward is
/// that of the run, or the one that settings.reward_model names, with a tokenizer of its own.
/// Starts programs and waits for them: not for a thread that must not wait. Errors are those of a
/// run. ErrorCode::cancelled soon after a stop is requested; a program has ended by then.
Result<RewardTrial> try_reward(const std::string& function, const Settings& settings,
                               const TrialText& text, const TrialPlace& place = {},
                               const std::stop_token& stop = {});

/// The same with each of settings.reward_funcs; the first that fails is told.
Result<std::vector<RewardTrial>> try_rewards(const Settings& settings, const TrialText& text,
                                             const TrialPlace& place = {},
                                             const std::stop_token& stop = {});

/// The reward of a completion as a run adds it up: values times settings.reward_weights, missing
/// ones left out; nothing where no function had an opinion.
std::optional<double> weighted_total(std::span<const std::optional<double>> values,
                                     const Settings& settings);

/// What a start would refuse about a reward function, as far as it can be told without starting a
/// program: a file that is missing or may not be executed, a setting that is missing or wrong.
/// Empty: nothing. Looks at files: not for a thread that must not wait.
std::string reward_problem(const std::string& function, const Settings& settings);

/// A row of a run's data to try reward functions on.
struct TrialRow {
    std::string prompt;
    std::string answer;  ///< empty where rows have none
    std::string source;  ///< "train.jsonl, line 3"; empty where it is generated
};

struct TrialRows {
    std::vector<TrialRow> rows;  ///< the first ones, at most most_trial_rows
    std::int64_t total = 0;      ///< 0: without end, as a built-in task makes them
};

inline constexpr std::int64_t most_trial_rows = 1000;

/// The prompts of a run with these settings: the user's in the order of the files, those of a
/// built-in task in the order in which the run takes them. Reads files; errors are those of a run.
Result<TrialRows> trial_rows(const Settings& settings, const std::stop_token& stop);

}  // namespace plumb
