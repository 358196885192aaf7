// SPDX-License-Identifier: GPL-3.0-or-later
// Filters on lists and dicts.
#include <algorithm>
#include <charconv>
#include <map>

#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

/// "a.0.b" of an item, as the attribute arguments of filters have it. Each part that is undefined
/// becomes the fallback.
Value path_of(Interpreter& run, const Value& item, const Value& path, const Value& fallback = {}) {
    const auto part_of = [&](const Value& value, const Value& key) {
        Value part = item_of(value, key, run.meter());
        return part.is_undefined() && !fallback.is_undefined() ? fallback : std::move(part);
    };
    if (path.integer()) return part_of(item, path);
    const std::string& names = require_text(path, "the attribute").bytes;
    run.meter().work(16 + names.size() / 4);
    Value value = item;
    std::size_t begin = 0;
    while (begin <= names.size()) {
        const std::size_t end = std::min(names.find('.', begin), names.size());
        const std::string name = names.substr(begin, end - begin);
        std::int64_t index = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
        const bool is_index = !name.empty() && parsed.ptr == name.data() + name.size();
        value = part_of(value, is_index ? Value(index) : run.text(name));
        begin = end + 1;
    }
    return value;
}

/// What sorting, min, max and unique compare: the attribute, in lower case where case does not
/// count.
Value key_of(Interpreter& run, const Value& item, const Value& attribute, bool case_sensitive) {
    Value key = attribute.is_none() ? item : path_of(run, item, attribute);
    if (!case_sensitive && key.text())
        return run.text(change_case(key.text()->bytes, Case::lower, run.meter()));
    return key;
}

Value join(Interpreter& run, const Value& value, Arguments& arguments) {
    const std::string separator = to_text(arguments.take(0, "d", run.text("")), run.meter());
    const Value attribute = arguments.take(1, "attribute", None{});
    std::string joined;
    bool first = true;
    for (const Value& item : items_of(value, run.meter())) {
        if (!first) joined += separator;
        first = false;
        joined += to_text(attribute.is_none() ? item : path_of(run, item, attribute), run.meter());
        run.meter().check_size(joined.size());
    }
    return run.text(std::move(joined));
}

Value length(Interpreter&, const Value& value, Arguments&) { return length_of(value); }

Value first(Interpreter& run, const Value& value, Arguments&) {
    if (value.list() && !value.list()->items.empty()) return value.list()->items.front();
    const std::vector<Value> items = items_of(value, run.meter());
    return items.empty() ? undefined("there is no first item") : items.front();
}

Value last(Interpreter& run, const Value& value, Arguments&) {
    if (value.list() && !value.list()->items.empty()) return value.list()->items.back();
    const std::vector<Value> items = items_of(value, run.meter());
    return items.empty() ? undefined("there is no last item") : items.back();
}

Value list(Interpreter& run, const Value& value, Arguments&) {
    return run.list(items_of(value, run.meter()));
}

Value items(Interpreter& run, const Value& value, Arguments&) {
    if (value.is_undefined()) return run.list({});
    if (!value.dict()) throw Problem{"items needs a dict"};
    std::vector<Value> pairs;
    for (const auto& [key, entry] : value.dict()->entries)
        pairs.push_back(run.list({key, entry}, true));
    return run.list(std::move(pairs));
}

Value reverse(Interpreter& run, const Value& value, Arguments&) {
    if (value.text()) return slice(value, std::nullopt, std::nullopt, -1, run.meter());
    std::vector<Value> all = items_of(value, run.meter());
    std::reverse(all.begin(), all.end());
    return run.list(std::move(all));
}

struct Keyed {
    Value key, item;
};

std::vector<Keyed> keyed(Interpreter& run, std::vector<Value> all, const Value& attribute,
                         bool case_sensitive) {
    std::vector<Keyed> pairs;
    for (Value& item : all) {
        Value key = key_of(run, item, attribute, case_sensitive);
        pairs.push_back({std::move(key), std::move(item)});
    }
    return pairs;
}

void sort_keyed(Interpreter& run, std::vector<Keyed>& pairs, bool reversed) {
    std::stable_sort(pairs.begin(), pairs.end(), [&](const Keyed& a, const Keyed& b) {
        return reversed ? order(b.key, a.key, run.meter()) < 0
                        : order(a.key, b.key, run.meter()) < 0;
    });
}

Value sort(Interpreter& run, const Value& value, Arguments& arguments) {
    const bool reversed = truth(arguments.take(0, "reverse", false));
    const bool case_sensitive = truth(arguments.take(1, "case_sensitive", false));
    const Value attribute = arguments.take(2, "attribute", None{});
    auto pairs = keyed(run, items_of(value, run.meter()), attribute, case_sensitive);
    sort_keyed(run, pairs, reversed);
    std::vector<Value> sorted;
    for (Keyed& pair : pairs) sorted.push_back(std::move(pair.item));
    return run.list(std::move(sorted));
}

Value dict_sort(Interpreter& run, const Value& value, Arguments& arguments) {
    const bool case_sensitive = truth(arguments.take(0, "case_sensitive", false));
    const Value by = arguments.take(1, "by", Undefined{});
    const bool reversed = truth(arguments.take(2, "reverse", false));
    const std::int64_t place = by.text() && by.text()->bytes == "value" ? 1 : 0;
    Arguments none;
    const Value pairs_list = items(run, value, none);
    auto pairs = keyed(run, pairs_list.list()->items, place, case_sensitive);
    sort_keyed(run, pairs, reversed);
    std::vector<Value> sorted;
    for (Keyed& pair : pairs) sorted.push_back(std::move(pair.item));
    return run.list(std::move(sorted));
}

template <int Sign>
Value extreme(Interpreter& run, const Value& value, Arguments& arguments) {
    const bool case_sensitive = truth(arguments.take(0, "case_sensitive", false));
    const Value attribute = arguments.take(1, "attribute", None{});
    auto pairs = keyed(run, items_of(value, run.meter()), attribute, case_sensitive);
    if (pairs.empty()) return undefined("there is no item to choose from");
    std::size_t best = 0;
    for (std::size_t i = 1; i < pairs.size(); ++i)
        if (Sign * order(pairs[i].key, pairs[best].key, run.meter()) > 0) best = i;
    return pairs[best].item;
}

Value unique(Interpreter& run, const Value& value, Arguments& arguments) {
    const bool case_sensitive = truth(arguments.take(0, "case_sensitive", false));
    const Value attribute = arguments.take(1, "attribute", None{});
    std::unordered_map<std::string, bool> seen;
    std::vector<Value> kept;
    for (auto& [key, item] : keyed(run, items_of(value, run.meter()), attribute, case_sensitive)) {
        const auto name = dict_key(key);
        if (!name) throw unusable_key(key);
        if (seen.emplace(*name, true).second) kept.push_back(std::move(item));
    }
    return run.list(std::move(kept));
}

Value sum(Interpreter& run, const Value& value, Arguments& arguments) {
    const Value attribute = arguments.take(0, "attribute", None{});
    Value total = arguments.take(1, "start", std::int64_t{0});
    for (const Value& item : items_of(value, run.meter()))
        total = calculate(Operation::add, total,
                          attribute.is_none() ? item : path_of(run, item, attribute), run.meter());
    return total;
}

/// The name that stands first in the arguments, which goes.
std::string take_name(Arguments& arguments, const char* what) {
    const std::string name = require_text(arguments.positional.front(), what).bytes;
    arguments.positional.erase(arguments.positional.begin());
    return name;
}

Value map(Interpreter& run, const Value& value, Arguments& arguments) {
    std::vector<Value> mapped;
    if (arguments.positional.empty()) {
        const Value attribute = arguments.require(-1, "attribute");
        const Value fallback = arguments.take(-1, "default", Undefined{});
        for (const Value& item : items_of(value, run.meter()))
            mapped.push_back(path_of(run, item, attribute, fallback));
        return run.list(std::move(mapped));
    }
    const std::string name = take_name(arguments, "the name of a filter");
    for (const Value& item : items_of(value, run.meter())) {
        Arguments copy = arguments;
        mapped.push_back(run.apply_filter(name, item, copy));
    }
    arguments = {};
    return run.list(std::move(mapped));
}

/// select, reject, and those on an attribute: items for which the test gives Wanted.
template <bool Wanted, bool ByAttribute>
Value choose(Interpreter& run, const Value& value, Arguments& arguments) {
    Value attribute = None{};
    if (ByAttribute) {
        if (arguments.positional.empty()) throw Problem{"the name of an attribute is missing"};
        attribute = arguments.positional.front();
        arguments.positional.erase(arguments.positional.begin());
    }
    const bool tested = !arguments.positional.empty();
    const std::string name = tested ? take_name(arguments, "the name of a test") : "";
    std::vector<Value> kept;
    for (Value& item : items_of(value, run.meter())) {
        const Value tested_value = attribute.is_none() ? item : path_of(run, item, attribute);
        Arguments copy = arguments;
        const bool holds = tested ? run.apply_test(name, tested_value, copy) : truth(tested_value);
        if (holds == Wanted) kept.push_back(std::move(item));
    }
    arguments = {};
    return run.list(std::move(kept));
}

Value batch(Interpreter& run, const Value& value, Arguments& arguments) {
    const std::int64_t size = require_integer(arguments.require(0, "linecount"), "the line count");
    const Value fill = arguments.take(1, "fill_with", None{});
    if (size < 1) throw Problem{"batch needs a size of at least 1"};
    std::vector<Value> batches, current;
    for (Value& item : items_of(value, run.meter())) {
        if (static_cast<std::int64_t>(current.size()) == size)
            batches.push_back(run.list(std::exchange(current, {})));
        current.push_back(std::move(item));
    }
    if (!current.empty() && !fill.is_none()) {
        if (size > 100'000) throw Problem{"batch fills up more than 100000 items"};
        run.meter().work(static_cast<std::uint64_t>(size));
        while (static_cast<std::int64_t>(current.size()) < size) current.push_back(fill);
    }
    if (!current.empty()) batches.push_back(run.list(std::move(current)));
    return run.list(std::move(batches));
}

Value attribute(Interpreter& run, const Value& value, Arguments& arguments) {
    const Value name = arguments.require(0, "name");
    // Unlike the point, `attr` never looks at the items of a dict.
    return value.dict() ? find_method(value, require_text(name, "the name").bytes)
                        : member_of(value, require_text(name, "the name").bytes, run.meter());
}

}  // namespace

Function find_list_filter(std::string_view name) {
    static const std::map<std::string_view, Function> filters = {
        {"attr", attribute},
        {"batch", batch},
        {"count", length},
        {"dictsort", dict_sort},
        {"first", first},
        {"items", items},
        {"join", join},
        {"last", last},
        {"length", length},
        {"list", list},
        {"map", map},
        {"max", extreme<1>},
        {"min", extreme<-1>},
        {"reject", choose<false, false>},
        {"rejectattr", choose<false, true>},
        {"reverse", reverse},
        {"select", choose<true, false>},
        {"selectattr", choose<true, true>},
        {"sort", sort},
        {"sum", sum},
        {"unique", unique},
    };
    const auto found = filters.find(name);
    return found == filters.end() ? nullptr : found->second;
}

Function find_filter(std::string_view name) {
    const Function found = find_text_filter(name);
    return found ? found : find_list_filter(name);
}

}  // namespace plumb::jinja
