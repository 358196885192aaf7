// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "store/rows.h"

namespace plumb {

std::string parts_to_json(const std::map<std::string, std::optional<double>>& parts) {
    nlohmann::json json = nlohmann::json::object();
    for (const auto& [name, value] : parts) {
        if (!value)
            json[name] = nullptr;
        else if (std::isfinite(*value))
            json[name] = *value;
        else
            json[name] = format_number(*value);
    }
    // A name that is not UTF-8 must not cost the row.
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::map<std::string, std::optional<double>>> parts_from_json(
    const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    std::map<std::string, std::optional<double>> parts;
    for (const auto& [name, value] : json.items()) {
        std::optional<double>& part = parts[name];
        if (value.is_number())
            part = value.get<double>();
        else if (value.is_string())
            part = parse_double(value.get_ref<const std::string&>());
        if (!part && !value.is_null()) return std::nullopt;
    }
    return parts;
}

}  // namespace plumb
