// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/roles.h"

#include <algorithm>
#include <system_error>

#include "config/fields.h"

namespace plumb {
namespace fs = std::filesystem;

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

bool takes_rewards(const Settings& settings) {
    return samples_completions(settings) ||
           (settings.algorithm == "dpo" && !is_built_in_task(settings));
}

bool uses_rewards(const Settings& settings) {
    return samples_completions(settings) ||
           (takes_rewards(settings) && !settings.reward_funcs.empty());
}

bool is_supervised(const Settings& settings) { return settings.algorithm == "sft"; }

bool has_reference(const Settings& settings) {
    if (settings.algorithm == "grpo" || settings.algorithm == "rloo") return settings.beta > 0;
    return settings.algorithm == "ppo" || settings.algorithm == "dpo";
}

bool trains_with_dropout(const Settings& settings) {
    return is_supervised(settings) || settings.algorithm == "grpo" || settings.algorithm == "rloo";
}

bool has_supervised_start(const Settings& settings) {
    return is_built_in_task(settings) && settings.model_name_or_path.empty() &&
           !is_supervised(settings);
}

std::vector<std::string> reward_function_names(const Settings& settings) {
    if (settings.reward_funcs.empty() && settings.algorithm == "ppo") return {"reward_model"};
    return settings.reward_funcs;
}

std::vector<std::string> scoring_functions(const Settings& settings) {
    std::vector<std::string> names = reward_function_names(settings);
    if (names.empty() && is_built_in_task(settings)) names = {settings.task};
    return names;
}

bool is_own_reward(std::string_view entry) {
    if (entry.empty()) return false;
    const Field* field = find_field("reward_funcs");
    if (std::ranges::find(field->choices, entry) != field->choices.end()) return false;
    if (entry.find('/') != entry.npos) return true;
    for (const char* ending : {".py", ".so", ".sh"})
        if (entry.ends_with(ending)) return true;
    std::error_code ignored;
    return fs::is_regular_file(fs::path(entry), ignored);
}

std::string reward_shown_name(std::string_view entry) {
    return is_own_reward(entry) ? fs::path(entry).stem().string() : std::string(entry);
}

void resolve_own_rewards(Settings& settings, const fs::path& folder) {
    for (std::string& entry : settings.reward_funcs)
        if (is_own_reward(entry)) entry = fs::absolute(folder / entry).lexically_normal().string();
}

double reward_weight(const Settings& settings, std::size_t k) {
    return k < settings.reward_weights.size() ? settings.reward_weights[k] : 1.0;
}

bool uses_reward_model(const Settings& settings) {
    const auto names = reward_function_names(settings);
    return uses_rewards(settings) && std::ranges::find(names, "reward_model") != names.end();
}

bool makes_reward_model(const Settings& settings) {
    return uses_reward_model(settings) && settings.reward_model.empty();
}

bool samples_pairs(const Settings& settings) {
    if (is_built_in_task(settings))
        return learns_from_pairs(settings) || makes_reward_model(settings);
    return learns_from_pairs(settings) && uses_rewards(settings);
}

bool takes_eval_reward(const Settings& settings) {
    return settings.algorithm != "reward" && !uses_rewards(settings);
}

bool uses_eval_reward(const Settings& settings) {
    return takes_eval_reward(settings) && !settings.eval_reward_model.empty();
}

bool has_budget(const Settings& settings) {
    return settings.budget_seconds > 0 || settings.budget_flops > 0 ||
           (settings.budget_tokens > 0 && samples_completions(settings));
}

bool reads_good_and_bad(const Settings& settings) {
    return !is_built_in_task(settings) &&
           (settings.algorithm == "reward" || makes_reward_model(settings)) &&
           !(settings.good_files.empty() && settings.bad_files.empty());
}

bool reads_pairs(const Settings& settings) {
    return !is_built_in_task(settings) && learns_from_pairs(settings) && !samples_pairs(settings) &&
           reads_train_files(settings);
}

bool reads_train_files(const Settings& settings) {
    return !is_built_in_task(settings) &&
           !(settings.algorithm == "reward" && reads_good_and_bad(settings));
}

}  // namespace plumb
