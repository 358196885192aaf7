// SPDX-License-Identifier: GPL-3.0-or-later
// Filters on one value: texts, numbers, JSON.
#include <charconv>
#include <cmath>
#include <map>

#include "base/strings.h"
#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

std::string input_text(Interpreter& run, const Value& value) { return to_text(value, run.meter()); }

template <Case How>
Value with_case(Interpreter& run, const Value& value, Arguments&) {
    return run.text(change_case(input_text(run, value), How, run.meter()));
}

/// Jinja's own title: words begin after white space, hyphens and opening brackets.
Value title(Interpreter& run, const Value& value, Arguments&) {
    const std::string text = input_text(run, value);
    std::string result, word;
    const auto finish = [&] {
        const std::size_t first = word.empty() ? 0 : code_point_at(word, 0).length;
        result += change_case(word.substr(0, first), Case::upper, run.meter());
        result += change_case(word.substr(first), Case::lower, run.meter());
        word.clear();
    };
    run.meter().work_on_characters(text.size());
    for_each_character(text, [&](std::string_view character) {
        const auto point = code_point_at(character, 0).value;
        const bool parts = (point && is_python_space(*point)) || character == "-" ||
                           character == "(" || character == "{" || character == "[" ||
                           character == "<";
        if (parts) finish();
        (parts ? result : word) += character;
    });
    finish();
    return run.text(std::move(result));
}

Value trim(Interpreter& run, const Value& value, Arguments& arguments) {
    const std::string text = input_text(run, value);
    const Value set = arguments.take(0, "chars", None{});
    if (set.is_none()) return run.text(std::string(strip_left(strip_right(text))));
    const std::string& characters = require_text(set, "what is trimmed").bytes;
    run.meter().work(1 + text.size() * (characters.size() + 1) / 64);
    return run.text(std::string(strip_left(strip_right(text, characters), characters)));
}

Value replace(Interpreter& run, const Value& value, Arguments& arguments) {
    const std::string text = input_text(run, value);
    const std::string old = to_text(arguments.require(0, "old"), run.meter());
    const std::string by = to_text(arguments.require(1, "new"), run.meter());
    const Value count = arguments.take(2, "count", None{});
    return run.text(replace_text(
        text, old, by, count.is_none() ? -1 : require_integer(count, "the count"), run.meter()));
}

Value indent(Interpreter& run, const Value& value, Arguments& arguments) {
    const Value width = arguments.take(0, "width", std::int64_t{4});
    const bool first = truth(arguments.take(1, "first", false));
    const bool blank = truth(arguments.take(2, "blank", false));
    std::string margin;
    if (width.text()) {
        margin = width.text()->bytes;
    } else {
        const std::int64_t count = require_integer(width, "the width");
        run.meter().check_size(count < 0 ? 0 : static_cast<std::size_t>(count));
        margin = std::string(count < 0 ? 0 : static_cast<std::size_t>(count), ' ');
    }
    const std::string text = input_text(run, value);
    run.meter().work_on_characters(text.size());
    std::string result;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const bool empty = end == begin;
        if (begin == 0 ? first : (blank || !empty)) result += margin;
        result.append(text, begin, end - begin);
        if (end < text.size()) result += '\n';
        run.meter().check_size(result.size());
        begin = end + 1;
    }
    return run.text(std::move(result));
}

Value escape(Interpreter& run, const Value& value, Arguments&) {
    std::string result;
    const std::string text = input_text(run, value);
    run.meter().work_on_characters(text.size());
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&#34;";
        else if (c == '\'')
            result += "&#39;";
        else
            result += c;
    }
    return run.text(std::move(result));
}

Value text(Interpreter& run, const Value& value, Arguments&) {
    return run.text(input_text(run, value));
}

Value same(Interpreter&, const Value& value, Arguments&) { return value; }

Value truncate(Interpreter& run, const Value& value, Arguments& arguments) {
    const std::string text = input_text(run, value);
    const std::int64_t length =
        require_integer(arguments.take(0, "length", std::int64_t{255}), "length");
    const bool kill_words = truth(arguments.take(1, "killwords", false));
    const Value end_value = arguments.take(2, "end", run.text("..."));
    const std::string& end = require_text(end_value, "the end").bytes;
    const Value leeway_value = arguments.take(3, "leeway", None{});
    const std::int64_t leeway =
        leeway_value.is_none() ? 5 : require_integer(leeway_value, "leeway");
    run.meter().work_on_characters(text.size());
    const auto end_length = static_cast<std::int64_t>(character_count(end));
    if (length < end_length || leeway < 0) throw Problem{"the length of truncate is too small"};
    if (static_cast<std::int64_t>(character_count(text)) - leeway <= length) return run.text(text);
    std::string kept =
        text.substr(0, byte_of_character(text, static_cast<std::size_t>(length - end_length)));
    const std::size_t blank = kept.rfind(' ');
    if (!kill_words && blank != std::string::npos) kept.resize(blank);
    return run.text(kept + end);
}

Value center(Interpreter& run, const Value& value, Arguments& arguments) {
    const std::string text = input_text(run, value);
    const std::int64_t width =
        require_integer(arguments.take(0, "width", std::int64_t{80}), "width");
    const auto length = static_cast<std::int64_t>(character_count(text));
    if (width <= length) return run.text(text);
    run.meter().check_size(static_cast<std::size_t>(width));
    const std::int64_t pad = width - length, left = pad / 2 + (pad & width & 1);
    return run.text(std::string(static_cast<std::size_t>(left), ' ') + text +
                    std::string(static_cast<std::size_t>(pad - left), ' '));
}

Value format(Interpreter& run, const Value& value, Arguments& arguments) {
    Value values;
    if (!arguments.named.empty()) {
        std::vector<std::pair<Value, Value>> entries;
        for (auto& [name, argument] : arguments.named)
            entries.emplace_back(run.text(name), std::move(argument));
        arguments.named.clear();
        values = make_dict(std::move(entries), &run.meter());
    } else {
        values = run.list(std::exchange(arguments.positional, {}), true);
    }
    return run.text(format_percent(input_text(run, value), values, run.meter()));
}

Value word_count(Interpreter& run, const Value& value, Arguments&) {
    const std::string text = input_text(run, value);
    return length_of(split_text(text, None{}, -1, run.meter()));
}

Value absolute(Interpreter&, const Value& value, Arguments&) {
    if (const auto number = value.integer())
        return *number < 0 ? calculate_unary(Operation::negate, value) : Value(*number);
    if (const auto number = value.number()) return std::abs(*number);
    throw Problem{"abs needs a number"};
}

/// Half to even, as Python rounds.
Value round(Interpreter&, const Value& value, Arguments& arguments) {
    const auto number = value.number();
    if (!number) throw Problem{"round needs a number"};
    const std::int64_t precision =
        require_integer(arguments.take(0, "precision", std::int64_t{0}), "the precision");
    const Value method = arguments.take(1, "method", Undefined{});
    const std::string how = method.text() ? method.text()->bytes : "common";
    if (precision < -300 || precision > 300) throw Problem{"the precision of round is too large"};
    if (how == "common") {
        if (value.integer() && precision >= 0) return *value.integer();
        if (precision >= 0)
            return parse_double(format_fixed(*number, static_cast<int>(precision)))
                .value_or(*number);
        const double unit = std::pow(10.0, static_cast<double>(-precision));
        return std::nearbyint(*number / unit) * unit;
    }
    const double scale = std::pow(10.0, static_cast<double>(precision));
    if (how == "ceil") return std::ceil(*number * scale) / scale;
    if (how == "floor") return std::floor(*number * scale) / scale;
    throw Problem{"the method of round is common, ceil or floor"};
}

std::string without_underscores(std::string_view text) {
    std::string digits;
    for (const char c : strip_left(strip_right(text)))
        if (c != '_') digits += c;
    return digits;
}

Value integer(Interpreter&, const Value& value, Arguments& arguments) {
    const Value fallback = arguments.take(0, "default", std::int64_t{0});
    const std::int64_t base = require_integer(arguments.take(1, "base", std::int64_t{10}), "base");
    if (base != 10) throw Problem{"int with another base than 10 is not supported"};
    if (const auto number = value.integer()) return *number;
    std::optional<double> real = value.number();
    if (const Text* text = value.text()) {
        std::string digits = without_underscores(text->bytes);
        if (digits.starts_with('+')) digits.erase(0, 1);
        if (const auto number = parse_int(digits)) return *number;
        real = parse_double(digits);
    }
    if (!real || !std::isfinite(*real)) return fallback;
    if (std::abs(*real) >= 9e18) throw Problem{"the whole number is too large"};
    return static_cast<std::int64_t>(*real);
}

Value real(Interpreter&, const Value& value, Arguments& arguments) {
    const Value fallback = arguments.take(0, "default", 0.0);
    if (const auto number = value.number()) return *number;
    if (const Text* text = value.text())
        if (const auto number = parse_double(without_underscores(text->bytes))) return *number;
    return fallback;
}

Value default_value(Interpreter&, const Value& value, Arguments& arguments) {
    const Value fallback = arguments.take(0, "default_value", make_text("", nullptr));
    const bool falsy_too = truth(arguments.take(1, "boolean", false));
    return value.is_undefined() || (falsy_too && !truth(value)) ? fallback : value;
}

// As transformers has it: json.dumps, which leaves HTML alone.
Value tojson(Interpreter& run, const Value& value, Arguments& arguments) {
    JsonStyle style;
    style.ensure_ascii = truth(arguments.take(0, "ensure_ascii", false));
    const Value indent = arguments.take(1, "indent", None{});
    const Value separators = arguments.take(2, "separators", None{});
    style.sort_keys = truth(arguments.take(3, "sort_keys", false));
    if (!indent.is_none()) {
        style.on_lines = true;
        style.between_items = ",";
        if (indent.text()) {
            style.indent = indent.text()->bytes;
        } else {
            const std::int64_t width = require_integer(indent, "indent");
            if (width > 1000) throw Problem{"the indent of tojson is too large"};
            style.indent = std::string(width < 0 ? 0 : static_cast<std::size_t>(width), ' ');
        }
    }
    if (!separators.is_none()) {
        const std::vector<Value> both = items_of(separators, run.meter());
        if (both.size() != 2) throw Problem{"the separators of tojson are two texts"};
        style.between_items = require_text(both[0], "a separator").bytes;
        style.behind_key = require_text(both[1], "a separator").bytes;
    }
    return run.text(to_json(value, style, run.meter()));
}

}  // namespace

Function find_text_filter(std::string_view name) {
    static const std::map<std::string_view, Function> filters = {
        {"abs", absolute},
        {"capitalize", with_case<Case::capitalize>},
        {"center", center},
        {"d", default_value},
        {"default", default_value},
        {"e", escape},
        {"escape", escape},
        {"float", real},
        {"format", format},
        {"indent", indent},
        {"int", integer},
        {"lower", with_case<Case::lower>},
        {"replace", replace},
        {"round", round},
        {"safe", same},
        {"string", text},
        {"title", title},
        {"tojson", tojson},
        {"trim", trim},
        {"truncate", truncate},
        {"upper", with_case<Case::upper>},
        {"wordcount", word_count},
    };
    const auto found = filters.find(name);
    return found == filters.end() ? nullptr : found->second;
}

}  // namespace plumb::jinja
