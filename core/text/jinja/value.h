// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "text/jinja/meter.h"

namespace plumb::jinja {

class Value;
struct Text;
struct List;
struct Dict;
struct Namespace;
struct Callable;
struct Loop;

struct None {};

/// What a name or member gives that does not exist: prints as nothing, is false and empty; anything
/// else done to it is an error with this message.
struct Undefined {
    std::shared_ptr<const std::string> why;
};

/// A value of a template, as Python has it. Texts, lists and dicts are shared and never change.
class Value {
public:
    using Content =
        std::variant<Undefined, None, bool, std::int64_t, double, std::shared_ptr<const Text>,
                     std::shared_ptr<const List>, std::shared_ptr<const Dict>, Namespace*,
                     std::shared_ptr<const Callable>, std::shared_ptr<Loop>>;

    Value() = default;  ///< undefined
    template <class T>
    requires std::is_constructible_v<Content, T> Value(T content) : content_(std::move(content)) {}
    Value(const char*) = delete;

    template <class T>
    const T* get() const {
        return std::get_if<T>(&content_);
    }
    bool is_undefined() const { return get<Undefined>() != nullptr; }
    bool is_none() const { return get<None>() != nullptr; }
    const Text* text() const { return object<Text>(); }
    const List* list() const { return object<List>(); }
    const Dict* dict() const { return object<Dict>(); }
    Namespace* name_space() const;
    const Callable* callable() const { return object<Callable>(); }
    Loop* loop() const;
    /// int and bool, which is an int in Python.
    std::optional<std::int64_t> integer() const;
    /// int, bool or float.
    std::optional<double> number() const;

private:
    template <class T>
    const T* object() const {
        const auto* shared = get<std::shared_ptr<const T>>();
        return shared ? shared->get() : nullptr;
    }

    Content content_;
};

struct Text {
    std::string bytes;  ///< UTF-8
    std::size_t characters = 0;
    Held held = {};

    bool ascii() const { return characters == bytes.size(); }
};

struct List {
    std::vector<Value> items;
    bool is_tuple = false;
    int depth = 1;  ///< how deep lists and dicts nest, with this one
    Held held = {};
};

struct Dict {
    std::vector<std::pair<Value, Value>> entries;  ///< in the order in which keys came first
    std::unordered_map<std::string, std::size_t> places = {};  ///< by dict_key()
    int depth = 1;
    Held held = {};

    const Value* find(std::string_view text_key) const;
    const Value* find(const Value& key) const;
};

/// The one kind of value that a template can change; lives as long as the rendering.
struct Namespace {
    std::unordered_map<std::string, Value> members;
};

/// Lists and dicts nest at most this deep, so that nothing that walks them runs out of stack.
inline constexpr int deepest_value = 100;

// These throw Problem where a limit is passed. Without a meter nothing is counted: for what is
// there before the rendering.

Value make_text(std::string bytes, Meter* meter);
Value make_list(std::vector<Value> items, Meter* meter, bool is_tuple = false);
/// A key that comes again keeps its place and gets the later value, as in Python.
Value make_dict(std::vector<std::pair<Value, Value>> entries, Meter* meter);
Value undefined(std::string why);

/// Equal keys have equal texts (1, 1.0 and true are one key); empty: this cannot be a key. Tuples
/// of tuples and very long texts cannot, unlike in Python.
std::optional<std::string> dict_key(const Value& value);
Problem unusable_key(const Value& key);

/// A value from JSON; members keep their order. Errors: not JSON, nested deeper than a template
/// may.
Result<Value> value_from_json(std::string_view json);

/// Python's name of the type: "str", "NoneType".
const char* type_name(const Value& value);
/// Python's truth: false for 0, "", empty lists and dicts, none and what is undefined.
bool truth(const Value& value);

}  // namespace plumb::jinja
