// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "text/jinja/lexer.h"
#include "text/jinja/objects.h"
#include "text/jinja/value.h"

namespace plumb::jinja {

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

enum class Operation {
    add,
    subtract,
    multiply,
    divide,
    floor_divide,
    modulo,
    power,
    negate,
    plus,  // numbers first
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    not_in,
};

/// The bracket of a call, filter or test.
struct CallPart {
    std::vector<ExpressionPtr> positional;
    std::vector<std::pair<std::string, ExpressionPtr>> named;
    ExpressionPtr list = nullptr;   ///< *list
    ExpressionPtr names = nullptr;  ///< **dict
};

struct Expression {
    enum class Kind {
        constant,  ///< value
        name,      ///< name
        list,
        tuple,       ///< parts
        dict,        ///< parts: key, value, key, ...
        unary,       ///< operation on parts[0]
        chain,       ///< parts[0] operations[0] parts[1] operations[1] ..., from the left
        comparison,  ///< the same, where each neighbour must compare so
        concat,      ///< parts as texts, one after the other
        all,
        any,          ///< `and`, `or` of the parts
        negation,     ///< not parts[0]
        conditional,  ///< parts[0] if parts[1] else parts[2], which may be missing
        member,       ///< parts[0].name
        item,         ///< parts[0][parts[1]]
        slice,        ///< parts[0][parts[1]:parts[2]:parts[3]], each of which may be missing
        call,         ///< parts[0](call)
        filter,       ///< parts[0] | name(call); without parts[0] in a filter block
        test,         ///< parts[0] is name(call)
    };

    Kind kind = Kind::constant;
    Position at = {};
    Value value = {};
    std::string name = {};
    std::vector<ExpressionPtr> parts = {};
    std::vector<Operation> operations = {};
    CallPart call = {};
    Function function = nullptr;  ///< of a filter or test
    int depth = 1;                ///< of expressions within each other, with this one
};

/// What is assigned to: a name, a member of a namespace, or several of them.
struct Target {
    Position at = {};
    std::string name = {};
    std::string member = {};
    std::vector<Target> parts = {};
    bool is_tuple = false;
};

struct Statement;
using Block = std::vector<std::unique_ptr<Statement>>;

struct Branch {
    ExpressionPtr condition;
    Block body;
};

struct Parameter {
    std::string name;
    ExpressionPtr fallback;  ///< may be missing
};

struct Statement {
    enum class Kind {
        data,          ///< text
        print,         ///< value
        condition,     ///< branches, otherwise
        loop,          ///< target, value, condition; body, otherwise
        set,           ///< target, value
        set_block,     ///< target, body, filtered by value where there is one
        macro,         ///< text (its name), parameters, body
        filter_block,  ///< value, body
        with,          ///< assignments, body
        generation,    ///< body
        break_loop,
        continue_loop,
    };

    Kind kind = Kind::data;
    Position at = {};
    std::string text = {};
    ExpressionPtr value = nullptr;
    ExpressionPtr condition = nullptr;
    Target target = {};
    std::vector<Branch> branches = {};
    std::vector<Parameter> parameters = {};
    std::vector<std::pair<Target, ExpressionPtr>> assignments = {};
    Block body = {};
    Block otherwise = {};
};

}  // namespace plumb::jinja
