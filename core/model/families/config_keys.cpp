// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/families/config_keys.h"

#include <nlohmann/json.hpp>

namespace plumb {

using nlohmann::json;

bool ConfigKeys::is_there(const char* key) const { return object_.contains(key); }

ConfigKeys ConfigKeys::within(const char* key) {
    return ConfigKeys(object(key), origin_ + ": " + key);
}

bool ConfigKeys::has(const char* key) const { return !value(key).is_null(); }

const json& ConfigKeys::value(const char* key) const {
    static const json none;
    const auto found = object_.find(key);
    return found == object_.end() ? none : *found;
}

void ConfigKeys::integer(const char* key, std::int64_t& value) {
    if (!has(key)) return;
    if (!this->value(key).is_number_integer()) return wrong(key, "a whole number");
    value = this->value(key).get<std::int64_t>();
}

void ConfigKeys::required_integer(const char* key, std::int64_t& value) {
    if (!has(key)) return fail("the key " + std::string(key) + " is missing");
    integer(key, value);
}

void ConfigKeys::number(const char* key, double& value) {
    if (!has(key)) return;
    if (!this->value(key).is_number()) return wrong(key, "a number");
    value = this->value(key).get<double>();
}

void ConfigKeys::boolean(const char* key, bool& value) {
    if (!has(key)) return;
    if (!this->value(key).is_boolean()) return wrong(key, "true or false");
    value = this->value(key).get<bool>();
}

void ConfigKeys::text(const char* key, std::string& value) {
    if (!has(key)) return;
    if (!this->value(key).is_string()) return wrong(key, "text");
    value = this->value(key).get<std::string>();
}

void ConfigKeys::ids(const char* key, std::vector<std::int64_t>& value) {
    if (!has(key)) return;
    value.clear();
    const json& found = this->value(key);
    for (const json& id : found.is_array() ? found : json::array({found})) {
        if (!id.is_number_integer()) return wrong(key, "a token id or a list of token ids");
        value.push_back(id.get<std::int64_t>());
    }
}

const json& ConfigKeys::object(const char* key) {
    static const json empty = json::object();
    if (!has(key)) return empty;
    if (value(key).is_object()) return value(key);
    wrong(key, "an object");
    return empty;
}

void ConfigKeys::must_be(const char* key, bool expected) {
    bool value = expected;
    boolean(key, value);
    if (value != expected)
        fail("the key " + std::string(key) + " is " + (value ? "true" : "false") +
             ", which is not supported");
}

void ConfigKeys::fail(const std::string& what) {
    if (status_.ok()) status_ = invalid_input(origin_ + ": " + what);
}

void ConfigKeys::take(const ConfigKeys& other) {
    if (status_.ok()) status_ = other.status();
}

void ConfigKeys::wrong(const char* key, const char* expected) {
    constexpr std::size_t most = 80;
    std::string found = value(key).dump();
    if (found.size() > most) {
        found.resize(most);
        found += "...";
    }
    fail("the key " + std::string(key) + " must be " + expected + ", found " + found);
}

}  // namespace plumb
