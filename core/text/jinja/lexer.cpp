// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja/lexer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return begins_name(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Line ends become "\n"; one at the end goes.
std::string with_plain_lines(std::string_view source) {
    std::string text;
    for (std::size_t i = 0; i < source.size(); ++i) {
        if (source[i] == '\r') {
            if (i + 1 < source.size() && source[i + 1] == '\n') continue;
            text += '\n';
        } else {
            text += source[i];
        }
    }
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

class Lexer {
public:
    explicit Lexer(std::string source) : source_(std::move(source)) {}

    std::vector<Token> read() {
        while (offset_ < source_.size()) read_data();
        add(Token::Kind::end, "", offset_);
        return std::move(tokens_);
    }

private:
    [[noreturn]] void fail(std::size_t at, const std::string& message) {
        throw PlacedProblem{position_of(at), message};
    }

    /// Offsets mostly come in their order.
    Position position_of(std::size_t offset) {
        if (offset < counted_) {
            counted_ = 0;
            position_ = {};
        }
        while (counted_ < offset) {
            if (source_[counted_] == '\n') {
                ++position_.line;
                position_.column = 1;
                ++counted_;
            } else {
                counted_ += code_point_at(source_, counted_).length;
                ++position_.column;
            }
        }
        return position_;
    }

    void add(Token::Kind kind, std::string content, std::size_t at) {
        tokens_.push_back({kind, std::move(content), position_of(at)});
    }

    char at(std::size_t offset) const { return offset < source_.size() ? source_[offset] : '\0'; }
    bool stands_at(std::string_view text, std::size_t offset) const {
        return std::string_view(source_).substr(offset).starts_with(text);
    }

    /// Data up to the next tag, what whitespace control leaves of it, and the tag.
    void read_data() {
        const std::size_t begin = offset_;
        std::size_t tag = begin;
        while (true) {
            tag = source_.find('{', tag);
            if (tag == std::string::npos) {
                if (begin < source_.size()) add(Token::Kind::data, source_.substr(begin), begin);
                offset_ = source_.size();
                return;
            }
            const char next = at(tag + 1);
            if (next == '{' || next == '%' || next == '#') break;
            ++tag;
        }
        const char kind = at(tag + 1);
        const char sign = at(tag + 2);
        add_data(begin, tag, kind != '{', sign);
        offset_ = tag + 2;
        if (sign == '-' || sign == '+') ++offset_;
        if (kind == '#') return read_comment(tag);
        if (kind == '%' && read_raw(tag)) return;
        add(kind == '{' ? Token::Kind::print_begin : Token::Kind::block_begin, "", tag);
        read_tag(tag, kind == '{');
    }

    void add_data(std::size_t begin, std::size_t end, bool strips_line, char sign) {
        std::string_view data = std::string_view(source_).substr(begin, end - begin);
        if (sign == '-') {
            data = strip_right(data);
        } else if (sign != '+' && strips_line) {
            const std::size_t line = data.rfind('\n') + 1;  // npos + 1 is 0
            const bool line_begins = line > 0 || begin == 0 || source_[begin - 1] == '\n';
            if (line_begins && strip_left(data.substr(line)).empty()) data = data.substr(0, line);
        }
        if (!data.empty()) add(Token::Kind::data, std::string(data), begin);
    }

    void skip_space() {
        const std::string_view rest = std::string_view(source_).substr(offset_);
        offset_ += rest.size() - strip_left(rest).size();
    }

    /// Reads "%}", "-%}" or "+%}" (or with another first character) and what it takes away behind
    /// it.
    bool read_end(char mark, bool trims_line) {
        const std::array<char, 2> plain{mark, '}'};
        const char sign = at(offset_);
        const std::size_t signs = sign == '-' || (sign == '+' && mark != '}') ? 1 : 0;
        if (!stands_at({plain.data(), 2}, offset_ + signs)) return false;
        offset_ += signs + 2;
        if (signs == 0 && trims_line && at(offset_) == '\n') ++offset_;
        if (signs == 1 && sign == '-') skip_space();
        return true;
    }

    void read_comment(std::size_t tag) {
        std::size_t end = source_.find("#}", offset_);
        if (end == std::string::npos) fail(tag, "the comment does not end");
        if (end > offset_ && (source_[end - 1] == '-' || source_[end - 1] == '+')) --end;
        offset_ = end;
        read_end('#', true);
    }

    /// At the name behind "{%": whether it is raw, and then all of it up to endraw.
    bool read_raw(std::size_t tag) {
        const std::size_t before = offset_;
        skip_space();
        if (!stands_at("raw", offset_) || continues_name(at(offset_ + 3))) {
            offset_ = before;
            return false;
        }
        offset_ += 3;
        skip_space();
        if (!read_end('%', false)) {
            offset_ = before;
            return false;
        }
        const std::size_t begin = offset_;
        for (std::size_t end = source_.find("{%", begin); end != std::string::npos;
             end = source_.find("{%", end + 1)) {
            const char sign = at(end + 2);
            offset_ = end + (sign == '-' || sign == '+' ? 3 : 2);
            skip_space();
            if (!stands_at("endraw", offset_)) continue;
            offset_ += 6;
            skip_space();
            if (!read_end('%', true)) continue;
            add_data(begin, end, true, sign);
            return true;
        }
        fail(tag, "raw does not end with endraw");
    }

    /// The tokens within a tag, and its end.
    void read_tag(std::size_t tag, bool prints) {
        std::vector<char> brackets;
        while (true) {
            while (is_blank(at(offset_)) && offset_ < source_.size()) ++offset_;
            if (offset_ >= source_.size())
                fail(tag, std::string("the tag that begins with ") + (prints ? "{{" : "{%") +
                              " does not end");
            const std::size_t begin = offset_;
            if (brackets.empty() && read_end(prints ? '}' : '%', !prints)) {
                add(prints ? Token::Kind::print_end : Token::Kind::block_end, "", begin);
                return;
            }
            const char c = at(offset_);
            if (begins_name(c)) {
                while (continues_name(at(offset_))) ++offset_;
                add(Token::Kind::name, source_.substr(begin, offset_ - begin), begin);
            } else if (is_digit(c)) {
                read_number();
            } else if (c == '"' || c == '\'') {
                read_literal(c);
            } else {
                read_sign(brackets);
            }
        }
    }

    void read_digits(std::string& digits) {
        while (is_digit(at(offset_)) || (at(offset_) == '_' && is_digit(at(offset_ + 1)))) {
            if (at(offset_) != '_') digits += at(offset_);
            ++offset_;
        }
    }

    void read_number() {
        const std::size_t begin = offset_;
        const char mark = static_cast<char>(at(begin + 1) | 0x20);
        if (at(begin) == '0' && (mark == 'x' || mark == 'o' || mark == 'b'))
            fail(begin, "numbers other than decimal ones are not supported");
        std::string digits;
        read_digits(digits);
        bool real = false;
        const bool member = begin > 0 && source_[begin - 1] == '.';
        if (!member && at(offset_) == '.' && is_digit(at(offset_ + 1))) {
            real = true;
            digits += '.';
            ++offset_;
            read_digits(digits);
        }
        const std::size_t sign = at(offset_ + 1) == '+' || at(offset_ + 1) == '-' ? 2 : 1;
        if (!member && (at(offset_) | 0x20) == 'e' && is_digit(at(offset_ + sign))) {
            real = true;
            digits += 'e';
            if (at(offset_ + 1) == '-') digits += '-';
            offset_ += sign;
            read_digits(digits);
        }
        add(real ? Token::Kind::real : Token::Kind::integer, digits, begin);
    }

    static int hex_value(char c) {
        if (is_digit(c)) return c - '0';
        const char lower = static_cast<char>(c | 0x20);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    char32_t read_hex(std::size_t digits, std::size_t begin) {
        char32_t value = 0;
        for (std::size_t i = 0; i < digits; ++i, ++offset_) {
            const int digit = hex_value(at(offset_));
            if (digit < 0)
                fail(begin,
                     "an escape of a text needs " + std::to_string(digits) + " hexadecimal digits");
            value = value << 4 | static_cast<char32_t>(digit);
        }
        return value;
    }

    void read_escape(std::string& text) {
        const std::size_t begin = offset_ - 1;
        const char c = at(offset_++);
        constexpr std::string_view from = "nrtbfav\\'\"", to = "\n\r\t\b\f\a\v\\'\"";
        if (const auto place = from.find(c); place != std::string_view::npos) {
            text += to[place];
        } else if (c == 'x' || c == 'u' || c == 'U') {
            char32_t value = read_hex(c == 'x' ? 2 : c == 'u' ? 4 : 8, begin);
            if (value >= 0xD800 && value < 0xDC00 && stands_at("\\u", offset_)) {
                offset_ += 2;
                value = 0x10000 + ((value & 0x3FF) << 10) + (read_hex(4, begin) & 0x3FF);
            }
            if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
                fail(begin, "an escape of a text is no character");
            append_utf8(value, text);
        } else if (c >= '0' && c <= '7') {
            char32_t value = static_cast<char32_t>(c - '0');
            for (int i = 0; i < 2 && at(offset_) >= '0' && at(offset_) <= '7'; ++i, ++offset_)
                value = value * 8 + static_cast<char32_t>(at(offset_) - '0');
            append_utf8(value, text);
        } else if (c == 'N') {
            fail(begin, "characters by name are not supported");
        } else if (c != '\n') {  // a line that goes on
            text += '\\';
            text += c;
        }
    }

    void read_literal(char quote) {
        const std::size_t begin = offset_++;
        std::string text;
        while (at(offset_) != quote) {
            if (offset_ >= source_.size()) fail(begin, "the text in quotes does not end");
            const char c = source_[offset_++];
            if (c == '\\' && offset_ < source_.size())
                read_escape(text);
            else
                text += c;
        }
        ++offset_;
        add(Token::Kind::text, std::move(text), begin);
    }

    void read_sign(std::vector<char>& brackets) {
        constexpr std::array<std::string_view, 6> pairs{"//", "**", "==", "!=", "<=", ">="};
        const std::size_t begin = offset_;
        for (const std::string_view pair : pairs)
            if (stands_at(pair, begin)) {
                offset_ += 2;
                return add(Token::Kind::sign, std::string(pair), begin);
            }
        const char c = at(begin);
        if (std::string_view("+-/*%~[](){}<>=.:|,;").find(c) == std::string_view::npos) {
            const auto length = code_point_at(source_, begin).length;
            fail(begin, "unexpected character " + source_.substr(begin, length));
        }
        if (c == '(') brackets.push_back(')');
        if (c == '[') brackets.push_back(']');
        if (c == '{') brackets.push_back('}');
        if (c == ')' || c == ']' || c == '}') {
            if (brackets.empty() || brackets.back() != c)
                fail(begin, std::string("unexpected ") + c);
            brackets.pop_back();
        }
        ++offset_;
        add(Token::Kind::sign, std::string(1, c), begin);
    }

    std::string source_;
    std::size_t offset_ = 0;
    std::size_t counted_ = 0;  ///< up to where position_ is
    Position position_;
    std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> read_tokens(std::string_view source) {
    return Lexer(with_plain_lines(source)).read();
}

}  // namespace plumb::jinja
