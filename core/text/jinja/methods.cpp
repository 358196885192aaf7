// SPDX-License-Identifier: GPL-3.0-or-later
// Methods of lists, dicts and loops, and Python's % on texts.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/strings.h"
#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

Value dict_get(Interpreter&, const Value& self, Arguments& arguments) {
    const Value key = arguments.require(0, "key");
    const Value fallback = arguments.take(1, "default", None{});
    const Value* found = self.dict()->find(key);
    return found ? *found : fallback;
}

Value dict_keys(Interpreter& run, const Value& self, Arguments&) {
    return run.list(items_of(self, run.meter()));
}

Value dict_values(Interpreter& run, const Value& self, Arguments&) {
    std::vector<Value> values;
    for (const auto& [key, value] : self.dict()->entries) values.push_back(value);
    return run.list(std::move(values));
}

Value dict_items(Interpreter& run, const Value& self, Arguments& arguments) {
    return find_filter("items")(run, self, arguments);
}

Value copy(Interpreter&, const Value& self, Arguments&) { return self; }

Value list_index(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value wanted = arguments.require(0, "value");
    const auto& items = self.list()->items;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (equal(items[i], wanted, run.meter())) return static_cast<std::int64_t>(i);
    throw Problem{"the value is not in the list"};
}

Value list_count(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value wanted = arguments.require(0, "value");
    std::int64_t count = 0;
    for (const Value& item : self.list()->items) count += equal(item, wanted, run.meter()) ? 1 : 0;
    return count;
}

Value loop_cycle(Interpreter&, const Value& self, Arguments& arguments) {
    const std::vector<Value> choices = std::exchange(arguments.positional, {});
    if (choices.empty()) throw Problem{"cycle needs something to choose from"};
    return choices[static_cast<std::size_t>(self.loop()->index0) % choices.size()];
}

Value refuse_change(Interpreter&, const Value& self, Arguments&) {
    throw Problem{std::string("a template cannot change a ") + type_name(self) +
                  "; make a new one and set it"};
}

Value refuse_changed(Interpreter&, const Value&, Arguments&) {
    throw Problem{"loop.changed is not supported"};
}

Function method_of(const Value& self, std::string_view name) {
    static const std::map<std::string_view, Function> of_dict = {
        {"copy", copy},
        {"get", dict_get},
        {"items", dict_items},
        {"keys", dict_keys},
        {"values", dict_values},
        {"clear", refuse_change},
        {"pop", refuse_change},
        {"popitem", refuse_change},
        {"setdefault", refuse_change},
        {"update", refuse_change},
    };
    static const std::map<std::string_view, Function> of_list = {
        {"copy", copy},
        {"count", list_count},
        {"index", list_index},
        {"append", refuse_change},
        {"clear", refuse_change},
        {"extend", refuse_change},
        {"insert", refuse_change},
        {"pop", refuse_change},
        {"remove", refuse_change},
        {"reverse", refuse_change},
        {"sort", refuse_change},
    };
    static const std::map<std::string_view, Function> of_loop = {{"cycle", loop_cycle},
                                                                 {"changed", refuse_changed}};
    if (self.text()) return find_text_method(name);
    const auto* methods = self.dict() ? &of_dict : self.list() ? &of_list : nullptr;
    if (self.loop()) methods = &of_loop;
    if (!methods) return nullptr;
    const auto found = methods->find(name);
    return found == methods->end() ? nullptr : found->second;
}

/// One conversion of a format: %-5.2f
struct Conversion {
    std::string flags;
    std::int64_t width = 0;
    std::optional<std::int64_t> precision;
    char kind = 's';

    bool has(char flag) const { return flags.find(flag) != std::string::npos; }
};

std::string padded(std::string text, const Conversion& conversion, bool is_number, Meter& meter) {
    const auto length = static_cast<std::int64_t>(character_count(text));
    if (conversion.width <= length) return text;
    const auto missing = static_cast<std::size_t>(conversion.width - length);
    meter.check_size(missing + text.size());
    if (conversion.has('-')) return text + std::string(missing, ' ');
    if (!is_number || !conversion.has('0')) return std::string(missing, ' ') + text;
    const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    return text.substr(0, sign) + std::string(missing, '0') + text.substr(sign);
}

std::string in_base(std::uint64_t value, unsigned base, bool upper) {
    std::string digits;
    do digits += (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
    while (value /= base);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

std::string convert(const Value& value, const Conversion& conversion, Meter& meter) {
    const char kind = conversion.kind;
    if (kind == 's' || kind == 'r') {
        std::string text = kind == 's' ? to_text(value, meter) : to_repr(value, meter);
        if (conversion.precision)
            text.resize(byte_of_character(text, static_cast<std::size_t>(*conversion.precision)));
        return padded(std::move(text), conversion, false, meter);
    }
    const auto number = value.number();
    if (!number)
        throw Problem{std::string("%") + kind + " needs a number, not " + type_name(value)};
    const bool negative = *number < 0;
    std::string digits;
    if (kind == 'f' || kind == 'F') {
        if (std::abs(*number) > 1e60) throw Problem{"the number is too large for %f"};
        digits = format_fixed(std::abs(*number), static_cast<int>(std::min<std::int64_t>(
                                                     conversion.precision.value_or(6), 100)));
    } else {
        if (std::abs(*number) >= 9e18) throw Problem{"the whole number is too large"};
        const auto whole = value.integer() ? *value.integer() : static_cast<std::int64_t>(*number);
        const auto size =
            whole < 0 ? 0 - static_cast<std::uint64_t>(whole) : static_cast<std::uint64_t>(whole);
        const bool decimal = kind == 'd' || kind == 'i' || kind == 'u';
        digits = in_base(size, decimal ? 10 : kind == 'o' ? 8 : 16, kind == 'X');
    }
    const char* sign = negative ? "-" : conversion.has('+') ? "+" : conversion.has(' ') ? " " : "";
    return padded(sign + digits, conversion, true, meter);
}

/// Reads what stands behind a "%".
class FormatReader {
public:
    FormatReader(std::string_view format, const Value& values) : format_(format), values_(values) {}

    /// The whole text with the values in it.
    std::string run(Meter& meter) {
        std::string result;
        while (place_ < format_.size()) {
            const char c = format_[place_++];
            if (c != '%') {
                result += c;
            } else if (place_ < format_.size() && format_[place_] == '%') {
                result += format_[place_++];
            } else {
                const Value value = read_key();
                const Conversion conversion = read_conversion();
                result += convert(named_ ? value : next_value(), conversion, meter);
            }
            meter.check_size(result.size());
        }
        const List* list = tuple();
        if (list && used_ < list->items.size())
            throw Problem{"the format has fewer places than there are values"};
        return result;
    }

private:
    const List* tuple() const {
        return values_.list() && values_.list()->is_tuple ? values_.list() : nullptr;
    }

    Value next_value() {
        const std::size_t index = used_++;
        if (const List* list = tuple()) {
            if (index < list->items.size()) return list->items[index];
        } else if (index == 0) {
            return values_;
        }
        throw Problem{"the format has more places than there are values"};
    }

    Value read_key() {
        named_ = place_ < format_.size() && format_[place_] == '(';
        if (!named_) return {};
        const std::size_t end = format_.find(')', place_);
        if (end == std::string_view::npos || !values_.dict())
            throw Problem{"a name in a format needs a dict behind %"};
        const std::string_view key = format_.substr(place_ + 1, end - place_ - 1);
        place_ = end + 1;
        const Value* found = values_.dict()->find(key);
        if (!found) throw Problem{"the dict has no " + std::string(key.substr(0, 40))};
        return *found;
    }

    std::int64_t read_number() {
        std::int64_t number = 0;
        while (place_ < format_.size() && format_[place_] >= '0' && format_[place_] <= '9') {
            number = number * 10 + (format_[place_++] - '0');
            if (number > 1'000'000) throw Problem{"a width in the format is too large"};
        }
        return number;
    }

    Conversion read_conversion() {
        Conversion conversion;
        while (place_ < format_.size() &&
               std::string_view("-+ 0#").find(format_[place_]) != std::string_view::npos)
            conversion.flags += format_[place_++];
        conversion.width = read_number();
        if (place_ < format_.size() && format_[place_] == '.') {
            ++place_;
            conversion.precision = read_number();
        }
        if (place_ >= format_.size() ||
            std::string_view("srdiufFxXo").find(format_[place_]) == std::string_view::npos)
            throw Problem{"a conversion of the format is not supported"};
        conversion.kind = format_[place_++];
        return conversion;
    }

    std::string_view format_;
    const Value& values_;
    std::size_t place_ = 0;
    std::size_t used_ = 0;
    bool named_ = false;
};

}  // namespace

Value find_method(const Value& self, std::string_view name) {
    const Function function = method_of(self, name);
    return function ? make_function(std::string(name), function, self) : Value();
}

std::string format_percent(std::string_view format, const Value& values, Meter& meter) {
    return FormatReader(format, values).run(meter);
}

}  // namespace plumb::jinja
