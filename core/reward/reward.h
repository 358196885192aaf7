// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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
    /// or one that is not finite, is an error that names the function and the row.
    Result<Scores> score(std::span<const RewardInput> rows);

private:
    virtual Result<Scores> compute(std::span<const RewardInput> rows) = 0;
};

/// The names that make_reward knows.
std::span<const std::string> reward_names();

/// A reward function by name (rules.h says what each one computes): arithmetic, reviews,
/// exact_match, numeric_match, regex_match, keywords, length_target, overlong, repetition, think_format, ended.
/// The function keeps the settings it was made with. Errors: an unknown name (with the nearest
/// one), a setting that the function needs and does not have, a pattern that is no regular
/// expression.
Result<std::unique_ptr<RewardFunction>> make_reward(const std::string& name,
                                                    const Settings& settings);
/// All of settings.reward_funcs. Where that list is empty: the reward that is named as the built-in
/// task, an error for user data (see Task::gold_reward).
Result<std::vector<std::unique_ptr<RewardFunction>>> make_rewards(const Settings& settings);

}  // namespace plumb
