// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "text/jinja/syntax.h"

namespace plumb::jinja {

/// A walk through the tokens. Throws PlacedProblem.
class TokenStream {
public:
    explicit TokenStream(std::string_view source) : tokens_(read_tokens(source)) {}

    const Token& current() const { return tokens_[place_]; }
    const Token& ahead() const { return tokens_[std::min(place_ + 1, tokens_.size() - 1)]; }
    bool is(Token::Kind kind) const { return current().kind == kind; }
    bool is_sign(std::string_view sign) const {
        return is(Token::Kind::sign) && current().content == sign;
    }
    bool is_name(std::string_view name) const {
        return is(Token::Kind::name) && current().content == name;
    }
    /// The current token; goes on to the next.
    Token next();
    bool skip_sign(std::string_view sign);
    bool skip_name(std::string_view name);
    void expect_sign(std::string_view sign);
    void expect_name(std::string_view name);
    std::string expect_any_name(const char* what);
    void expect(Token::Kind kind, const char* what);
    [[noreturn]] void fail(const std::string& message) const;
    [[noreturn]] void fail(const Position& at, const std::string& message) const;

    /// Brackets and blocks within each other, to be counted by Nesting.
    int depth = 0;

private:
    std::vector<Token> tokens_;
    std::size_t place_ = 0;
};

/// One level of nesting, as long as it lives; fails where there are too many.
class Nesting {
public:
    explicit Nesting(TokenStream& stream);
    ~Nesting() { --stream_.depth; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

private:
    TokenStream& stream_;
};

/// With `a if b else c`, unless that is not allowed here.
ExpressionPtr parse_expression(TokenStream& stream, bool conditional = true);
/// One expression, or several with commas between them, which are a tuple.
ExpressionPtr parse_tuple(TokenStream& stream, bool conditional = true);
/// `name(args) | name` of a filter block and behind the target of set: parts[0] of the innermost is
/// missing.
ExpressionPtr parse_filters(TokenStream& stream, ExpressionPtr input, bool at_first_name);

/// The whole template. Throws PlacedProblem: the first thing that is wrong or not supported.
Block parse_template(std::string_view source);

}  // namespace plumb::jinja
