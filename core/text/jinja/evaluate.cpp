// SPDX-License-Identifier: GPL-3.0-or-later
// Expressions.
#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {

using Kind = Expression::Kind;

Value Interpreter::evaluate(const Expression& node) {
    meter_.work(1);
    if (node.kind == Kind::constant) return node.value;
    if (node.kind == Kind::name) {
        at_ = node.at;
        return evaluate_name(node);
    }
    const Level level(*this);
    return evaluate_operation(node);
}

// at_ is set again where parts were evaluated, so that a problem is placed at what has it.
Value Interpreter::evaluate_operation(const Expression& node) {
    switch (node.kind) {
        case Kind::list: return list(evaluate_all(node.parts));
        case Kind::tuple: return list(evaluate_all(node.parts), true);
        case Kind::dict: return evaluate_dict(node);
        case Kind::unary: {
            const Value value = evaluate(*node.parts[0]);
            at_ = node.at;
            return calculate_unary(node.operations[0], value);
        }
        case Kind::chain: return evaluate_chain(node);
        case Kind::comparison: return evaluate_comparison(node);
        case Kind::concat: {
            std::string joined;
            for (const auto& part : node.parts) append(to_text(evaluate(*part), meter_), joined);
            return text(std::move(joined));
        }
        case Kind::all:
        case Kind::any: return evaluate_joined(node);
        case Kind::negation: return !truth(evaluate(*node.parts[0]));
        case Kind::conditional:
            if (truth(evaluate(*node.parts[1]))) return evaluate(*node.parts[0]);
            if (node.parts[2]) return evaluate(*node.parts[2]);
            return undefined("the if without else gives no value here");
        case Kind::member: {
            const Value value = evaluate(*node.parts[0]);
            at_ = node.at;
            return member_of(value, node.name, meter_);
        }
        case Kind::item: {
            const Value value = evaluate(*node.parts[0]);
            const Value key = evaluate(*node.parts[1]);
            at_ = node.at;
            return item_of(value, key, meter_);
        }
        case Kind::slice: return evaluate_slice(node);
        case Kind::call: return evaluate_call(node);
        case Kind::filter:
        case Kind::test: return evaluate_filter(node);
        default: return {};
    }
}

Value Interpreter::evaluate_name(const Expression& node) {
    if (const Value* found = scope_->find(node.name)) return *found;
    if (const Function function = find_global(node.name)) return make_function(node.name, function);
    return undefined("'" + node.name + "' is undefined");
}

std::vector<Value> Interpreter::evaluate_all(const std::vector<ExpressionPtr>& parts) {
    std::vector<Value> values;
    values.reserve(parts.size());
    for (const auto& part : parts) values.push_back(evaluate(*part));
    return values;
}

Value Interpreter::evaluate_dict(const Expression& node) {
    std::vector<std::pair<Value, Value>> entries;
    for (std::size_t i = 0; i + 1 < node.parts.size(); i += 2) {
        Value key = evaluate(*node.parts[i]);
        entries.emplace_back(std::move(key), evaluate(*node.parts[i + 1]));
    }
    at_ = node.at;
    return make_dict(std::move(entries), &meter_);
}

Value Interpreter::evaluate_chain(const Expression& node) {
    Value left = evaluate(*node.parts[0]);
    for (std::size_t i = 0; i < node.operations.size(); ++i) {
        const Value right = evaluate(*node.parts[i + 1]);
        at_ = node.parts[i + 1]->at;
        left = calculate(node.operations[i], left, right, meter_);
    }
    return left;
}

Value Interpreter::evaluate_comparison(const Expression& node) {
    Value left = evaluate(*node.parts[0]);
    for (std::size_t i = 0; i < node.operations.size(); ++i) {
        Value right = evaluate(*node.parts[i + 1]);
        at_ = node.parts[i + 1]->at;
        if (!compare(node.operations[i], left, right, meter_)) return false;
        left = std::move(right);
    }
    return true;
}

Value Interpreter::evaluate_joined(const Expression& node) {
    Value value;
    for (const auto& part : node.parts) {
        value = evaluate(*part);
        if (truth(value) == (node.kind == Kind::any)) break;
    }
    return value;
}

Value Interpreter::evaluate_slice(const Expression& node) {
    const Value value = evaluate(*node.parts[0]);
    std::optional<std::int64_t> bounds[3];
    for (std::size_t i = 0; i < 3; ++i) {
        if (!node.parts[i + 1]) continue;
        const Value bound = evaluate(*node.parts[i + 1]);
        at_ = node.parts[i + 1]->at;
        if (!bound.is_none()) bounds[i] = require_integer(bound, "a bound of a slice");
    }
    at_ = node.at;
    return slice(value, bounds[0], bounds[1], bounds[2], meter_);
}

Arguments Interpreter::evaluate_arguments(const CallPart& call) {
    Arguments arguments;
    arguments.positional = evaluate_all(call.positional);
    for (const auto& [name, part] : call.named) arguments.named.emplace_back(name, evaluate(*part));
    if (call.list)
        for (Value& item : items_of(evaluate(*call.list), meter_))
            arguments.positional.push_back(std::move(item));
    if (call.names) {
        const Value names = evaluate(*call.names);
        if (!names.dict()) throw Problem{"what stands behind ** must be a dict"};
        for (const auto& [key, value] : names.dict()->entries)
            arguments.named.emplace_back(require_text(key, "a name").bytes, value);
    }
    return arguments;
}

Value Interpreter::evaluate_call(const Expression& node) {
    const Value callee = evaluate(*node.parts[0]);
    Arguments arguments = evaluate_arguments(node.call);
    at_ = node.at;
    return call(callee, arguments);
}

Value Interpreter::evaluate_filter(const Expression& node) {
    const Value input = node.parts[0] ? evaluate(*node.parts[0]) : filtered_;
    Arguments arguments = evaluate_arguments(node.call);
    at_ = node.at;
    Value result = node.function(*this, input, arguments);
    arguments.check_all_taken((node.kind == Kind::filter ? "filter " : "test ") + node.name);
    return result;
}

Value Interpreter::apply_filter(const std::string& name, const Value& value, Arguments& arguments) {
    const Function function = find_filter(name);
    if (!function) throw Problem{"the filter " + name + " is not supported"};
    const Level level(*this);
    meter_.work(2);
    Value result = function(*this, value, arguments);
    arguments.check_all_taken("filter " + name);
    return result;
}

bool Interpreter::apply_test(const std::string& name, const Value& value, Arguments& arguments) {
    const Function function = find_test(name);
    if (!function) throw Problem{"the test " + name + " is not supported"};
    const Level level(*this);
    meter_.work(2);
    const Value result = function(*this, value, arguments);
    arguments.check_all_taken("test " + name);
    return truth(result);
}

}  // namespace plumb::jinja
