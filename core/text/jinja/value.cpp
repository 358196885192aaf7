// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja/value.h"

#include <algorithm>
#include <cmath>

#include "text/jinja/objects.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

/// Of a dict, in bytes; no template looks one up by a whole conversation.
constexpr std::size_t longest_key = 4096;

int depth_of(const Value& value) {
    if (const List* list = value.list()) return list->depth;
    if (const Dict* dict = value.dict()) return dict->depth;
    return 0;
}

int deeper(int depth) {
    if (depth >= deepest_value)
        throw Problem{"lists and dicts are nested more than " + std::to_string(deepest_value) +
                      " levels deep"};
    return depth + 1;
}

}  // namespace

Namespace* Value::name_space() const {
    const auto* pointer = get<Namespace*>();
    return pointer ? *pointer : nullptr;
}

Loop* Value::loop() const {
    const auto* shared = get<std::shared_ptr<Loop>>();
    return shared ? shared->get() : nullptr;
}

std::optional<std::int64_t> Value::integer() const {
    if (const auto* number = get<std::int64_t>()) return *number;
    if (const auto* flag = get<bool>()) return *flag ? 1 : 0;
    return std::nullopt;
}

std::optional<double> Value::number() const {
    if (const auto* number = get<double>()) return *number;
    if (const auto number = integer()) return static_cast<double>(*number);
    return std::nullopt;
}

Problem unusable_key(const Value& key) {
    const bool too_long = key.text() != nullptr;
    return {too_long ? "a key of a dict is longer than " + std::to_string(longest_key) + " bytes"
                     : std::string("unhashable type: '") + type_name(key) + "'"};
}

const Value* Dict::find(std::string_view text_key) const {
    const auto found = places.find("s" + std::string(text_key));
    return found == places.end() ? nullptr : &entries[found->second].second;
}

const Value* Dict::find(const Value& key) const {
    if (key.text() && key.text()->bytes.size() > longest_key) return nullptr;
    const auto text = dict_key(key);
    if (!text) throw unusable_key(key);
    const auto found = places.find(*text);
    return found == places.end() ? nullptr : &entries[found->second].second;
}

std::optional<std::string> dict_key(const Value& value) {
    if (const Text* text = value.text()) {
        if (text->bytes.size() > longest_key) return std::nullopt;
        return "s" + text->bytes;
    }
    if (const auto number = value.integer()) return "n" + std::to_string(*number);
    if (const auto* number = value.get<double>()) {
        if (*number == std::floor(*number) && std::abs(*number) < 1e15)
            return "n" + std::to_string(static_cast<std::int64_t>(*number));
        return "f" + float_text(*number);
    }
    if (value.is_none()) return "0";
    const List* tuple = value.list();
    if (!tuple || !tuple->is_tuple) return std::nullopt;
    std::string key = "t";
    for (const Value& item : tuple->items) {
        const auto part = item.list() ? std::nullopt : dict_key(item);
        if (!part) return std::nullopt;
        key += std::to_string(part->size()) + ":" + *part;
        if (key.size() > longest_key) return std::nullopt;
    }
    return key;
}

Value make_text(std::string bytes, Meter* meter) {
    if (meter) {
        meter->check_size(bytes.size());
        meter->work_on_bytes(bytes.size());
    }
    auto text = std::make_shared<Text>();
    text->held = Held(meter, bytes.capacity() + sizeof(Text) + 16);
    text->characters = character_count(bytes);
    text->bytes = std::move(bytes);
    return std::shared_ptr<const Text>(std::move(text));
}

Value make_list(std::vector<Value> items, Meter* meter, bool is_tuple) {
    int depth = 0;
    for (const Value& item : items) depth = std::max(depth, depth_of(item));
    auto list = std::make_shared<List>();
    list->depth = deeper(depth);
    list->held = Held(meter, items.capacity() * sizeof(Value) + sizeof(List) + 16);
    if (meter) meter->work(1 + items.size() / 4);
    list->items = std::move(items);
    list->is_tuple = is_tuple;
    return std::shared_ptr<const List>(std::move(list));
}

Value make_dict(std::vector<std::pair<Value, Value>> entries, Meter* meter) {
    constexpr std::size_t node = 96;  // of the map, about
    auto dict = std::make_shared<Dict>();
    std::size_t bytes = sizeof(Dict) + 16;
    int depth = 0;
    for (auto& [key, value] : entries) {
        auto name = dict_key(key);
        if (!name) throw unusable_key(key);
        depth = std::max({depth, depth_of(key), depth_of(value)});
        bytes += node + name->size() + sizeof(std::pair<Value, Value>);
        const auto [place, added] =
            dict->places.try_emplace(std::move(*name), dict->entries.size());
        if (added)
            dict->entries.emplace_back(std::move(key), std::move(value));
        else
            dict->entries[place->second].second = std::move(value);
    }
    dict->depth = deeper(depth);
    dict->held = Held(meter, bytes);
    if (meter) meter->work(1 + dict->entries.size());
    return std::shared_ptr<const Dict>(std::move(dict));
}

Value undefined(std::string why) {
    constexpr std::size_t longest = 200;  // a name in it may be as long as the template
    if (why.size() > longest) why = replace_invalid_utf8(why.substr(0, longest)) + "...";
    return Undefined{std::make_shared<const std::string>(std::move(why))};
}

const char* type_name(const Value& value) {
    if (value.is_undefined()) return "Undefined";
    if (value.is_none()) return "NoneType";
    if (value.get<bool>()) return "bool";
    if (value.get<std::int64_t>()) return "int";
    if (value.get<double>()) return "float";
    if (value.text()) return "str";
    if (const List* list = value.list()) return list->is_tuple ? "tuple" : "list";
    if (value.dict()) return "dict";
    if (value.name_space()) return "Namespace";
    return value.loop() ? "LoopContext" : "function";
}

bool truth(const Value& value) {
    if (const Text* text = value.text()) return !text->bytes.empty();
    if (const List* list = value.list()) return !list->items.empty();
    if (const Dict* dict = value.dict()) return !dict->entries.empty();
    if (const auto number = value.number()) return *number != 0;
    return !value.is_undefined() && !value.is_none();
}

}  // namespace plumb::jinja
