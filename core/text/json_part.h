// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace plumb {

/// A value of a JSON file together with its place there, so that every error names file and key.
/// Refers to the value: it must live longer.
class JsonPart {
public:
    JsonPart(const nlohmann::json& json, std::string place, std::filesystem::path path)
        : json_(&json), place_(std::move(place)), path_(std::move(path)) {}

    const nlohmann::json& json() const { return *json_; }
    bool is_null() const;
    /// The member, or null where there is none.
    JsonPart member(const std::string& key) const;
    /// Whether its "type" is this one.
    bool is_type(const char* type) const;
    /// "WhitespaceSplit", "Sequence of Digits and ByteLevel", "none".
    std::string describe() const;

    // Values of members. Another type than the named one is an error.
    Result<std::string> text(const std::string& key) const;
    /// Empty where the member is missing or null.
    Result<std::optional<std::string>> optional_text(const std::string& key) const;
    Result<bool> flag(const std::string& key, bool where_missing) const;
    Result<std::int64_t> number(const std::string& key) const;
    /// The members of a list; none where it is missing or null.
    Result<std::vector<JsonPart>> list(const std::string& key) const;
    /// The parts of a Sequence, which lists them under the key, or the part itself; none for null.
    Result<std::vector<JsonPart>> parts(const std::string& key) const;

    /// "FILE: PLACE WHAT".
    Error error(const std::string& what) const;

private:
    Error wrong_type(const std::string& key, const char* expected) const;

    const nlohmann::json* json_;
    std::string place_;  ///< "pre_tokenizer.pretokenizers[1]"
    std::filesystem::path path_;
};

}  // namespace plumb
