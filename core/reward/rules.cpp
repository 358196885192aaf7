// SPDX-License-Identifier: GPL-3.0-or-later
#include "reward/rules.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>
#include <unordered_set>

#include "data/answers.h"
#include "tasks/arithmetic.h"
#include "tasks/reviews.h"

namespace plumb {

std::optional<double> arithmetic_rule(const RewardInput& row) {
    if (row.answer.empty()) return std::nullopt;
    return arithmetic_reward(row.completion_with_special, row.answer);
}

double reviews_rule(const RewardInput& row) {
    return gold_review(std::string(row.prompt) + ' ' + std::string(row.completion_with_special));
}

std::optional<double> exact_match_rule(const RewardInput& row) {
    if (row.answer.empty()) return std::nullopt;
    return same_text(row.completion, row.answer) ? 1.0 : 0.0;
}

std::optional<double> numeric_match_rule(const RewardInput& row) {
    const auto same = same_number(row.completion, row.answer);
    return same ? std::optional(*same ? 1.0 : 0.0) : std::nullopt;
}

double ended_rule(const RewardInput& row) { return row.ended ? 1.0 : 0.0; }

Result<std::vector<Pattern>> word_patterns(std::span<const std::string> words) {
    std::vector<Pattern> patterns;
    const std::set<std::string> distinct(words.begin(), words.end());
    for (const auto& word : distinct) {
        std::string quoted;
        for (const char c : word) {
            const bool plain =
                std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
            quoted += plain ? std::string(1, c) : std::string{'\\', c};
        }
        PLUMB_TRY(patterns.emplace_back(), Pattern::make("(?i)(?<!\\w)" + quoted + "(?!\\w)"));
    }
    return patterns;
}

Result<double> keywords_rule(std::string_view completion, std::span<const Pattern> words) {
    if (words.empty()) return 0.0;
    double found = 0;
    for (const Pattern& word : words) {
        PLUMB_TRY(const bool occurs, word.found_in(completion));
        found += occurs;
    }
    return std::min(1.0, found / static_cast<double>(std::min<std::size_t>(3, words.size())));
}

double length_target_rule(std::int64_t tokens, std::int64_t target) {
    const auto distance = static_cast<double>(std::abs(tokens - target));
    return std::max(0.0, 1.0 - distance / static_cast<double>(target));
}

double overlong_rule(std::int64_t tokens, std::int64_t limit, std::int64_t buffer) {
    const auto room = static_cast<double>(limit - buffer - tokens);
    return std::clamp(room / static_cast<double>(buffer), -1.0, 0.0);
}

double think_format_rule(const RewardInput& row) {
    constexpr std::string_view begin = "<think>", end = "</think>";
    if (!row.completion.starts_with(begin)) return 0.0;
    const std::string_view rest = row.completion.substr(begin.size());
    return rest.find(begin) == rest.npos && rest.find(end) != rest.npos ? 1.0 : 0.0;
}

double repetition_rule(std::span<const std::int64_t> ids, std::int64_t n) {
    const std::int64_t total = std::ssize(ids) - n + 1;
    if (total <= 0) return 0.0;
    std::unordered_set<std::string_view> unique;
    const auto* bytes = reinterpret_cast<const char*>(ids.data());
    constexpr std::size_t width = sizeof(std::int64_t);
    for (std::int64_t i = 0; i < total; ++i)
        unique.emplace(bytes + static_cast<std::size_t>(i) * width,
                       static_cast<std::size_t>(n) * width);
    return static_cast<double>(unique.size()) / static_cast<double>(total) - 1.0;
}

}  // namespace plumb
