// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/json_part.h"

#include <nlohmann/json.hpp>

namespace plumb {
namespace {

using Json = nlohmann::json;

const Json& member_of(const Json& object, const std::string& key) {
    static const Json null;
    if (!object.is_object()) return null;
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

std::string describe_json(const Json& part) {
    if (!part.is_object())
        return part.is_null() ? "none" : "of type " + std::string(part.type_name());
    const Json& named = member_of(part, "type");
    const std::string type = named.is_string() ? named.get<std::string>() : "of unknown type";
    for (const char* key : {"pretokenizers", "normalizers", "decoders", "processors"}) {
        const Json& parts = member_of(part, key);
        if (!parts.is_array()) continue;
        std::string list;
        for (const Json& inner : parts)
            list += (list.empty() ? "" : " and ") + describe_json(inner);
        return type + " of " + list;
    }
    return type;
}

}  // namespace

JsonPart JsonPart::member(const std::string& key) const {
    return {member_of(*json_, key), place_.empty() ? key : place_ + "." + key, path_};
}

bool JsonPart::is_null() const { return json_->is_null(); }

bool JsonPart::is_type(const char* type) const { return member_of(*json_, "type") == type; }

std::string JsonPart::describe() const { return describe_json(*json_); }

Error JsonPart::error(const std::string& what) const {
    return invalid_input(path_.string() + ": " + (place_.empty() ? "the file" : place_) + " " +
                         what);
}

Error JsonPart::wrong_type(const std::string& key, const char* expected) const {
    const JsonPart found = member(key);
    if (found.is_null()) return found.error(std::string("is missing; expected ") + expected + ".");
    return found.error(std::string("is of type ") + found.json().type_name() + "; expected " +
                       expected + ".");
}

Result<std::string> JsonPart::text(const std::string& key) const {
    const Json& value = member_of(*json_, key);
    if (!value.is_string()) return wrong_type(key, "a text");
    return value.get<std::string>();
}

Result<std::optional<std::string>> JsonPart::optional_text(const std::string& key) const {
    if (member_of(*json_, key).is_null()) return std::optional<std::string>();
    PLUMB_TRY(std::string value, text(key));
    return std::optional(std::move(value));
}

Result<bool> JsonPart::flag(const std::string& key, bool where_missing) const {
    const Json& value = member_of(*json_, key);
    if (value.is_null()) return where_missing;
    if (!value.is_boolean()) return wrong_type(key, "true or false");
    return value.get<bool>();
}

Result<std::int64_t> JsonPart::number(const std::string& key) const {
    const Json& value = member_of(*json_, key);
    if (!value.is_number_integer()) return wrong_type(key, "a whole number");
    return value.get<std::int64_t>();
}

Result<std::vector<JsonPart>> JsonPart::list(const std::string& key) const {
    const JsonPart found = member(key);
    std::vector<JsonPart> parts;
    if (found.is_null()) return parts;
    if (!found.json().is_array()) return wrong_type(key, "a list");
    parts.reserve(found.json().size());
    for (const Json& inner : found.json())
        parts.emplace_back(inner, found.place_ + "[" + std::to_string(parts.size()) + "]", path_);
    return parts;
}

Result<std::vector<JsonPart>> JsonPart::parts(const std::string& key) const {
    std::vector<JsonPart> found;
    if (is_null()) return found;
    if (!is_type("Sequence")) {
        found.push_back(*this);
        return found;
    }
    PLUMB_TRY(const std::vector<JsonPart> listed, list(key));
    for (const JsonPart& inner : listed) {
        PLUMB_TRY(std::vector<JsonPart> more, inner.parts(key));
        for (JsonPart& part : more) found.push_back(std::move(part));
    }
    return found;
}

}  // namespace plumb
