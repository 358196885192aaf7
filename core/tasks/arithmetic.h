// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "data/rows.h"
#include "text/tokenizer.h"

namespace plumb {

/// The check-digit task: the sum modulo 10 of some digits, answered directly (#9) or after a
/// scratchpad of running sums (2,0,3,9#9). A model this small can only get the direct form right
/// by chance, so reinforcement learning has to discover that thinking first pays.
struct ArithmeticOptions {
    std::int64_t digits = 5;  ///< 3 .. 12; fewer leave too few problems to hold some out
    double cot_rate = 0.4;    ///< share of demonstrations with a scratchpad
    double error_rate = 0.1;  ///< chance that a running sum, or a direct answer, is wrong
};

/// 16 tokens: pad, $ (the end of a completion), the digits and + = , #
std::shared_ptr<const Tokenizer> arithmetic_tokenizer();

/// "7+5+8+3+6=" with its answer "9". Never a held-out one.
Prompt arithmetic_prompt(Random& random, std::int64_t digits);
/// A fresh prompt with a completion, the end token included: scratchpad or direct. A wrong running
/// sum is carried on, and the last one is the answer.
Demonstration arithmetic_demonstration(Random& random, const ArithmeticOptions& options);
/// The same for a given prompt.
Demonstration arithmetic_demonstration(Random& random, const Prompt& prompt,
                                       const ArithmeticOptions& options);

/// Evaluation prompts, all different, none of them a training prompt. At most 26 % of all problems
/// of that many digits (260 with 3 digits).
std::vector<Prompt> arithmetic_held_out(std::int64_t digits, std::int64_t count,
                                        std::uint64_t seed);
/// Whether the prompt belongs to the three tenths of all problems that are kept for evaluation:
/// decided by the hash of its text, for every run alike.
bool arithmetic_is_held_out(std::string_view prompt);

/// 1 when the completion ends with $, holds exactly one # and the answer after it; else 0.
double arithmetic_reward(std::string_view completion, std::string_view answer);
/// Whether the completion writes running sums before its #.
bool arithmetic_uses_scratchpad(std::string_view completion);

}  // namespace plumb
