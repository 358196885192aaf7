// SPDX-License-Identifier: GPL-3.0-or-later
#include "reward/reward.h"

#include <array>
#include <cmath>
#include <functional>

#include "base/strings.h"
#include "config/roles.h"
#include "reward/program_reward.h"
#include "reward/rules.h"
#include "text/pattern.h"

namespace plumb {
namespace {

using RowScore = Result<std::optional<double>>;

/// A function that looks at one row at a time.
class RuleReward : public RewardFunction {
public:
    RuleReward(std::string name, std::function<RowScore(const RewardInput&)> rule)
        : name_(std::move(name)), rule_(std::move(rule)) {}

    const std::string& name() const override { return name_; }

private:
    Result<Scores> compute(std::span<const RewardInput> rows, const std::stop_token&) override {
        Scores scores;
        scores.reserve(rows.size());
        for (const RewardInput& row : rows) {
            PLUMB_TRY(scores.emplace_back(), rule_(row));
        }
        return scores;
    }

    std::string name_;
    std::function<RowScore(const RewardInput&)> rule_;
};

using Rule = std::function<RowScore(const RewardInput&)>;

Error setting_missing(const std::string& name, const std::string& key, const std::string& remedy) {
    return invalid_input("The reward " + name + " needs " + key + ". " + remedy);
}

Result<Rule> regex_match(const Settings& settings) {
    if (settings.reward_pattern.empty())
        return setting_missing("regex_match", "reward_pattern", "Give a regular expression.");
    PLUMB_TRY(Pattern pattern, Pattern::make(settings.reward_pattern));
    return Rule([pattern = std::move(pattern)](const RewardInput& row) -> RowScore {
        PLUMB_TRY(const bool found, pattern.found_in(row.completion));
        return std::optional(found ? 1.0 : 0.0);
    });
}

Result<Rule> keywords(const Settings& settings) {
    if (settings.reward_keywords.empty())
        return setting_missing("keywords", "reward_keywords", "Give the words to look for.");
    PLUMB_TRY(auto words, word_patterns(settings.reward_keywords));
    return Rule([words = std::move(words)](const RewardInput& row) -> RowScore {
        PLUMB_TRY(const double score, keywords_rule(row.completion, words));
        return std::optional(score);
    });
}

Result<Rule> length_target(const Settings& settings) {
    if (settings.reward_length < 1)
        return setting_missing("length_target", "reward_length",
                               "Give a number of tokens above 0.");
    return Rule([target = settings.reward_length](const RewardInput& row) -> RowScore {
        return std::optional(length_target_rule(std::ssize(row.completion_ids), target));
    });
}

Result<Rule> overlong(const Settings& settings) {
    const std::int64_t limit = settings.max_completion_length, buffer = settings.overlong_buffer;
    if (buffer < 1 || buffer > limit)
        return setting_missing("overlong", "overlong_buffer",
                               "Give a number of tokens from 1 to max_completion_length, " +
                                   std::to_string(limit) + ".");
    return Rule([limit, buffer](const RewardInput& row) -> RowScore {
        return std::optional(overlong_rule(std::ssize(row.completion_ids), limit, buffer));
    });
}

Result<Rule> repetition(const Settings& settings) {
    if (settings.repetition_ngram < 1)
        return setting_missing("repetition", "repetition_ngram", "Give a number above 0.");
    return Rule([n = settings.repetition_ngram](const RewardInput& row) -> RowScore {
        return std::optional(repetition_rule(row.completion_ids, n));
    });
}

/// For rules that need no settings.
template <auto rule>
Result<Rule> plain(const Settings&) {
    return Rule(
        [](const RewardInput& row) -> RowScore { return std::optional<double>(rule(row)); });
}

struct Entry {
    std::string name;
    Result<Rule> (*make)(const Settings&);
};

const std::array<Entry, 11>& entries() {
    static const std::array<Entry, 11> all = {{{"arithmetic", plain<arithmetic_rule>},
                                               {"reviews", plain<reviews_rule>},
                                               {"exact_match", plain<exact_match_rule>},
                                               {"numeric_match", plain<numeric_match_rule>},
                                               {"regex_match", regex_match},
                                               {"keywords", keywords},
                                               {"length_target", length_target},
                                               {"overlong", overlong},
                                               {"repetition", repetition},
                                               {"think_format", plain<think_format_rule>},
                                               {"ended", plain<ended_rule>}}};
    return all;
}

}  // namespace

Result<RewardFunction::Scores> RewardFunction::score(std::span<const RewardInput> rows,
                                                     const std::stop_token& stop) {
    Result<Scores> scores = compute(rows, stop);
    if (!scores.ok()) return scores;
    if (scores->size() != rows.size())
        return Error{ErrorCode::failed, "The reward " + name() + " returned " +
                                            std::to_string(scores->size()) + " scores for " +
                                            std::to_string(rows.size()) + " completions."};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& value = (*scores)[i];
        if (value && !std::isfinite(*value))
            return Error{ErrorCode::failed,
                         "The reward " + name() + " gave " + format_number(*value) +
                             " to completion " + std::to_string(i + 1) + " of " +
                             std::to_string(rows.size()) + ". Rewards must be finite numbers."};
    }
    return scores;
}

std::span<const std::string> reward_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Entry& entry : entries()) all.push_back(entry.name);
        return all;
    }();
    return names;
}

Result<std::unique_ptr<RewardFunction>> make_reward(const std::string& name,
                                                    const Settings& settings,
                                                    const std::stop_token& stop) {
    if (is_own_reward(name)) return make_own_reward(name, settings, stop);
    for (const Entry& entry : entries()) {
        if (entry.name != name) continue;
        PLUMB_TRY(Rule rule, entry.make(settings));
        return std::unique_ptr<RewardFunction>(std::make_unique<RuleReward>(name, std::move(rule)));
    }
    const auto nearest = nearest_name(name, reward_names());
    return invalid_input("There is no reward " + name + ". " +
                         (nearest ? "Did you mean " + *nearest + "?"
                                  : "There are: " + join(reward_names(), ", ") + "."));
}

Status check_reward(const std::string& name, const Settings& settings) {
    if (is_own_reward(name)) return check_own_reward(name);
    if (const auto reward = make_reward(name, settings); !reward) return reward.error();
    return {};
}

Result<std::vector<std::unique_ptr<RewardFunction>>> make_rewards(const Settings& settings,
                                                                  const std::stop_token& stop) {
    std::vector<std::string> names = settings.reward_funcs;
    if (names.empty() && settings.task != "data") names = {settings.task};
    if (names.empty())
        return invalid_input("reward_funcs is empty. Name at least one of " +
                             join(reward_names(), ", ") + ".");
    std::vector<std::unique_ptr<RewardFunction>> rewards;
    for (const auto& name : names) {
        PLUMB_TRY(rewards.emplace_back(), make_reward(name, settings, stop));
    }
    return rewards;
}

}  // namespace plumb
