// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/reward_info.h"

#include <algorithm>
#include <filesystem>

#include "config/roles.h"

namespace plumb {

std::span<const RewardInfo> reward_infos() {
    static const std::vector<RewardInfo> all = {
        {"reward_model",
         "The score of a model that has learned from preference pairs.",
         {"reward_model"}},
        {"arithmetic", "1 where the completion ends with # and the right check digit."},
        {"reviews",
         "How well a review of the task reviews is liked, the gold reward of that task."},
        {"exact_match", "1 where the completion is the answer, but for white space around it."},
        {"numeric_match", "1 where the completion comes down to the number of the answer."},
        {"regex_match", "1 where the pattern is found in the completion.", {"reward_pattern"}},
        {"keywords",
         "Up to 1 for different keywords in the completion; three are enough.",
         {"reward_keywords"}},
        {"length_target", "1 at the wanted length, falling to 0 on both sides.", {"reward_length"}},
        {"overlong",
         "0, falling to -1 over the last tokens before the longest length.",
         {"overlong_buffer"}},
        {"repetition",
         "0 without repetitions, towards -1 the more the completion repeats itself.",
         {"repetition_ngram"}},
        {"think_format", "1 where reasoning stands between <think> and </think> at the beginning."},
        {"ended", "1 where the model came to an end by itself."},
    };
    return all;
}

const RewardInfo* find_reward_info(std::string_view name) {
    const auto all = reward_infos();
    const auto found = std::ranges::find(all, name, &RewardInfo::name);
    return found == all.end() ? nullptr : &*found;
}

RewardKind reward_kind(std::string_view entry) {
    if (find_reward_info(entry))
        return entry == "reward_model" ? RewardKind::learned : RewardKind::rule;
    if (!is_own_reward(entry)) return RewardKind::unknown;
    return std::filesystem::path(entry).extension() == ".so" ? RewardKind::plugin
                                                             : RewardKind::program;
}

std::string_view to_string(RewardKind kind) {
    switch (kind) {
        case RewardKind::rule: return "rule";
        case RewardKind::learned: return "reward model";
        case RewardKind::program: return "program";
        case RewardKind::plugin: return "plug-in";
        case RewardKind::unknown: break;
    }
    return "unknown";
}

std::vector<std::string_view> reward_settings(std::string_view entry) {
    if (const RewardInfo* info = find_reward_info(entry)) return info->settings;
    if (is_own_reward(entry)) return {"reward_timeout"};
    return {};
}

}  // namespace plumb
