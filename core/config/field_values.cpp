// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/strings.h"
#include "config/fields.h"
#include "config/roles.h"
#include "config/yaml_text.h"

namespace plumb {
namespace {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};

/// Calls the function with a reference to the member, whatever its type.
template <class SettingsT, class Function>
decltype(auto) visit_value(const Field& field, SettingsT& settings, Function&& function) {
    return std::visit([&](auto member) { return function(settings.*member); }, field.member);
}

bool in_range(const Field& field, double value) {
    if (!std::isfinite(value) || value < field.minimum || value > field.maximum) return false;
    if (field.minimum_excluded && value == field.minimum) return false;
    return !(field.maximum_excluded && value == field.maximum);
}

bool allowed(const Field&, bool) { return true; }
bool allowed(const Field& field, double value) { return in_range(field, value); }
bool allowed(const Field& field, std::int64_t value) {
    return in_range(field, static_cast<double>(value));
}
bool allowed(const Field& field, const std::string& value) {
    return field.choices.empty() ||
           std::find(field.choices.begin(), field.choices.end(), value) != field.choices.end() ||
           (field.takes_paths && is_own_reward(value));
}

std::string to_text(bool value) { return value ? "true" : "false"; }
std::string to_text(std::int64_t value) { return std::to_string(value); }
std::string to_text(double value) { return format_number(value); }
std::string to_text(const std::string& value) { return value; }
template <class T>
std::string to_text(const std::optional<T>& value) {
    return value ? to_text(*value) : "null";
}
template <class T>
std::string to_text(const std::vector<T>& values) {
    std::vector<std::string> items;
    for (const T& value : values) items.push_back(yaml_quoted(to_text(value)));
    return "[" + join(items, ", ") + "]";
}
std::string to_text(const std::vector<double>& values) {
    std::vector<std::string> items;
    for (const double value : values) items.push_back(to_text(value));
    return "[" + join(items, ", ") + "]";
}

bool read(std::string_view text, bool& value) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool yes = lower == "true" || lower == "yes" || lower == "on";
    const bool no = lower == "false" || lower == "no" || lower == "off";
    value = yes;
    return yes || no;
}
bool read(std::string_view text, double& value) {
    const auto number = parse_double(text);
    if (number) value = *number;
    return number.has_value();
}
bool read(std::string_view text, std::int64_t& value) {
    if (const auto whole = parse_int(text)) {
        value = *whole;
        return true;
    }
    // 1e3 and 128.0 are integers too.
    constexpr double exact = 9007199254740992.0;
    const auto number = parse_double(text);
    if (!number || std::floor(*number) != *number || std::abs(*number) > exact) return false;
    value = static_cast<std::int64_t>(*number);
    return true;
}
bool read(std::string_view text, std::string& value) {
    value = text;
    return true;
}

bool is_null(std::string_view text) {
    return text.empty() || text == "null" || text == "none" || text == "None" || text == "~";
}

std::string refusal(const Field& field, std::string_view text) {
    return std::string(field.key) + " cannot be '" + std::string(text) + "'; give " +
           accepted_values(field);
}

/// The text as a value of type T that the field allows.
template <class T>
Result<T> parse_value(const Field& field, std::string_view text) {
    T value{};
    if (!read(text, value) || !allowed(field, value)) return invalid_input(refusal(field, text));
    return value;
}

template <class T>
Status assign_items(const Field& field, std::vector<T>& target,
                    const std::vector<std::string>& items) {
    std::vector<T> values;
    for (const std::string& item : items) {
        PLUMB_TRY(T value, parse_value<T>(field, item));
        values.push_back(std::move(value));
    }
    target = std::move(values);
    return {};
}

template <class T>
Status assign(const Field& field, T& target, std::string_view text) {
    if constexpr (is_vector<T>::value) {
        auto items = read_flow_list(text);
        if (!items) return invalid_input(std::string(field.key) + ": " + items.error().message);
        return assign_items(field, target, *items);
    } else if constexpr (is_optional<T>::value) {
        if (is_null(text)) {
            target = std::nullopt;
            return {};
        }
        PLUMB_TRY(target, parse_value<typename T::value_type>(field, text));
        return {};
    } else {
        PLUMB_TRY(target, parse_value<T>(field, text));
        return {};
    }
}

template <class T>
std::optional<std::string> problem_of(const Field& field, const T& value) {
    if constexpr (is_vector<T>::value) {
        for (const auto& item : value)
            if (!allowed(field, item)) return refusal(field, to_text(item));
        return std::nullopt;
    } else if constexpr (is_optional<T>::value) {
        if (!value || allowed(field, *value)) return std::nullopt;
        return refusal(field, to_text(*value));
    } else {
        if (allowed(field, value)) return std::nullopt;
        return refusal(field, to_text(value));
    }
}

std::string choice_text(const Field& field) {
    std::string text;
    for (std::size_t i = 0; i < field.choices.size(); ++i) {
        if (i > 0) text += i + 1 == field.choices.size() ? " or " : ", ";
        text += field.choices[i];
    }
    return text;
}

std::string range_text(const Field& field) {
    const bool has_minimum = std::isfinite(field.minimum);
    const bool has_maximum = std::isfinite(field.maximum);
    const std::string minimum = format_number(field.minimum);
    const std::string maximum = format_number(field.maximum);
    if (has_minimum && has_maximum && !field.minimum_excluded && !field.maximum_excluded)
        return " from " + minimum + " to " + maximum;
    std::string text;
    if (has_minimum) text = (field.minimum_excluded ? " greater than " : " of at least ") + minimum;
    if (has_minimum && has_maximum) text += " and";
    if (has_maximum) text += (field.maximum_excluded ? " less than " : " at most ") + maximum;
    return text;
}

bool is_optional_field(const Field& field) {
    return std::holds_alternative<std::optional<double> Settings::*>(field.member) ||
           std::holds_alternative<std::optional<bool> Settings::*>(field.member);
}

}  // namespace

std::string field_text(const Field& field, const Settings& settings) {
    return visit_value(field, settings, [](const auto& value) { return to_text(value); });
}

Status set_field(const Field& field, Settings& settings, std::string_view text) {
    // Blanks may belong to a text (a pattern, say), never to anything else.
    const bool is_text = std::holds_alternative<std::string Settings::*>(field.member);
    return visit_value(field, settings, [&](auto& value) {
        return assign(field, value, is_text ? text : trim(text));
    });
}

Status set_field(std::string_view key, Settings& settings, std::string_view text) {
    const Field* field = find_field(key);
    if (!field) return unknown_key(key);
    return set_field(*field, settings, text);
}

Status set_field_items(const Field& field, Settings& settings, std::vector<std::string> items) {
    PLUMB_CHECK(is_list(field), std::string(field.key) + " is no list");
    return visit_value(field, settings, [&](auto& value) -> Status {
        if constexpr (is_vector<std::remove_reference_t<decltype(value)>>::value)
            return assign_items(field, value, items);
        return {};
    });
}

bool is_list(const Field& field) {
    return std::holds_alternative<std::vector<std::string> Settings::*>(field.member) ||
           std::holds_alternative<std::vector<double> Settings::*>(field.member);
}

std::string_view type_name(const Field& field) {
    struct Name {
        std::string_view operator()(std::int64_t Settings::*) const { return "an integer"; }
        std::string_view operator()(double Settings::*) const { return "a number"; }
        std::string_view operator()(bool Settings::*) const { return "true or false"; }
        std::string_view operator()(std::string Settings::*) const { return "text"; }
        std::string_view operator()(std::optional<double> Settings::*) const { return "a number"; }
        std::string_view operator()(std::optional<bool> Settings::*) const {
            return "true or false";
        }
        std::string_view operator()(std::vector<std::string> Settings::*) const {
            return "a list of text";
        }
        std::string_view operator()(std::vector<double> Settings::*) const {
            return "a list of numbers";
        }
    };
    return std::visit(Name{}, field.member);
}

std::string accepted_values(const Field& field) {
    if (!field.choices.empty())
        return (is_list(field) ? "a list of " : "") + choice_text(field) +
               (field.takes_paths ? ", or paths of your own programs and plug-ins" : "");
    std::string text = std::string(type_name(field)) + range_text(field);
    if (is_optional_field(field)) text += ", or null";
    return text;
}

std::optional<std::string> value_problem(const Field& field, const Settings& settings) {
    return visit_value(field, settings,
                       [&](const auto& value) { return problem_of(field, value); });
}

}  // namespace plumb
