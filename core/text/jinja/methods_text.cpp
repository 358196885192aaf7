// SPDX-License-Identifier: GPL-3.0-or-later
// Python's str methods.
#include <algorithm>
#include <map>

#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

const std::string& self_text(const Value& self) { return self.text()->bytes; }

template <Case How>
Value with_case(Interpreter& run, const Value& self, Arguments&) {
    return run.text(change_case(self_text(self), How, run.meter()));
}

template <bool Left, bool Right>
Value strip(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value set = arguments.take(0, "", None{});
    std::string_view text = self_text(self);
    if (set.is_none()) {
        if (Left) text = strip_left(text);
        if (Right) text = strip_right(text);
    } else {
        const std::string& characters = require_text(set, "what is stripped").bytes;
        run.meter().work(1 + text.size() * (characters.size() + 1) / 64);
        if (Left) text = strip_left(text, characters);
        if (Right) text = strip_right(text, characters);
    }
    return run.text(std::string(text));
}

Value split(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value separator = arguments.take(0, "sep", None{});
    const Value most = arguments.take(1, "maxsplit", std::int64_t{-1});
    return split_text(self_text(self), separator, require_integer(most, "maxsplit"), run.meter());
}

Value split_from_right(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value separator = arguments.take(0, "sep", None{});
    const std::int64_t most =
        require_integer(arguments.take(1, "maxsplit", std::int64_t{-1}), "maxsplit");
    if (most < 0) return split_text(self_text(self), separator, -1, run.meter());
    if (separator.is_none()) throw Problem{"rsplit at white space with maxsplit is not supported"};
    const std::string& between = require_text(separator, "the separator").bytes;
    if (between.empty()) throw Problem{"the separator is empty"};
    std::string_view rest = self_text(self);
    std::vector<Value> parts;
    run.meter().work(1 + rest.size() * (between.size() + 1) / 64);
    for (std::int64_t i = 0; i < most; ++i) {
        const std::size_t found = rest.rfind(between);
        if (found == std::string_view::npos) break;
        parts.push_back(run.text(std::string(rest.substr(found + between.size()))));
        rest = rest.substr(0, found);
    }
    parts.push_back(run.text(std::string(rest)));
    std::reverse(parts.begin(), parts.end());
    return run.list(std::move(parts));
}

Value split_lines(Interpreter& run, const Value& self, Arguments& arguments) {
    const bool keep = truth(arguments.take(0, "keepends", false));
    const std::string_view text = self_text(self);
    run.meter().work_on_characters(text.size());
    std::vector<Value> lines;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = code_point_at(text, i);
        const char32_t c = point.value.value_or(0);
        const bool ends = (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 ||
                          c == 0x2028 || c == 0x2029;
        std::size_t next = i + point.length;
        if (ends) {
            if (c == '\r' && next < text.size() && text[next] == '\n') ++next;
            lines.push_back(run.text(std::string(text.substr(begin, (keep ? next : i) - begin))));
            begin = next;
        }
        i = next;
    }
    if (begin < text.size()) lines.push_back(run.text(std::string(text.substr(begin))));
    return run.list(std::move(lines));
}

/// Whether the text begins or ends with one of the texts: one, or a tuple of them.
template <bool AtEnd>
Value has_affix(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value affix = arguments.require(0, "prefix");
    const auto has = [&](const Value& one) {
        const std::string& other = require_text(one, "the beginning or end").bytes;
        run.meter().work_on_bytes(other.size());
        return AtEnd ? self_text(self).ends_with(other) : self_text(self).starts_with(other);
    };
    if (!affix.list()) return has(affix);
    return std::any_of(affix.list()->items.begin(), affix.list()->items.end(), has);
}

template <bool AtEnd>
Value remove_affix(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value affix = arguments.require(0, "prefix");
    std::string_view text = self_text(self);
    const std::string& other = require_text(affix, "the beginning or end").bytes;
    if (AtEnd && text.ends_with(other)) text.remove_suffix(other.size());
    if (!AtEnd && text.starts_with(other)) text.remove_prefix(other.size());
    return run.text(std::string(text));
}

Value replace(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value old = arguments.require(0, "old"), by = arguments.require(1, "new");
    const Value count = arguments.take(2, "count", std::int64_t{-1});
    return run.text(replace_text(self_text(self), require_text(old, "the old text").bytes,
                                 require_text(by, "the new text").bytes,
                                 require_integer(count, "the count"), run.meter()));
}

Value join(Interpreter& run, const Value& self, Arguments& arguments) {
    std::string joined;
    bool first = true;
    for (const Value& item : items_of(arguments.require(0, "iterable"), run.meter())) {
        if (!first) joined += self_text(self);
        first = false;
        joined += require_text(item, "what is joined").bytes;
        run.meter().check_size(joined.size());
    }
    return run.text(std::move(joined));
}

template <bool FromRight, bool Required>
Value find(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value wanted = arguments.require(0, "sub");
    const std::string& needle = require_text(wanted, "what is looked for").bytes;
    const std::string& text = self_text(self);
    const std::int64_t start =
        require_integer(arguments.take(1, "", std::int64_t{0}), "where the search begins");
    if (start < 0 || (FromRight && start != 0))
        throw Problem{"this place for the beginning of a search is not supported"};
    run.meter().work(1 + text.size() * (FromRight ? needle.size() + 1 : 1) / 64);
    const std::size_t offset = byte_of_character(text, static_cast<std::size_t>(start));
    const std::size_t found = FromRight ? text.rfind(needle) : find_text(text, needle, offset);
    if (found == std::string::npos) {
        if (Required) throw Problem{"substring not found"};
        return std::int64_t{-1};
    }
    return static_cast<std::int64_t>(character_count(std::string_view(text).substr(0, found)));
}

Value count(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value wanted = arguments.require(0, "sub");
    const std::string& needle = require_text(wanted, "what is counted").bytes;
    const std::string& text = self_text(self);
    run.meter().work_on_bytes(text.size());
    if (needle.empty()) return static_cast<std::int64_t>(self.text()->characters) + 1;
    std::int64_t found = 0;
    for (std::size_t at = find_text(text, needle); at != std::string::npos;
         at = find_text(text, needle, at + needle.size()))
        ++found;
    return found;
}

template <bool FromRight>
Value partition(Interpreter& run, const Value& self, Arguments& arguments) {
    const Value separator = arguments.require(0, "sep");
    const std::string& between = require_text(separator, "the separator").bytes;
    const std::string& text = self_text(self);
    if (between.empty()) throw Problem{"the separator is empty"};
    run.meter().work(1 + text.size() * (FromRight ? between.size() + 1 : 1) / 64);
    const std::size_t found = FromRight ? text.rfind(between) : find_text(text, between);
    const Value empty = run.text("");
    if (found == std::string::npos)
        return FromRight ? run.list({empty, empty, self}, true)
                         : run.list({self, empty, empty}, true);
    return run.list(
        {run.text(text.substr(0, found)), separator, run.text(text.substr(found + between.size()))},
        true);
}

Value title(Interpreter& run, const Value& self, Arguments&) {
    return run.text(change_case(self_text(self), Case::title, run.meter()));
}

enum class Kind { digit, letter, letter_or_digit, space, upper, lower };

/// Whether the text is not empty and all of its characters are of the kind; for letters beyond
/// ASCII, what has an upper or lower form or lies above U+02AF.
template <Kind Of>
Value all_are(Interpreter& run, const Value& self, Arguments&) {
    const std::string& text = self_text(self);
    run.meter().work_on_characters(text.size());
    if (Of == Kind::upper || Of == Kind::lower) {
        const std::string upper = change_case(text, Case::upper, run.meter()),
                          lower = change_case(text, Case::lower, run.meter());
        return upper != lower && text == (Of == Kind::upper ? upper : lower);
    }
    bool all = !text.empty();
    for_each_character(text, [&](std::string_view character) {
        const char32_t c = code_point_at(character, 0).value.value_or(0);
        const bool digit = c >= '0' && c <= '9';
        const bool letter = change_case(character, Case::upper, run.meter()) !=
                                change_case(character, Case::lower, run.meter()) ||
                            (c > 0x2AF && !is_python_space(c));
        if (Of == Kind::digit) all = all && digit;
        if (Of == Kind::letter) all = all && letter;
        if (Of == Kind::letter_or_digit) all = all && (letter || digit);
        if (Of == Kind::space) all = all && is_python_space(c);
    });
    return all;
}

enum class Side { left, right };

/// ljust and rjust: the side on which the text stands.
template <Side Stands>
Value justify(Interpreter& run, const Value& self, Arguments& arguments) {
    const std::int64_t width = require_integer(arguments.require(0, "width"), "the width");
    const Value fill = arguments.take(1, "fillchar", run.text(" "));
    const Text& filler = require_text(fill, "the fill character");
    if (filler.characters != 1) throw Problem{"the fill character must be one character"};
    const auto length = static_cast<std::int64_t>(self.text()->characters);
    if (width <= length) return self;
    run.meter().check_size(static_cast<std::size_t>(width - length) * filler.bytes.size());
    std::string margin;
    for (std::int64_t i = length; i < width; ++i) margin += filler.bytes;
    return run.text(Stands == Side::left ? self_text(self) + margin : margin + self_text(self));
}

Value zero_fill(Interpreter& run, const Value& self, Arguments& arguments) {
    const std::int64_t width = require_integer(arguments.require(0, "width"), "the width");
    const auto length = static_cast<std::int64_t>(self.text()->characters);
    if (width <= length) return self;
    run.meter().check_size(static_cast<std::size_t>(width));
    const std::string& text = self_text(self);
    const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    return run.text(text.substr(0, sign) +
                    std::string(static_cast<std::size_t>(width - length), '0') + text.substr(sign));
}

/// "{} {name}".format(...), without conversions and format specifications.
Value format(Interpreter& run, const Value& self, Arguments& arguments) {
    const std::string& text = self_text(self);
    const std::vector<Value> positional = std::exchange(arguments.positional, {});
    const auto named = std::exchange(arguments.named, {});
    std::string result;
    std::size_t next = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
            result += c;
            ++i;
        } else if (c == '}') {
            throw Problem{"a single } stands in the format"};
        } else if (c == '{') {
            const std::size_t end = text.find('}', i);
            if (end == std::string::npos) throw Problem{"a { of the format does not end"};
            const std::string field = text.substr(i + 1, end - i - 1);
            const Value* value = nullptr;
            std::size_t index = next;
            const bool is_index =
                field.empty() ||
                (field.size() < 6 && std::all_of(field.begin(), field.end(),
                                                 [](char d) { return d >= '0' && d <= '9'; }));
            if (field.empty())
                ++next;
            else if (is_index)
                index = std::stoul(field);
            if (is_index && index < positional.size()) value = &positional[index];
            for (const auto& [name, argument] : named)
                if (name == field) value = &argument;
            if (!value)
                throw Problem{"the field {" + field.substr(0, 40) +
                              "} of the format is missing or not supported"};
            result += to_text(*value, run.meter());
            i = end;
        } else {
            result += c;
        }
        run.meter().check_size(result.size());
    }
    return run.text(std::move(result));
}

}  // namespace

Function find_text_method(std::string_view name) {
    static const std::map<std::string_view, Function> methods = {
        {"capitalize", with_case<Case::capitalize>},
        {"casefold", with_case<Case::lower>},
        {"count", count},
        {"endswith", has_affix<true>},
        {"find", find<false, false>},
        {"format", format},
        {"index", find<false, true>},
        {"isalnum", all_are<Kind::letter_or_digit>},
        {"isalpha", all_are<Kind::letter>},
        {"isdecimal", all_are<Kind::digit>},
        {"isdigit", all_are<Kind::digit>},
        {"islower", all_are<Kind::lower>},
        {"isnumeric", all_are<Kind::digit>},
        {"isspace", all_are<Kind::space>},
        {"isupper", all_are<Kind::upper>},
        {"join", join},
        {"ljust", justify<Side::left>},
        {"lower", with_case<Case::lower>},
        {"lstrip", strip<true, false>},
        {"partition", partition<false>},
        {"removeprefix", remove_affix<false>},
        {"removesuffix", remove_affix<true>},
        {"replace", replace},
        {"rfind", find<true, false>},
        {"rindex", find<true, true>},
        {"rjust", justify<Side::right>},
        {"rpartition", partition<true>},
        {"rsplit", split_from_right},
        {"rstrip", strip<false, true>},
        {"split", split},
        {"splitlines", split_lines},
        {"startswith", has_affix<false>},
        {"strip", strip<true, true>},
        {"swapcase", with_case<Case::swap>},
        {"title", title},
        {"upper", with_case<Case::upper>},
        {"zfill", zero_fill},
    };
    const auto found = methods.find(name);
    return found == methods.end() ? nullptr : found->second;
}

Value split_text(std::string_view text, const Value& separator, std::int64_t most, Meter& meter) {
    std::vector<Value> parts;
    meter.work_on_characters(text.size());
    const auto full = [&] { return most >= 0 && static_cast<std::int64_t>(parts.size()) >= most; };
    if (separator.is_none()) {
        text = strip_left(text);
        while (!text.empty()) {
            if (full()) {
                parts.push_back(make_text(std::string(strip_right(text)), &meter));
                break;
            }
            std::size_t end = 0;
            while (end < text.size()) {
                const CodePoint point = code_point_at(text, end);
                if (point.value && is_python_space(*point.value)) break;
                end += point.length;
            }
            parts.push_back(make_text(std::string(text.substr(0, end)), &meter));
            text = strip_left(text.substr(end));
        }
        return make_list(std::move(parts), &meter);
    }
    const std::string& between = require_text(separator, "the separator").bytes;
    if (between.empty()) throw Problem{"the separator is empty"};
    while (!full()) {
        const std::size_t found = find_text(text, between);
        if (found == std::string_view::npos) break;
        parts.push_back(make_text(std::string(text.substr(0, found)), &meter));
        text.remove_prefix(found + between.size());
    }
    parts.push_back(make_text(std::string(text), &meter));
    return make_list(std::move(parts), &meter);
}

}  // namespace plumb::jinja
