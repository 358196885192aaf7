// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "text/jinja/syntax.h"
#include "text/jinja/value.h"

namespace plumb::jinja {

// Python's operators. A Problem names the types that do not go together.

Value calculate(Operation operation, const Value& left, const Value& right, Meter& meter);
Value calculate_unary(Operation operation, const Value& value);
bool equal(const Value& left, const Value& right, Meter& meter);
/// Below 0, 0 or above.
int order(const Value& left, const Value& right, Meter& meter);
/// item in container
bool contains(const Value& container, const Value& item, Meter& meter);
bool compare(Operation operation, const Value& left, const Value& right, Meter& meter);

/// What a loop over the value goes through: characters, items, keys.
std::vector<Value> items_of(const Value& value, Meter& meter);
std::int64_t length_of(const Value& value);
/// value[start:stop:step]; empty: left out.
Value slice(const Value& value, std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
            std::optional<std::int64_t> step, Meter& meter);
/// value.name: a method first, then a member.
Value member_of(const Value& value, const std::string& name, Meter& meter);
/// value[key]: a member first, then a method.
Value item_of(const Value& value, const Value& key, Meter& meter);

}  // namespace plumb::jinja
