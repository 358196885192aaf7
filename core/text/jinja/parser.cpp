// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja/parser.h"

#include <array>
#include <optional>
#include <set>

namespace plumb::jinja {
namespace {

/// Real templates take up to fifteen.
constexpr int deepest_nesting = 100;

std::string describe(const Token& token) {
    switch (token.kind) {
        case Token::Kind::data:
        case Token::Kind::end: return "the end of the template";
        case Token::Kind::print_begin: return "{{";
        case Token::Kind::print_end: return "}}";
        case Token::Kind::block_begin: return "{%";
        case Token::Kind::block_end: return "%}";
        default: return token.content;
    }
}

}  // namespace

Token TokenStream::next() {
    const Token& token = tokens_[place_];
    if (place_ + 1 < tokens_.size()) ++place_;
    return token;
}

bool TokenStream::skip_sign(std::string_view sign) {
    if (!is_sign(sign)) return false;
    next();
    return true;
}

bool TokenStream::skip_name(std::string_view name) {
    if (!is_name(name)) return false;
    next();
    return true;
}

void TokenStream::expect_sign(std::string_view sign) {
    if (!skip_sign(sign)) fail("expected " + std::string(sign) + ", not " + describe(current()));
}

void TokenStream::expect_name(std::string_view name) {
    if (!skip_name(name)) fail("expected " + std::string(name) + ", not " + describe(current()));
}

std::string TokenStream::expect_any_name(const char* what) {
    if (!is(Token::Kind::name))
        fail("expected " + std::string(what) + ", not " + describe(current()));
    return next().content;
}

void TokenStream::expect(Token::Kind kind, const char* what) {
    if (!is(kind)) fail("expected " + std::string(what) + ", not " + describe(current()));
    next();
}

void TokenStream::fail(const std::string& message) const { fail(current().at, message); }

void TokenStream::fail(const Position& at, const std::string& message) const {
    throw PlacedProblem{at, message};
}

Nesting::Nesting(TokenStream& stream) : stream_(stream) {
    // Each expression counts twice, as a whole and as its first operand.
    if (stream_.depth >= 2 * deepest_nesting)
        stream_.fail("the template nests more than " + std::to_string(deepest_nesting) +
                     " levels deep");
    ++stream_.depth;
}

namespace {

using Kind = Statement::Kind;
using Ends = std::initializer_list<const char*>;

class Parser {
public:
    explicit Parser(std::string_view source) : stream_(source) {}

    Block read() { return parse_block({}); }

private:
    bool at_one_of(Ends ends) const {
        return std::any_of(ends.begin(), ends.end(),
                           [&](const char* end) { return stream_.is_name(end); });
    }

    static std::string listed(Ends ends) {
        std::string text;
        for (const char* end : ends) text += (text.empty() ? "" : " or ") + std::string(end);
        return text;
    }

    void end_tag() { stream_.expect(Token::Kind::block_end, "%}"); }

    /// Statements up to a tag with one of these names, which is the current token then.
    Block parse_block(Ends ends) {
        const Nesting nesting(stream_);
        Block block;
        while (true) {
            const Position at = stream_.current().at;
            if (stream_.is(Token::Kind::end)) {
                if (ends.size() > 0)
                    stream_.fail(opened_.back(), "this tag has no " + listed(ends));
                return block;
            }
            if (stream_.is(Token::Kind::data)) {
                auto data = make(Kind::data, at);
                data->text = stream_.next().content;
                block.push_back(std::move(data));
            } else if (stream_.is(Token::Kind::print_begin)) {
                stream_.next();
                auto print = make(Kind::print, at);
                print->value = parse_tuple(stream_);
                stream_.expect(Token::Kind::print_end, "}}");
                block.push_back(std::move(print));
            } else {
                stream_.next();  // {%
                if (at_one_of(ends)) return block;
                opened_.push_back(at);
                block.push_back(parse_statement(at));
                opened_.pop_back();
            }
        }
    }

    static std::unique_ptr<Statement> make(Kind kind, const Position& at) {
        auto statement = std::make_unique<Statement>();
        statement->kind = kind;
        statement->at = at;
        return statement;
    }

    std::unique_ptr<Statement> parse_statement(const Position& at) {
        const Position name_at = stream_.current().at;
        const std::string name = stream_.expect_any_name("the name of a tag");
        if (name == "if") return parse_if(at);
        if (name == "for") return parse_for(at);
        if (name == "set") return parse_set(at);
        if (name == "macro") return parse_macro(at);
        if (name == "with") return parse_with(at);
        if (name == "filter") return parse_filter_block(at);
        if (name == "generation") return parse_generation(at);
        if (name == "break" || name == "continue") {
            if (loops_ == 0) stream_.fail(name_at, name + " stands outside of a loop");
            end_tag();
            return make(name == "break" ? Kind::break_loop : Kind::continue_loop, at);
        }
        static const std::set<std::string> ends = {
            "endif",    "elif",    "else",          "endfor",    "endset",
            "endmacro", "endwith", "endgeneration", "endfilter", "endraw"};
        if (ends.contains(name)) stream_.fail(name_at, name + " has nothing that it could end");
        stream_.fail(name_at, "the tag " + name + " is not supported");
    }

    std::unique_ptr<Statement> parse_if(const Position& at) {
        auto statement = make(Kind::condition, at);
        do {
            Branch branch;
            branch.condition = parse_tuple(stream_, false);
            end_tag();
            branch.body = parse_block({"elif", "else", "endif"});
            statement->branches.push_back(std::move(branch));
        } while (stream_.skip_name("elif"));
        if (stream_.skip_name("else")) {
            end_tag();
            statement->otherwise = parse_block({"endif"});
        }
        stream_.expect_name("endif");
        end_tag();
        return statement;
    }

    Target parse_single_target(bool members) {
        const Nesting nesting(stream_);
        Target target;
        target.at = stream_.current().at;
        if (stream_.skip_sign("(")) {
            target = parse_target(members);
            stream_.expect_sign(")");
            return target;
        }
        target.name = stream_.expect_any_name("a name to assign to");
        static const std::set<std::string> constants = {"true", "false", "none",
                                                        "True", "False", "None"};
        if (constants.contains(target.name))
            stream_.fail(target.at, target.name + " cannot be assigned to");
        if (members && stream_.skip_sign("."))
            target.member = stream_.expect_any_name("a name behind the point");
        return target;
    }

    Target parse_target(bool members) {
        Target first = parse_single_target(members);
        if (!stream_.is_sign(",")) return first;
        Target all;
        all.at = first.at;
        all.is_tuple = true;
        all.parts.push_back(std::move(first));
        while (stream_.skip_sign(",")) {
            if (!stream_.is(Token::Kind::name) && !stream_.is_sign("(")) break;
            if (stream_.is_name("in")) break;
            all.parts.push_back(parse_single_target(members));
        }
        return all;
    }

    std::unique_ptr<Statement> parse_for(const Position& at) {
        auto statement = make(Kind::loop, at);
        statement->target = parse_target(false);
        stream_.expect_name("in");
        statement->value = parse_tuple(stream_, false);
        if (stream_.skip_name("if")) statement->condition = parse_expression(stream_);
        if (stream_.is_name("recursive")) stream_.fail("recursive loops are not supported");
        end_tag();
        ++loops_;
        statement->body = parse_block({"endfor", "else"});
        --loops_;
        if (stream_.skip_name("else")) {
            end_tag();
            statement->otherwise = parse_block({"endfor"});
        }
        stream_.expect_name("endfor");
        end_tag();
        return statement;
    }

    /// A block that is a value: break and continue do not reach out of it.
    Block parse_value_block(const char* end) {
        const int loops = std::exchange(loops_, 0);
        Block body = parse_block({end});
        loops_ = loops;
        stream_.expect_name(end);
        end_tag();
        return body;
    }

    std::unique_ptr<Statement> parse_set(const Position& at) {
        auto statement = make(Kind::set, at);
        statement->target = parse_target(true);
        if (stream_.skip_sign("=")) {
            statement->value = parse_tuple(stream_);
            end_tag();
            return statement;
        }
        statement->kind = Kind::set_block;
        if (stream_.is_sign("|")) statement->value = parse_filters(stream_, nullptr, false);
        end_tag();
        statement->body = parse_value_block("endset");
        return statement;
    }

    std::unique_ptr<Statement> parse_macro(const Position& at) {
        auto statement = make(Kind::macro, at);
        statement->text = stream_.expect_any_name("the name of the macro");
        stream_.expect_sign("(");
        while (!stream_.is_sign(")")) {
            if (!statement->parameters.empty()) stream_.expect_sign(",");
            if (stream_.is_sign(")")) break;
            const Position name_at = stream_.current().at;
            Parameter parameter;
            parameter.name = stream_.expect_any_name("the name of a parameter");
            if (stream_.skip_sign("="))
                parameter.fallback = parse_expression(stream_);
            else if (!statement->parameters.empty() && statement->parameters.back().fallback)
                stream_.fail(name_at, "a parameter without a default stands behind one with one");
            statement->parameters.push_back(std::move(parameter));
        }
        stream_.expect_sign(")");
        end_tag();
        statement->body = parse_value_block("endmacro");
        return statement;
    }

    std::unique_ptr<Statement> parse_with(const Position& at) {
        auto statement = make(Kind::with, at);
        while (!stream_.is(Token::Kind::block_end)) {
            if (!statement->assignments.empty()) stream_.expect_sign(",");
            Target target = parse_single_target(false);
            stream_.expect_sign("=");
            statement->assignments.emplace_back(std::move(target), parse_expression(stream_));
        }
        end_tag();
        statement->body = parse_block({"endwith"});
        stream_.expect_name("endwith");
        end_tag();
        return statement;
    }

    std::unique_ptr<Statement> parse_filter_block(const Position& at) {
        auto statement = make(Kind::filter_block, at);
        statement->value = parse_filters(stream_, nullptr, true);
        end_tag();
        statement->body = parse_value_block("endfilter");
        return statement;
    }

    std::unique_ptr<Statement> parse_generation(const Position& at) {
        auto statement = make(Kind::generation, at);
        end_tag();
        statement->body = parse_value_block("endgeneration");
        return statement;
    }

    TokenStream stream_;
    std::vector<Position> opened_;  ///< the tags that the current token stands in
    int loops_ = 0;                 ///< around the current token, within its value block
};

}  // namespace

Block parse_template(std::string_view source) { return Parser(source).read(); }

}  // namespace plumb::jinja
