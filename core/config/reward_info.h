// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace plumb {

/// A reward function that is built in, as forms and lists tell of it.
struct RewardInfo {
    std::string_view name;
    std::string_view help;  ///< one line: what it gives, and for what
    std::vector<std::string_view> settings = {};  ///< keys of the settings that it reads
};

/// In the order in which forms show them: the choices of reward_funcs.
std::span<const RewardInfo> reward_infos();
/// Null where no function of that name is built in.
const RewardInfo* find_reward_info(std::string_view name);

enum class RewardKind {
    rule,     ///< built in, looks at the text
    learned,  ///< a reward model
    program,  ///< the user's own
    plugin,   ///< the user's own, native
    unknown,
};
/// What an entry of reward_funcs is; unknown: neither built in nor a path of the user's own.
RewardKind reward_kind(std::string_view entry);
/// "rule", "reward model", "program", "plug-in", "unknown"
std::string_view to_string(RewardKind kind);

/// The keys of the settings that an entry of reward_funcs reads beside its weight.
std::vector<std::string_view> reward_settings(std::string_view entry);

}  // namespace plumb
