// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/arithmetic.h"

#include <algorithm>
#include <unordered_set>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::string_view end_token = "$";
constexpr std::string_view decimal_digits = "0123456789";
constexpr double held_out_share = 0.3;

char to_char(int digit) { return static_cast<char>('0' + digit); }

Prompt draw_prompt(Random& random, std::int64_t digits) {
    PLUMB_CHECK(digits >= 3 && digits <= 12, "arithmetic has 3 to 12 digits");
    Prompt prompt;
    int sum = 0;
    for (std::int64_t i = 0; i < digits; ++i) {
        const int digit = static_cast<int>(random.below(10));
        sum += digit;
        if (i > 0) prompt.text += '+';
        prompt.text += to_char(digit);
    }
    prompt.text += '=';
    prompt.answer = to_char(sum % 10);
    return prompt;
}

int maybe_wrong(Random& random, int digit, double error_rate) {
    if (!random.chance(error_rate)) return digit;
    return (digit + 1 + static_cast<int>(random.below(9))) % 10;
}

/// "2,0,3,9#9$" for "7+5+8+3+6=".
std::string scratchpad(Random& random, std::string_view prompt, double error_rate) {
    std::string text;
    int sum = prompt.front() - '0';
    for (std::size_t i = 2; i < prompt.size(); i += 2) {
        sum = maybe_wrong(random, (sum + prompt[i] - '0') % 10, error_rate);
        if (!text.empty()) text += ',';
        text += to_char(sum);
    }
    return text + '#' + to_char(sum) + std::string(end_token);
}

std::string direct(Random& random, const Prompt& prompt, double error_rate) {
    const int answer = maybe_wrong(random, prompt.answer.front() - '0', error_rate);
    return std::string("#") + to_char(answer) + std::string(end_token);
}

}  // namespace

std::shared_ptr<const Tokenizer> arithmetic_tokenizer() {
    std::vector<std::string> tokens = {"<pad>", std::string(end_token)};
    for (const char c : std::string(decimal_digits) + "+=,#") tokens.emplace_back(1, c);
    return make_fixed_tokenizer(std::move(tokens),
                                {.pad = 0, .bos = std::nullopt, .eos = 1, .unk = std::nullopt});
}

Prompt arithmetic_prompt(Random& random, std::int64_t digits) {
    while (true) {
        Prompt prompt = draw_prompt(random, digits);
        if (!arithmetic_is_held_out(prompt.text)) return prompt;
    }
}

Demonstration arithmetic_demonstration(Random& random, const ArithmeticOptions& options) {
    return arithmetic_demonstration(random, arithmetic_prompt(random, options.digits), options);
}

Demonstration arithmetic_demonstration(Random& random, const Prompt& prompt,
                                       const ArithmeticOptions& options) {
    const bool thinks = random.chance(options.cot_rate);
    return {.prompt = prompt.text,
            .completion = thinks ? scratchpad(random, prompt.text, options.error_rate)
                                 : direct(random, prompt, options.error_rate)};
}

std::vector<Prompt> arithmetic_held_out(std::int64_t digits, std::int64_t count,
                                        std::uint64_t seed) {
    // A little less than the share, so that the last ones are not drawn for ever.
    std::int64_t limit = 26;
    for (std::int64_t i = 2; i < digits; ++i) limit *= 10;
    const auto wanted = static_cast<std::size_t>(std::min(count, limit));

    Random random(derive_seed(seed, "arithmetic held out"));
    std::unordered_set<std::string> seen;
    std::vector<Prompt> prompts;
    while (prompts.size() < wanted) {
        Prompt prompt = draw_prompt(random, digits);
        if (arithmetic_is_held_out(prompt.text) && seen.insert(prompt.text).second)
            prompts.push_back(std::move(prompt));
    }
    return prompts;
}

bool arithmetic_is_held_out(std::string_view prompt) {
    // A fixed number, so that no run trains on what another is evaluated on.
    return Random(derive_seed(2026, prompt)).uniform() < held_out_share;
}

double arithmetic_reward(std::string_view completion, std::string_view answer) {
    if (!completion.ends_with(end_token)) return 0.0;
    completion.remove_suffix(end_token.size());
    const auto mark = completion.find('#');
    if (mark == std::string_view::npos || completion.find('#', mark + 1) != std::string_view::npos)
        return 0.0;
    return completion.substr(mark + 1) == answer ? 1.0 : 0.0;
}

bool arithmetic_uses_scratchpad(std::string_view completion) {
    const auto mark = completion.find('#');
    if (mark == std::string_view::npos) return false;
    const std::string_view before = completion.substr(0, mark);
    return before.find_first_of(decimal_digits) != std::string_view::npos &&
           before.find_first_not_of("0123456789,") == std::string_view::npos;
}

}  // namespace plumb
