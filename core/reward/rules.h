// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reward/reward.h"
#include "text/pattern.h"

namespace plumb {

/// 1 when the completion ends with $, holds exactly one # and the answer after it; else 0.
std::optional<double> arithmetic_rule(const RewardInput& row);

/// gold_review of the prompt with its completion (tasks/reviews.h): at most 3, without a lower end.
double reviews_rule(const RewardInput& row);

/// 1 when completion and answer are equal but for white space at the ends; nothing without answer.
std::optional<double> exact_match_rule(const RewardInput& row);

/// 1 when the completion comes down to the number of the answer (data/answers.h); nothing where
/// the answer has no number.
std::optional<double> numeric_match_rule(const RewardInput& row);

/// 1 when an end token was sampled.
double ended_rule(const RewardInput& row);

/// One pattern for each different word: the word with no letter or digit on either side, capital
/// letters like small ones.
Result<std::vector<Pattern>> word_patterns(std::span<const std::string> words);
/// How many of the words occur, as a share of three (of all of them where fewer are given), at most
/// 1: a scale that rises long before every word is used.
Result<double> keywords_rule(std::string_view completion, std::span<const Pattern> words);

/// 1 - |tokens - target| / target, at least 0.
double length_target_rule(std::int64_t tokens, std::int64_t target);

/// TRL's soft over-length punishment (Yu et al. 2025, DAPO, eq. 13): 0 up to limit - buffer tokens,
/// from there falling in a straight line to -1 at the limit, -1 above it. Precondition: buffer > 0.
double overlong_rule(std::int64_t tokens, std::int64_t limit, std::int64_t buffer);

/// 1 when the completion begins with <think>, ends that later with </think>, and holds no second
/// <think>: TRL's think_format_reward, whose pattern says the same.
double think_format_rule(const RewardInput& row);

/// unique / total - 1 over the n-grams of the tokens: 0 when none occurs twice, towards -1 when
/// they are all alike; 0 for fewer than n tokens. TRL's get_repetition_penalty_reward with
/// max_penalty -1.
double repetition_rule(std::span<const std::int64_t> ids, std::int64_t n);

}  // namespace plumb
