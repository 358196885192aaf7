// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/roles.h"

#include <algorithm>

namespace plumb {

bool is_built_in_task(const Settings& settings) { return settings.task != "data"; }

bool samples_completions(const Settings& settings) {
    return settings.algorithm == "ppo" || samples_groups(settings);
}

bool samples_groups(const Settings& settings) {
    return settings.algorithm == "grpo" || settings.algorithm == "rloo" ||
           (settings.algorithm == "dpo" && settings.online_dpo);
}

bool learns_from_pairs(const Settings& settings) {
    return settings.algorithm == "reward" || (settings.algorithm == "dpo" && !settings.online_dpo);
}

bool is_supervised(const Settings& settings) { return settings.algorithm == "sft"; }

bool has_reference(const Settings& settings) {
    if (settings.algorithm == "grpo" || settings.algorithm == "rloo") return settings.beta > 0;
    return settings.algorithm == "ppo" || settings.algorithm == "dpo";
}

bool has_supervised_start(const Settings& settings) {
    return is_built_in_task(settings) && settings.model_name_or_path.empty() &&
           !is_supervised(settings);
}

std::vector<std::string> reward_function_names(const Settings& settings) {
    if (settings.reward_funcs.empty() && settings.algorithm == "ppo") return {"reward_model"};
    return settings.reward_funcs;
}

bool uses_reward_model(const Settings& settings) {
    const auto names = reward_function_names(settings);
    return samples_completions(settings) && std::ranges::find(names, "reward_model") != names.end();
}

bool makes_reward_model(const Settings& settings) {
    return uses_reward_model(settings) && settings.reward_model.empty();
}

bool samples_pairs(const Settings& settings) {
    return is_built_in_task(settings) &&
           (learns_from_pairs(settings) || makes_reward_model(settings));
}

}  // namespace plumb
