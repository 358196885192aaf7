// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions, by the precedence of Jinja's own parser: a filter binds tighter than any operator.
#include <array>
#include <charconv>

#include "text/jinja/functions.h"
#include "text/jinja/parser.h"

namespace plumb::jinja {
namespace {

using Kind = Expression::Kind;

constexpr int deepest_expression = 200;

ExpressionPtr make(Kind kind, const Position& at) {
    auto node = std::make_unique<Expression>();
    node->kind = kind;
    node->at = at;
    return node;
}

/// To be called once a node has all of its parts.
ExpressionPtr finished(TokenStream& stream, ExpressionPtr node) {
    int depth = 0;
    const auto look = [&](const ExpressionPtr& part) {
        if (part) depth = std::max(depth, part->depth);
    };
    for (const auto& part : node->parts) look(part);
    for (const auto& part : node->call.positional) look(part);
    for (const auto& [name, part] : node->call.named) look(part);
    look(node->call.list);
    look(node->call.names);
    node->depth = depth + 1;
    if (node->depth > deepest_expression)
        stream.fail(node->at, "the expression is nested more than " +
                                  std::to_string(deepest_expression) + " levels deep");
    return node;
}

template <class... Parts>
ExpressionPtr make_of(TokenStream& stream, Kind kind, const Position& at, Parts... parts) {
    ExpressionPtr node = make(kind, at);
    (node->parts.push_back(std::move(parts)), ...);
    return finished(stream, std::move(node));
}

ExpressionPtr constant(const Position& at, Value value) {
    ExpressionPtr node = make(Kind::constant, at);
    node->value = std::move(value);
    return node;
}

CallPart parse_call_part(TokenStream& stream) {
    CallPart call;
    stream.expect_sign("(");
    bool first = true;
    while (!stream.is_sign(")")) {
        if (!first) {
            stream.expect_sign(",");
            if (stream.is_sign(")")) break;
        }
        first = false;
        if (stream.skip_sign("*")) {
            if (call.list || call.names) stream.fail("an argument stands behind ** or a second *");
            call.list = parse_expression(stream);
        } else if (stream.skip_sign("**")) {
            if (call.names) stream.fail("an argument stands behind **");
            call.names = parse_expression(stream);
        } else if (stream.is(Token::Kind::name) && stream.ahead().kind == Token::Kind::sign &&
                   stream.ahead().content == "=") {
            std::string name = stream.next().content;
            stream.next();
            call.named.emplace_back(std::move(name), parse_expression(stream));
        } else {
            if (!call.named.empty() || call.list || call.names)
                stream.fail("an argument without a name stands behind one with a name");
            call.positional.push_back(parse_expression(stream));
        }
    }
    stream.expect_sign(")");
    return call;
}

ExpressionPtr parse_call(TokenStream& stream, ExpressionPtr callee) {
    ExpressionPtr node = make(Kind::call, callee->at);
    node->parts.push_back(std::move(callee));
    node->call = parse_call_part(stream);
    return finished(stream, std::move(node));
}

/// What stands in the brackets behind a value.
ExpressionPtr parse_item(TokenStream& stream, ExpressionPtr value) {
    const Position at = stream.current().at;
    stream.expect_sign("[");
    std::array<ExpressionPtr, 3> parts;
    std::size_t colons = 0;
    while (!stream.is_sign("]")) {
        if (colons < 2 && stream.skip_sign(":")) {
            ++colons;
            continue;
        }
        if (parts[colons] || stream.is_sign(","))
            stream.fail("several values in one pair of brackets are not supported");
        parts[colons] = parse_expression(stream);
    }
    stream.expect_sign("]");
    if (colons == 0 && !parts[0]) stream.fail(at, "the brackets are empty");
    if (colons == 0) return make_of(stream, Kind::item, at, std::move(value), std::move(parts[0]));
    return make_of(stream, Kind::slice, at, std::move(value), std::move(parts[0]),
                   std::move(parts[1]), std::move(parts[2]));
}

ExpressionPtr parse_postfix(TokenStream& stream, ExpressionPtr node) {
    while (true) {
        if (stream.is_sign(".")) {
            stream.next();
            const Position at = stream.current().at;
            if (stream.is(Token::Kind::integer)) {
                const std::string digits = stream.next().content;
                std::int64_t index = 0;
                std::from_chars(digits.data(), digits.data() + digits.size(), index);
                node = make_of(stream, Kind::item, at, std::move(node), constant(at, index));
                continue;
            }
            std::string name = stream.expect_any_name("a name behind the point");
            ExpressionPtr member = make(Kind::member, at);
            member->name = std::move(name);
            member->parts.push_back(std::move(node));
            node = finished(stream, std::move(member));
        } else if (stream.is_sign("[")) {
            node = parse_item(stream, std::move(node));
        } else if (stream.is_sign("(")) {
            node = parse_call(stream, std::move(node));
        } else {
            return node;
        }
    }
}

std::string parse_dotted_name(TokenStream& stream, const char* what) {
    std::string name = stream.expect_any_name(what);
    while (stream.skip_sign(".")) name += "." + stream.expect_any_name(what);
    return name;
}

ExpressionPtr parse_list(TokenStream& stream) {
    ExpressionPtr node = make(Kind::list, stream.current().at);
    stream.expect_sign("[");
    while (!stream.is_sign("]")) {
        if (!node->parts.empty()) stream.expect_sign(",");
        if (stream.is_sign("]")) break;
        node->parts.push_back(parse_expression(stream));
    }
    stream.expect_sign("]");
    return finished(stream, std::move(node));
}

ExpressionPtr parse_dict(TokenStream& stream) {
    ExpressionPtr node = make(Kind::dict, stream.current().at);
    stream.expect_sign("{");
    while (!stream.is_sign("}")) {
        if (!node->parts.empty()) stream.expect_sign(",");
        if (stream.is_sign("}")) break;
        node->parts.push_back(parse_expression(stream));
        stream.expect_sign(":");
        node->parts.push_back(parse_expression(stream));
    }
    stream.expect_sign("}");
    return finished(stream, std::move(node));
}

ExpressionPtr parse_number(TokenStream& stream) {
    const Token token = stream.next();
    const char *begin = token.content.data(), *end = begin + token.content.size();
    if (token.kind == Token::Kind::real) {
        double value = 0;
        std::from_chars(begin, end, value);
        return constant(token.at, value);
    }
    std::int64_t value = 0;
    if (std::from_chars(begin, end, value).ec != std::errc())
        stream.fail(token.at, "the number is too large");
    return constant(token.at, value);
}

ExpressionPtr parse_primary(TokenStream& stream) {
    const Position at = stream.current().at;
    if (stream.is(Token::Kind::name)) {
        const std::string name = stream.next().content;
        if (name == "true" || name == "True") return constant(at, true);
        if (name == "false" || name == "False") return constant(at, false);
        if (name == "none" || name == "None") return constant(at, None{});
        ExpressionPtr node = make(Kind::name, at);
        node->name = name;
        return node;
    }
    if (stream.is(Token::Kind::text)) {
        std::string text;
        while (stream.is(Token::Kind::text)) text += stream.next().content;
        return constant(at, make_text(std::move(text), nullptr));
    }
    if (stream.is(Token::Kind::integer) || stream.is(Token::Kind::real))
        return parse_number(stream);
    if (stream.is_sign("[")) return parse_list(stream);
    if (stream.is_sign("{")) return parse_dict(stream);
    if (!stream.skip_sign("(")) stream.fail("an expression is expected");
    if (stream.skip_sign(")")) return make(Kind::tuple, at);
    ExpressionPtr node = parse_tuple(stream);
    stream.expect_sign(")");
    return node;
}

ExpressionPtr parse_test(TokenStream& stream, ExpressionPtr value) {
    stream.expect_name("is");
    const bool negated = stream.skip_name("not");
    ExpressionPtr node = make(Kind::test, stream.current().at);
    node->name = parse_dotted_name(stream, "the name of a test");
    node->function = find_test(node->name);
    if (!node->function) stream.fail(node->at, "the test " + node->name + " is not supported");
    node->parts.push_back(std::move(value));
    const bool ends = stream.is_name("else") || stream.is_name("or") || stream.is_name("and");
    using Token_ = Token::Kind;
    if (stream.is_sign("(")) {
        node->call = parse_call_part(stream);
    } else if (!ends &&
               (stream.is(Token_::name) || stream.is(Token_::text) || stream.is(Token_::integer) ||
                stream.is(Token_::real) || stream.is_sign("[") || stream.is_sign("{"))) {
        if (stream.is_name("is")) stream.fail("tests cannot be chained with is");
        node->call.positional.push_back(parse_postfix(stream, parse_primary(stream)));
    }
    node = finished(stream, std::move(node));
    if (!negated) return node;
    const Position at = node->at;
    return make_of(stream, Kind::negation, at, std::move(node));
}

ExpressionPtr parse_filtered(TokenStream& stream, ExpressionPtr node) {
    while (true) {
        if (stream.is_sign("|"))
            node = parse_filters(stream, std::move(node), false);
        else if (stream.is_name("is"))
            node = parse_test(stream, std::move(node));
        else if (stream.is_sign("("))
            node = parse_call(stream, std::move(node));
        else
            return node;
    }
}

ExpressionPtr parse_unary(TokenStream& stream, bool with_filter = true) {
    const Nesting nesting(stream);
    const Position at = stream.current().at;
    ExpressionPtr node;
    if (stream.is_sign("-") || stream.is_sign("+")) {
        const bool minus = stream.next().content == "-";
        node = make_of(stream, Kind::unary, at, parse_unary(stream, false));
        node->operations.push_back(minus ? Operation::negate : Operation::plus);
    } else {
        node = parse_primary(stream);
    }
    node = parse_postfix(stream, std::move(node));
    return with_filter ? parse_filtered(stream, std::move(node)) : std::move(node);
}

/// Operands with operators of one precedence between them, from the left.
template <std::size_t N>
ExpressionPtr parse_chain(TokenStream& stream, ExpressionPtr (*operand)(TokenStream&),
                          const std::array<std::pair<const char*, Operation>, N>& signs) {
    const Position at = stream.current().at;
    ExpressionPtr first = operand(stream), chain;
    while (true) {
        const auto found = std::find_if(signs.begin(), signs.end(), [&](const auto& sign) {
            return stream.is_sign(sign.first);
        });
        if (found == signs.end()) break;
        if (!chain) {
            chain = make(Kind::chain, at);
            chain->parts.push_back(std::move(first));
        }
        stream.next();
        chain->operations.push_back(found->second);
        chain->parts.push_back(operand(stream));
    }
    return chain ? finished(stream, std::move(chain)) : std::move(first);
}

ExpressionPtr parse_operand(TokenStream& stream) { return parse_unary(stream); }

ExpressionPtr parse_power(TokenStream& stream) {
    return parse_chain<1>(stream, parse_operand, {{{"**", Operation::power}}});
}

ExpressionPtr parse_product(TokenStream& stream) {
    return parse_chain<4>(stream, parse_power,
                          {{{"*", Operation::multiply},
                            {"/", Operation::divide},
                            {"//", Operation::floor_divide},
                            {"%", Operation::modulo}}});
}

/// Operands with a word or sign between them that makes one node of them all.
template <class Skip>
ExpressionPtr parse_joined(TokenStream& stream, Kind kind, ExpressionPtr (*operand)(TokenStream&),
                           Skip skip) {
    const Position at = stream.current().at;
    ExpressionPtr first = operand(stream);
    if (!skip()) return first;
    ExpressionPtr node = make(kind, at);
    node->parts.push_back(std::move(first));
    do node->parts.push_back(operand(stream));
    while (skip());
    return finished(stream, std::move(node));
}

ExpressionPtr parse_concat(TokenStream& stream) {
    return parse_joined(stream, Kind::concat, parse_product, [&] { return stream.skip_sign("~"); });
}

ExpressionPtr parse_sum(TokenStream& stream) {
    return parse_chain<2>(stream, parse_concat,
                          {{{"+", Operation::add}, {"-", Operation::subtract}}});
}

std::optional<Operation> skip_comparison(TokenStream& stream) {
    constexpr std::array<std::pair<const char*, Operation>, 6> signs{
        {{"==", Operation::equal},
         {"!=", Operation::not_equal},
         {"<", Operation::less},
         {"<=", Operation::less_equal},
         {">", Operation::greater},
         {">=", Operation::greater_equal}}};
    for (const auto& [sign, operation] : signs)
        if (stream.skip_sign(sign)) return operation;
    if (stream.skip_name("in")) return Operation::in;
    if (stream.is_name("not") && stream.ahead().kind == Token::Kind::name &&
        stream.ahead().content == "in") {
        stream.next();
        stream.next();
        return Operation::not_in;
    }
    return std::nullopt;
}

ExpressionPtr parse_comparison(TokenStream& stream) {
    const Position at = stream.current().at;
    ExpressionPtr first = parse_sum(stream), node;
    while (const auto operation = skip_comparison(stream)) {
        if (!node) {
            node = make(Kind::comparison, at);
            node->parts.push_back(std::move(first));
        }
        node->operations.push_back(*operation);
        node->parts.push_back(parse_sum(stream));
    }
    return node ? finished(stream, std::move(node)) : std::move(first);
}

ExpressionPtr parse_not(TokenStream& stream) {
    const Position at = stream.current().at;
    if (!stream.skip_name("not")) return parse_comparison(stream);
    const Nesting nesting(stream);
    return make_of(stream, Kind::negation, at, parse_not(stream));
}

ExpressionPtr parse_and(TokenStream& stream) {
    return parse_joined(stream, Kind::all, parse_not, [&] { return stream.skip_name("and"); });
}

ExpressionPtr parse_or(TokenStream& stream) {
    return parse_joined(stream, Kind::any, parse_and, [&] { return stream.skip_name("or"); });
}

}  // namespace

ExpressionPtr parse_filters(TokenStream& stream, ExpressionPtr input, bool at_first_name) {
    while (at_first_name || stream.skip_sign("|")) {
        at_first_name = false;
        ExpressionPtr node = make(Kind::filter, stream.current().at);
        node->name = parse_dotted_name(stream, "the name of a filter");
        node->function = find_filter(node->name);
        if (!node->function)
            stream.fail(node->at, "the filter " + node->name + " is not supported");
        node->parts.push_back(std::move(input));
        if (stream.is_sign("(")) node->call = parse_call_part(stream);
        input = finished(stream, std::move(node));
    }
    return input;
}

ExpressionPtr parse_expression(TokenStream& stream, bool conditional) {
    const Nesting nesting(stream);
    const Position at = stream.current().at;
    ExpressionPtr node = parse_or(stream);
    while (conditional && stream.skip_name("if")) {
        ExpressionPtr condition = parse_or(stream), otherwise;
        if (stream.skip_name("else")) otherwise = parse_expression(stream);
        node = make_of(stream, Kind::conditional, at, std::move(node), std::move(condition),
                       std::move(otherwise));
    }
    return node;
}

ExpressionPtr parse_tuple(TokenStream& stream, bool conditional) {
    const Position at = stream.current().at;
    ExpressionPtr first = parse_expression(stream, conditional);
    if (!stream.is_sign(",")) return first;
    ExpressionPtr node = make(Kind::tuple, at);
    node->parts.push_back(std::move(first));
    while (stream.skip_sign(",")) {
        if (stream.is_sign(")") || stream.is(Token::Kind::print_end) ||
            stream.is(Token::Kind::block_end))
            break;
        node->parts.push_back(parse_expression(stream, conditional));
    }
    return finished(stream, std::move(node));
}

}  // namespace plumb::jinja
