// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <type_traits>

#include "base/strings.h"
#include "config/fields.h"

/// A valid text for the field that is not its default, different from field to field where the
/// range leaves room.
inline std::string other_value(const plumb::Field& field) {
    using plumb::Settings;
    const Settings defaults;
    if (!field.choices.empty()) {
        for (const auto& choice : field.choices)
            if (const std::string text = plumb::field_text(field, defaults);
                text != choice && text != "[" + std::string(choice) + "]")
                return std::string(choice);
    }
    return std::visit(
        [&](auto member) -> std::string {
            using T = std::remove_cvref_t<decltype(defaults.*member)>;
            const auto& value = defaults.*member;
            if constexpr (std::is_same_v<T, bool>) {
                return value ? "false" : "true";
            } else if constexpr (std::is_same_v<T, std::int64_t>) {
                return std::to_string(value + 1);
            } else if constexpr (std::is_same_v<T, double>) {
                const double lower = value > 0 ? value * 0.75 : 0.0625;
                return plumb::format_number(lower >= field.minimum ? lower : value * 1.25);
            } else if constexpr (std::is_same_v<T, std::optional<double>>) {
                return "0.1875";
            } else if constexpr (std::is_same_v<T, std::optional<bool>>) {
                return "true";
            } else if constexpr (std::is_same_v<T, std::vector<double>>) {
                return "[0.5, -2]";
            } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
                return "[\"a: #b, c]\", 'true', \"\\\"x\\\"\"]";
            } else {
                return "other \"" + std::string(field.key) + "\": #\xC3\xA9\n\t\\";
            }
        },
        field.member);
}
