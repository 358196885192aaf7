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
    std::string_view completion;             ///< special tokens left out
    std::string_view completion_with_special;  ///< as sampled, the end token included
    std::string_view answer;                 ///< the reference answer; may be empty
    std::span<const std::int64_t> completion_ids;
    bool ended = false;                      ///< an end token was sampled
};

/// Scores completions. A missing value (no opinion on that row) is an empty optional, as None in
/// TRL. Called on the run's worker thread.
class RewardFunction {
public:
    virtual ~RewardFunction() = default;
    virtual const std::string& name() const = 0;
    virtual Result<std::vector<std::optional<double>>> score(std::span<const RewardInput> rows) = 0;
};

/// The names that make_reward knows.
std::span<const std::string> reward_names();

/// A reward function by name: arithmetic, exact_match, numeric_match, regex_match, keywords,
/// length_target, repetition, ended. An unknown name is an error with the nearest one.
Result<std::unique_ptr<RewardFunction>> make_reward(const std::string& name,
                                                    const Settings& settings);
/// All of settings.reward_funcs, or the task's own reward where that list is empty.
Result<std::vector<std::unique_ptr<RewardFunction>>> make_rewards(const Settings& settings);

}  // namespace plumb
