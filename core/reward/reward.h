// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// One sampled completion as a reward function sees it.
struct RewardInput {
    std::string_view prompt;
    std::string_view completion;                   ///< special tokens left out
    std::string_view completion_with_special;      ///< as sampled, the end token included
    std::string_view answer;                       ///< the reference answer; may be empty
    std::span<const std::int64_t> completion_ids;  ///< the end token included
    bool ended = false;                            ///< an end token was sampled
};

/// Scores completions. A missing value (no opinion on that row) is an empty optional, as None in
/// TRL. Called on the run's worker thread.
class RewardFunction {
public:
    using Scores = std::vector<std::optional<double>>;

    virtual ~RewardFunction() = default;
    virtual const std::string& name() const = 0;

    /// One score a row. Whatever the function returned is checked first: a wrong number of scores,
    /// or one that is not finite, is an error that names the function and the row. A function that
    /// waits for something else ends with ErrorCode::cancelled soon after a stop is requested.
    Result<Scores> score(std::span<const RewardInput> rows, const std::stop_token& stop = {});

private:
    virtual Result<Scores> compute(std::span<const RewardInput> rows,
                                   const std::stop_token& stop) = 0;
};

/// The names of the functions that are built in.
std::span<const std::string> reward_names();

/// A reward function by name (rules.h says what each one computes): arithmetic, reviews,
/// exact_match, numeric_match, regex_match, keywords, length_target, overlong, repetition,
/// think_format, ended; or the user's own, by the path of its file, which is started
/// (program_reward.h). The function keeps the settings it was made with. Errors: an unknown name
/// (with the nearest one), a setting that the function needs and does not have, a pattern that is
/// no regular expression, a program that cannot be started.
Result<std::unique_ptr<RewardFunction>> make_reward(const std::string& name,
                                                    const Settings& settings,
                                                    const std::stop_token& stop = {});
/// The errors of make_reward that can be told without starting a program.
Status check_reward(const std::string& name, const Settings& settings);
/// All of settings.reward_funcs. Where that list is empty: the reward that is named as the built-in
/// task, an error for user data (see Task::gold_reward).
Result<std::vector<std::unique_ptr<RewardFunction>>> make_rewards(const Settings& settings,
                                                                  const std::stop_token& stop = {});

}  // namespace plumb
