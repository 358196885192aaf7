// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja/objects.h"

#include <algorithm>

#include "text/jinja/functions.h"

namespace plumb::jinja {

Value Arguments::take(int place, const char* name, Value fallback) {
    if (place >= 0) {
        const auto index = static_cast<std::size_t>(place);
        places_ = std::max(places_, index + 1);
        if (index < positional.size()) return positional[index];
    }
    for (auto argument = named.begin(); argument != named.end(); ++argument) {
        if (argument->first != name) continue;
        fallback = argument->second;
        named.erase(argument);
        break;
    }
    return fallback;
}

Value Arguments::require(int place, const char* name) {
    const std::size_t before = positional.size() + named.size();
    Value value = take(place, name, Undefined{});
    const bool given = static_cast<std::size_t>(place) < positional.size() ||
                       positional.size() + named.size() < before;
    if (!given) throw Problem{std::string("the argument ") + name + " is missing"};
    return value;
}

void Arguments::check_all_taken(const std::string& function) const {
    if (!named.empty())
        throw Problem{function + " does not take the argument " + named.front().first};
    if (positional.size() > places_)
        throw Problem{function + " takes " + std::to_string(places_) + " arguments, not " +
                      std::to_string(positional.size())};
}

Value make_function(std::string name, Function function, Value self) {
    auto callable = std::make_shared<Callable>();
    callable->name = std::move(name);
    callable->function = function;
    callable->self = std::move(self);
    return std::shared_ptr<const Callable>(std::move(callable));
}

std::int64_t require_integer(const Value& value, const char* what) {
    if (const auto number = value.integer()) return *number;
    throw Problem{std::string(what) + " must be a whole number, not " + type_name(value)};
}

const Text& require_text(const Value& value, const char* what) {
    if (const Text* text = value.text()) return *text;
    if (const auto* missing = value.get<Undefined>(); missing && missing->why)
        throw Problem{*missing->why};
    throw Problem{std::string(what) + " must be a text, not " + type_name(value)};
}

}  // namespace plumb::jinja
