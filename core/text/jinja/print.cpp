// SPDX-License-Identifier: GPL-3.0-or-later
// Values as text: Python's str and repr, and JSON.
#include <algorithm>
#include <cmath>

#include <utf8proc.h>

#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

void append_hex(char32_t value, int digits, std::string& text) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
        text += hex_digits[(value >> shift) & 0xF];
}

/// str.isprintable() of a character.
bool is_printable(char32_t c) {
    if (c == ' ') return true;
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
        case UTF8PROC_CATEGORY_CO: return false;
        default: return true;
    }
}

void append_repr(std::string_view bytes, std::string& text) {
    const bool single = bytes.find('\'') != std::string_view::npos;
    const char quote = single && bytes.find('"') == std::string_view::npos ? '"' : '\'';
    text += quote;
    for_each_character(bytes, [&](std::string_view character) {
        const auto point = code_point_at(character, 0).value;
        if (!point) {
            text += replacement_character;
        } else if (*point == static_cast<char32_t>(quote) || *point == '\\') {
            text += '\\';
            text += character;
        } else if (*point == '\n') {
            text += "\\n";
        } else if (*point == '\r') {
            text += "\\r";
        } else if (*point == '\t') {
            text += "\\t";
        } else if (is_printable(*point)) {
            text += character;
        } else if (*point < 0x100) {
            text += "\\x";
            append_hex(*point, 2, text);
        } else if (*point < 0x10000) {
            text += "\\u";
            append_hex(*point, 4, text);
        } else {
            text += "\\U";
            append_hex(*point, 8, text);
        }
    });
    text += quote;
}

void append_json_text(std::string_view bytes, bool ensure_ascii, std::string& text) {
    text += '"';
    for_each_character(bytes, [&](std::string_view character) {
        const char32_t point = code_point_at(character, 0).value.value_or(0xFFFD);
        switch (point) {
            case '"': text += "\\\""; return;
            case '\\': text += "\\\\"; return;
            case '\n': text += "\\n"; return;
            case '\r': text += "\\r"; return;
            case '\t': text += "\\t"; return;
            case '\b': text += "\\b"; return;
            case '\f': text += "\\f"; return;
            default: break;
        }
        if (point >= 0x10000 && ensure_ascii) {
            text += "\\u";
            append_hex(0xD7C0 + (point >> 10), 4, text);
            text += "\\u";
            append_hex(0xDC00 + (point & 0x3FF), 4, text);
        } else if (point < 0x20 || (point >= 0x7F && ensure_ascii)) {
            text += "\\u";
            append_hex(point, 4, text);
        } else {
            text += character;
        }
    });
    text += '"';
}

/// Writes one value after the other and stops where the text grows too large.
class Printer {
public:
    Printer(Meter& meter, std::string& text) : meter_(meter), text_(text) {}

    void repr(const Value& value) {
        charge();
        if (const Text* text = value.text()) return append_repr(text->bytes, text_);
        if (const List* list = value.list()) return repr_list(*list);
        if (const Dict* dict = value.dict()) return repr_dict(*dict);
        if (value.is_none()) {
            text_ += "None";
        } else if (value.is_undefined()) {
            text_ += "Undefined";
        } else {
            number(value, "True", "False");
        }
    }

    void json(const Value& value, const JsonStyle& style, int level) {
        charge();
        if (const Text* text = value.text())
            return append_json_text(text->bytes, style.ensure_ascii, text_);
        if (const List* list = value.list()) return json_list(*list, style, level);
        if (const Dict* dict = value.dict()) return json_dict(*dict, style, level);
        if (value.is_none()) {
            text_ += "null";
        } else if (const auto* real = value.get<double>(); real && !std::isfinite(*real)) {
            text_ += std::isnan(*real) ? "NaN" : *real > 0 ? "Infinity" : "-Infinity";
        } else if (!value.number()) {
            throw Problem{"a value of type " + std::string(type_name(value)) +
                          " cannot be written as JSON"};
        } else {
            number(value, "true", "false");
        }
    }

private:
    void charge() {
        meter_.work(1 + (text_.size() - charged_) / 16);
        meter_.check_size(text_.size());
        charged_ = text_.size();
    }

    void number(const Value& value, const char* yes, const char* no) {
        if (const auto* flag = value.get<bool>()) {
            text_ += *flag ? yes : no;
        } else if (const auto* integer = value.get<std::int64_t>()) {
            text_ += std::to_string(*integer);
        } else if (const auto* real = value.get<double>()) {
            text_ += float_text(*real);
        } else {
            throw Problem{"a value of type " + std::string(type_name(value)) +
                          " cannot be printed"};
        }
    }

    void repr_list(const List& list) {
        text_ += list.is_tuple ? "(" : "[";
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            if (i > 0) text_ += ", ";
            repr(list.items[i]);
        }
        if (list.is_tuple && list.items.size() == 1) text_ += ",";
        text_ += list.is_tuple ? ")" : "]";
    }

    void repr_dict(const Dict& dict) {
        text_ += "{";
        for (std::size_t i = 0; i < dict.entries.size(); ++i) {
            if (i > 0) text_ += ", ";
            repr(dict.entries[i].first);
            text_ += ": ";
            repr(dict.entries[i].second);
        }
        text_ += "}";
    }

    void new_line(const JsonStyle& style, int level) {
        if (!style.on_lines) return;
        text_ += '\n';
        meter_.check_size(text_.size() + style.indent.size() * static_cast<std::size_t>(level));
        for (int i = 0; i < level; ++i) text_ += style.indent;
    }

    void json_list(const List& list, const JsonStyle& style, int level) {
        text_ += "[";
        for (std::size_t i = 0; i < list.items.size(); ++i) {
            if (i > 0) text_ += style.between_items;
            new_line(style, level + 1);
            json(list.items[i], style, level + 1);
        }
        if (!list.items.empty()) new_line(style, level);
        text_ += "]";
    }

    void json_key(const Value& key, const JsonStyle& style) {
        if (const Text* text = key.text())
            return append_json_text(text->bytes, style.ensure_ascii, text_);
        if (!key.number() && !key.is_none())
            throw Problem{"keys of JSON must be str, int, float, bool or None, not " +
                          std::string(type_name(key))};
        text_ += '"';
        json(key, style, 0);
        text_ += '"';
    }

    void json_dict(const Dict& dict, const JsonStyle& style, int level) {
        std::vector<const std::pair<Value, Value>*> entries;
        for (const auto& entry : dict.entries) entries.push_back(&entry);
        if (style.sort_keys) {
            for (const auto* entry : entries)
                if (!entry->first.text()) throw Problem{"only keys that are texts can be sorted"};
            std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
                return a->first.text()->bytes < b->first.text()->bytes;
            });
        }
        text_ += "{";
        bool first = true;
        for (const auto* entry : entries) {
            if (!first) text_ += style.between_items;
            first = false;
            new_line(style, level + 1);
            json_key(entry->first, style);
            text_ += style.behind_key;
            json(entry->second, style, level + 1);
        }
        if (!entries.empty()) new_line(style, level);
        text_ += "}";
    }

    Meter& meter_;
    std::string& text_;
    std::size_t charged_ = 0;
};

}  // namespace

std::string to_repr(const Value& value, Meter& meter) {
    std::string text;
    Printer(meter, text).repr(value);
    return text;
}

std::string to_text(const Value& value, Meter& meter) {
    if (const Text* text = value.text()) {
        meter.work_on_bytes(text->bytes.size());
        return text->bytes;
    }
    if (value.is_undefined()) return "";
    return to_repr(value, meter);
}

std::string to_json(const Value& value, const JsonStyle& style, Meter& meter) {
    std::string text;
    Printer(meter, text).json(value, style, 0);
    return text;
}

}  // namespace plumb::jinja
