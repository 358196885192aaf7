// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/metrics_csv.h"

#include <algorithm>
#include <array>

#include "analysis/csv.h"
#include "base/strings.h"

namespace plumb {
namespace {

int rank(const std::string& key) {
    constexpr std::array first = {"eval/accuracy",
                                  "eval/accuracy_greedy",
                                  "eval/accuracy_gold",
                                  "eval/reward",
                                  "eval/gold_reward",
                                  "eval/kl_sequence",
                                  "reward",
                                  "gold_reward",
                                  "reward_std",
                                  "objective/kl",
                                  "loss",
                                  "grad_norm"};
    const auto found = std::find(first.begin(), first.end(), key);
    if (found != first.end()) return static_cast<int>(found - first.begin());
    constexpr int named = static_cast<int>(first.size());
    if (key.starts_with("eval/")) return named;
    if (key.starts_with("rewards/")) return named + 1;
    if (key.starts_with("completions/")) return named + 2;
    return named + 3;
}

}  // namespace

std::vector<std::string> ordered_keys(std::vector<std::string> keys) {
    std::sort(keys.begin(), keys.end(), [](const std::string& a, const std::string& b) {
        return std::pair(rank(a), a) < std::pair(rank(b), b);
    });
    return keys;
}

std::string metrics_csv(const std::vector<std::string>& keys,
                        const std::vector<std::pair<std::int64_t, Metrics>>& steps) {
    std::string text = "step";
    for (const std::string& key : keys) text += "," + csv_field(key);
    text += '\n';
    for (const auto& [step, metrics] : steps) {
        text += std::to_string(step);
        for (const std::string& key : keys) {
            text += ',';
            if (const auto found = metrics.find(key); found != metrics.end())
                text += format_number(found->second);
        }
        text += '\n';
    }
    return text;
}

}  // namespace plumb
