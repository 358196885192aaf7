// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace plumb {

/// Reads keys of one JSON object; a key that is missing or null changes nothing. The first failure
/// is kept, with the key and the file.
class ConfigKeys {
public:
    /// Both must outlive it. origin: the file, for messages.
    ConfigKeys(const nlohmann::json& object, std::string origin)
        : object_(object), origin_(std::move(origin)) {}

    bool has(const char* key) const;
    /// Even where it is null.
    bool is_there(const char* key) const;
    void integer(const char* key, std::int64_t& value);
    void required_integer(const char* key, std::int64_t& value);
    void number(const char* key, double& value);
    void boolean(const char* key, bool& value);
    void text(const char* key, std::string& value);
    /// One id, or a list of ids.
    void ids(const char* key, std::vector<std::int64_t>& value);
    /// An empty object where there is none.
    const nlohmann::json& object(const char* key);
    /// The key's value as it stands, or null.
    const nlohmann::json& value(const char* key) const;

    /// The keys of an object within this one.
    ConfigKeys within(const char* key);
    /// What a feature that this program has not must be: fails unless the key is missing or so.
    void must_be(const char* key, bool expected);

    void fail(const std::string& what);
    /// Takes over the failure of the keys of an object within this one.
    void take(const ConfigKeys& other);
    const Status& status() const { return status_; }

private:
    void wrong(const char* key, const char* expected);

    const nlohmann::json& object_;
    std::string origin_;
    Status status_;
};

}  // namespace plumb
