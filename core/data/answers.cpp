// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/answers.h"

#include "base/strings.h"

namespace plumb {
namespace {

constexpr std::string_view answer_mark = "####";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
char at(std::string_view text, std::size_t i) { return i < text.size() ? text[i] : '\0'; }

/// A comma between digits with exactly three after it.
bool separates_thousands(std::string_view text, std::size_t i) {
    return at(text, i) == ',' && is_digit(at(text, i + 1)) && is_digit(at(text, i + 2)) &&
           is_digit(at(text, i + 3)) && !is_digit(at(text, i + 4));
}

struct Number {
    double value = 0;
    std::size_t begin = 0;  ///< with its sign
    std::size_t end = 0;
};

/// Where the number whose first digit or point is given starts: at its sign, which may stand before
/// a currency sign ("-$5").
std::size_t number_begin(std::string_view text, std::size_t first) {
    std::size_t begin = first;
    if (begin > 0 && text[begin - 1] == '$') --begin;
    if (begin > 0 && (text[begin - 1] == '-' || text[begin - 1] == '+') &&
        (begin == 1 || !is_word(text[begin - 2])))
        --begin;
    return begin;
}

/// The next number at or after the offset.
std::optional<Number> next_number(std::string_view text, std::size_t from) {
    std::size_t i = from;
    while (i < text.size() && !is_digit(text[i])) ++i;
    if (i == text.size()) return std::nullopt;
    // ".5" is a half, but "No.7" is seven.
    const bool fraction_only = i > from && text[i - 1] == '.' && (i < 2 || !is_word(text[i - 2]));
    const std::size_t begin = number_begin(text, fraction_only ? i - 1 : i);
    std::string digits = text[begin] == '-' ? "-" : "";
    bool has_point = fraction_only;
    if (fraction_only) digits += "0.";
    while (i < text.size()) {
        if (is_digit(text[i])) {
            digits += text[i++];
        } else if (!has_point && text[i] == '.' && is_digit(at(text, i + 1))) {
            has_point = true;
            digits += text[i++];
        } else if (!has_point && separates_thousands(text, i)) {
            ++i;
        } else {
            break;
        }
    }
    const auto value = parse_double(digits);
    return value ? std::optional(Number{*value, begin, i}) : std::nullopt;
}

std::optional<Number> last_number(std::string_view text) {
    std::optional<Number> last;
    for (auto number = next_number(text, 0); number; number = next_number(text, number->end))
        last = number;
    return last;
}

}  // namespace

std::string final_answer(std::string_view answer) {
    const auto mark = answer.rfind(answer_mark);
    if (mark == std::string_view::npos) return std::string(trim(answer));
    const std::string_view rest = trim(answer.substr(mark + answer_mark.size()));
    std::string result;
    for (std::size_t i = 0; i < rest.size(); ++i)
        if (i == 0 || !is_digit(rest[i - 1]) || !separates_thousands(rest, i)) result += rest[i];
    return result;
}

std::optional<double> answer_number(std::string_view text) {
    const auto mark = text.rfind(answer_mark);
    const auto number = mark == std::string_view::npos
                            ? last_number(text)
                            : next_number(text.substr(mark + answer_mark.size()), 0);
    return number ? std::optional(number->value) : std::nullopt;
}

bool is_number(std::string_view text) {
    text = trim(text);
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.ends_with('%')) text.remove_suffix(1);
    const auto number = next_number(text, 0);
    return number && number->begin == 0 && number->end == text.size();
}

bool same_text(std::string_view completion, std::string_view answer) {
    return trim(completion) == trim(answer);
}

std::optional<bool> same_number(std::string_view completion, std::string_view answer) {
    const auto wanted = answer_number(answer);
    if (!wanted) return std::nullopt;
    return answer_number(completion) == wanted;
}

}  // namespace plumb
