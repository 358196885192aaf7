// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// What one reward function says of a typed text.
struct RewardTrial {
    std::string name;             ///< as it is shown and recorded in runs
    std::optional<double> value;  ///< empty: no opinion
    double seconds = 0;           ///< for the one text; starting a program is not counted
};

/// Scores one completion with each of settings.reward_funcs, built in, learned, or the user's own,
/// without a run. The text counts as ended by the model. There is no policy here, so its tokens are
/// its characters, but for a reward model, which has a tokenizer of its own and has to be named in
/// settings.reward_model; workspace: where that may name a run.
/// Starts programs and waits for them: not for a thread that must not wait. Errors are those of a
/// run: the first function that fails is told. ErrorCode::cancelled soon after a stop is requested.
Result<std::vector<RewardTrial>> try_rewards(const Settings& settings, const std::string& prompt,
                                             const std::string& completion,
                                             const std::string& answer,
                                             const std::filesystem::path& workspace = {},
                                             const std::stop_token& stop = {});

}  // namespace plumb
