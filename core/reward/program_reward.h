// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "config/settings.h"
#include "reward/reward.h"

namespace plumb {

/// Whether the file of an entry of reward_funcs (config/roles.h, is_own_reward) is there and may be
/// started; nothing is started. Errors name the file and the remedy.
Status check_own_reward(const std::string& entry);

/// The user's own reward function, in a process of its own: a .so as a native plug-in
/// (plugin/plumbline_reward.h) in the helper program, anything else as a program, .py with python3.
/// It is started here and has said hello; it ends with the function, or with this process.
///
/// Every batch has settings.reward_timeout seconds. A program that hangs, dies while it scores, or
/// answers wrongly is an error of ErrorCode::failed that names the program, the completion where
/// one is to blame, and the end of its standard error. One that died between two batches is started
/// again, once for each batch. A stop that is requested ends a batch at once, and the program.
Result<std::unique_ptr<RewardFunction>> make_own_reward(const std::string& entry,
                                                        const Settings& settings,
                                                        const std::stop_token& stop = {});

}  // namespace plumb
