// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/label_records.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::array<std::pair<Choice, std::string_view>, 7> choice_names = {{
    {Choice::a, "a"},
    {Choice::b, "b"},
    {Choice::tie, "tie"},
    {Choice::both_bad, "both_bad"},
    {Choice::skip, "skip"},
    {Choice::good, "good"},
    {Choice::bad, "bad"},
}};

constexpr std::array<std::pair<LabelOrder::Kind, std::string_view>, 3> order_names = {{
    {LabelOrder::given, "given"},
    {LabelOrder::random, "random"},
    {LabelOrder::uncertain, "uncertain"},
}};

}  // namespace

std::string_view to_string(Choice choice) {
    for (const auto& [value, name] : choice_names)
        if (value == choice) return name;
    PLUMB_CHECK(false, "a choice without a name");
}

std::optional<Choice> parse_choice(std::string_view name) {
    for (const auto& [value, text] : choice_names)
        if (text == name) return value;
    return std::nullopt;
}

std::string_view to_string(LabelOrder::Kind kind) {
    for (const auto& [value, name] : order_names)
        if (value == kind) return name;
    PLUMB_CHECK(false, "an order without a name");
}

std::optional<LabelOrder::Kind> parse_label_order(std::string_view name) {
    for (const auto& [value, text] : order_names)
        if (text == name) return value;
    return std::nullopt;
}

bool fits(Choice choice, bool has_two_answers) {
    if (choice == Choice::skip) return true;
    return has_two_answers != (choice == Choice::good || choice == Choice::bad);
}

SeenChoice seen_choice(const Verdict& verdict) {
    const bool a_left = verdict.a_left.value_or(true);
    switch (verdict.choice) {
        case Choice::a: return a_left ? SeenChoice::left : SeenChoice::right;
        case Choice::b: return a_left ? SeenChoice::right : SeenChoice::left;
        case Choice::tie: return SeenChoice::tie;
        case Choice::both_bad: return SeenChoice::both_bad;
        case Choice::good: return SeenChoice::good;
        case Choice::bad: return SeenChoice::bad;
        case Choice::skip: break;
    }
    return SeenChoice::skip;
}

}  // namespace plumb
