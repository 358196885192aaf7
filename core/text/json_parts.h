// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the readers of tokenizer.json share. Json is nlohmann::json, which headers do not include.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "text/added_tokens.h"

namespace plumb {

inline constexpr std::int64_t largest_token_id = (1 << 24) - 1;

template <class Json>
Result<Json> read_json_object(const std::filesystem::path& path) {
    PLUMB_TRY(const std::string text, read_file(path));
    try {
        Json json = Json::parse(text);
        if (!json.is_object())
            return invalid_input(path.string() + " does not hold a JSON object.");
        return json;
    } catch (const typename Json::exception& error) {
        return invalid_input(path.string() + " is not valid JSON: " + error.what());
    }
}

/// The member, or null where it is missing.
template <class Json>
const Json& member(const Json& object, const char* key) {
    static const Json null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

template <class Json>
bool is_type(const Json& part, const char* type) {
    return part.is_object() && part.value("type", "") == type;
}

/// "WhitespaceSplit", "Sequence of Digits and ByteLevel", "none".
template <class Json>
std::string describe(const Json& part) {
    if (!part.is_object()) return "none";
    const std::string type = part.value("type", "of unknown type");
    for (const char* key : {"pretokenizers", "normalizers", "decoders", "processors"}) {
        const Json& parts = member(part, key);
        if (!parts.is_array()) continue;
        std::string list;
        for (const Json& inner : parts) list += (list.empty() ? "" : " and ") + describe(inner);
        return type + " of " + list;
    }
    return type;
}

/// The parts of a Sequence, which lists them under the key, or the part itself; none for null.
template <class Json>
std::vector<const Json*> parts_of(const Json& part, const char* key) {
    std::vector<const Json*> parts;
    if (part.is_null()) return parts;
    if (!is_type(part, "Sequence")) return {&part};
    for (const Json& inner : part.at(key))
        for (const Json* found : parts_of(inner, key)) parts.push_back(found);
    return parts;
}

template <class Json>
Result<std::int64_t> read_token_id(const Json& value, const std::string& text,
                                   const std::filesystem::path& path) {
    if (!value.is_number_integer() || value < 0 || value > largest_token_id)
        return invalid_input(path.string() + ": token \"" + text + "\" has no usable id.");
    return value.template get<std::int64_t>();
}

/// The list added_tokens of the file; empty where it has none.
template <class Json>
Result<std::vector<AddedToken>> read_added_tokens(const Json& json,
                                                  const std::filesystem::path& path) {
    std::vector<AddedToken> added;
    for (const Json& entry : member(json, "added_tokens")) {
        AddedToken token;
        token.content = entry.at("content").template get<std::string>();
        PLUMB_TRY(token.id, read_token_id(entry.at("id"), token.content, path));
        for (const char* key : {"single_word", "lstrip", "rstrip"})
            if (entry.value(key, false))
                return invalid_input(path.string() + ": added token \"" + token.content +
                                     "\" sets " + key + ", which is not understood.");
        token.special = entry.value("special", false);
        token.normalized = entry.value("normalized", !token.special);
        added.push_back(std::move(token));
    }
    return added;
}

}  // namespace plumb
