// SPDX-License-Identifier: GPL-3.0-or-later
// Items, slices and members of values.
#include <algorithm>

#include "text/jinja/functions.h"
#include "text/jinja/objects.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

[[noreturn]] void refuse(const std::string& before, const Value& value, const std::string& behind) {
    if (const auto* missing = value.get<Undefined>())
        throw Problem{missing->why ? *missing->why : "the value is undefined"};
    throw Problem{before + "'" + type_name(value) + "'" + behind};
}

Value text_slice(const Text& text, std::int64_t start, std::int64_t count, std::int64_t step,
                 Meter& meter) {
    meter.work_on_bytes(text.bytes.size());
    if (step == 1) {
        const std::string_view bytes = text.bytes;
        const auto first = static_cast<std::size_t>(start), size = static_cast<std::size_t>(count);
        if (text.ascii()) return make_text(std::string(bytes.substr(first, size)), &meter);
        meter.work_on_characters(text.bytes.size());
        const std::string_view rest = bytes.substr(byte_of_character(bytes, first));
        return make_text(std::string(rest.substr(0, byte_of_character(rest, size))), &meter);
    }
    meter.work_on_characters(text.bytes.size());
    std::vector<std::string_view> characters;
    const Held held(&meter, text.characters * sizeof(std::string_view));
    characters.reserve(text.characters);
    for_each_character(text.bytes, [&](std::string_view c) { characters.push_back(c); });
    std::string result;
    for (std::int64_t i = 0; i < count; ++i)
        result += characters[static_cast<std::size_t>(start + i * step)];
    return make_text(std::move(result), &meter);
}

Value loop_member(const Loop& loop, const std::string& name, const Value& self) {
    const auto& items = loop.items.list()->items;
    const auto length = static_cast<std::int64_t>(items.size());
    const std::int64_t i = loop.index0;
    if (name == "index") return i + 1;
    if (name == "index0") return i;
    if (name == "revindex") return length - i;
    if (name == "revindex0") return length - i - 1;
    if (name == "first") return i == 0;
    if (name == "last") return i == length - 1;
    if (name == "length") return length;
    if (name == "depth") return std::int64_t{1};  // counts recursive loops alone
    if (name == "depth0") return std::int64_t{0};
    if (name == "previtem")
        return i > 0 ? items[static_cast<std::size_t>(i - 1)]
                     : undefined("there is no previous item");
    if (name == "nextitem")
        return i + 1 < length ? items[static_cast<std::size_t>(i + 1)]
                              : undefined("there is no next item");
    if (name == "cycle" || name == "changed") return find_method(self, name);
    return undefined("the loop has no '" + name + "'");
}

}  // namespace

std::vector<Value> items_of(const Value& value, Meter& meter) {
    std::vector<Value> items;
    if (const List* list = value.list()) {
        meter.work(1 + list->items.size() / 4);
        items = list->items;
    } else if (const Dict* dict = value.dict()) {
        meter.work(1 + dict->entries.size() / 4);
        for (const auto& [key, entry] : dict->entries) items.push_back(key);
    } else if (const Text* text = value.text()) {
        for_each_character(text->bytes, [&](std::string_view character) {
            items.push_back(make_text(std::string(character), &meter));
        });
    } else if (!value.is_undefined()) {
        throw Problem{std::string("'") + type_name(value) + "' object is not iterable"};
    }
    return items;
}

std::int64_t length_of(const Value& value) {
    if (const List* list = value.list()) return static_cast<std::int64_t>(list->items.size());
    if (const Dict* dict = value.dict()) return static_cast<std::int64_t>(dict->entries.size());
    if (const Text* text = value.text()) return static_cast<std::int64_t>(text->characters);
    if (value.is_undefined()) return 0;
    throw Problem{std::string("a value of type ") + type_name(value) + " has no length"};
}

// Python's rules for bounds that are negative or out of range.
Value slice(const Value& value, std::optional<std::int64_t> start, std::optional<std::int64_t> stop,
            std::optional<std::int64_t> step, Meter& meter) {
    if (!value.list() && !value.text()) refuse("", value, " object cannot be sliced");
    const std::int64_t length = length_of(value);
    // A longer step takes the same items.
    const std::int64_t by = std::clamp<std::int64_t>(step.value_or(1), -length - 1, length + 1);
    if (step == 0) throw Problem{"the step of a slice cannot be 0"};
    const std::int64_t low = by > 0 ? 0 : -1, high = by > 0 ? length : length - 1;
    const auto place = [&](std::optional<std::int64_t> bound, std::int64_t otherwise) {
        if (!bound) return otherwise;
        const std::int64_t from_front =
            *bound < 0 ? std::max(*bound, -length - 1) + length : *bound;
        return std::clamp(from_front, low, high);
    };
    const std::int64_t first = place(start, by > 0 ? low : high);
    const std::int64_t end = place(stop, by > 0 ? high : low);
    const std::int64_t span = by > 0 ? end - first : first - end;
    const std::int64_t size = by > 0 ? by : -by;
    const std::int64_t count = span <= 0 ? 0 : (span + size - 1) / size;
    if (const Text* text = value.text())
        return text_slice(*text, count ? first : 0, count, by, meter);
    std::vector<Value> items;
    items.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        items.push_back(value.list()->items[static_cast<std::size_t>(first + i * by)]);
    return make_list(std::move(items), &meter, value.list()->is_tuple);
}

Value member_of(const Value& value, const std::string& name, Meter& meter) {
    if (value.is_undefined()) refuse("", value, " has no members");
    if (const Loop* loop = value.loop()) return loop_member(*loop, name, value);
    if (const Namespace* names = value.name_space()) {
        const auto found = names->members.find(name);
        if (found != names->members.end()) return found->second;
        return undefined("the namespace has no '" + name + "'");
    }
    // Jinja looks for an attribute of the object first: {"items": 1}.items is the method.
    Value method = find_method(value, name);
    if (!method.is_undefined()) return method;
    if (const Dict* dict = value.dict())
        if (const Value* found = dict->find(name)) return *found;
    meter.work(1);
    return undefined("'" + std::string(type_name(value)) + " object' has no attribute '" + name +
                     "'");
}

Value item_of(const Value& value, const Value& key, Meter& meter) {
    if (value.is_undefined()) refuse("", value, " has no items");
    if (const Dict* dict = value.dict()) {
        if (const Value* found = dict->find(key)) return *found;
    } else if (const auto index = key.integer(); index && (value.list() || value.text())) {
        const std::int64_t length = length_of(value);
        if (*index < -length || *index >= length)
            return undefined(std::string("the ") + type_name(value) + " has no item " +
                             std::to_string(*index));
        const std::int64_t place = *index < 0 ? *index + length : *index;
        if (const List* list = value.list()) return list->items[static_cast<std::size_t>(place)];
        return text_slice(*value.text(), place, 1, 1, meter);
    }
    if (key.text()) {
        if (value.loop() || value.name_space()) return member_of(value, key.text()->bytes, meter);
        Value method = find_method(value, key.text()->bytes);
        if (!method.is_undefined()) return method;
    }
    meter.work(8);
    return undefined("'" + std::string(type_name(value)) + " object' has no element " +
                     (key.name_space() || key.callable() || key.loop() ? std::string("like this")
                                                                       : to_repr(key, meter)));
}

}  // namespace plumb::jinja
