// SPDX-License-Identifier: GPL-3.0-or-later
// What stands behind `is`.
#include <map>

#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

template <bool (*Check)(const Value&)>
Value test(Interpreter&, const Value& value, Arguments&) {
    return Check(value);
}

template <Operation Sign>
Value test_compare(Interpreter& run, const Value& value, Arguments& arguments) {
    return compare(Sign, value, arguments.require(0, "other"), run.meter());
}

bool is_defined(const Value& value) { return !value.is_undefined(); }
bool is_undefined(const Value& value) { return value.is_undefined(); }
bool is_none(const Value& value) { return value.is_none(); }
bool is_boolean(const Value& value) { return value.get<bool>() != nullptr; }
bool is_true(const Value& value) { return is_boolean(value) && *value.get<bool>(); }
bool is_false(const Value& value) { return is_boolean(value) && !*value.get<bool>(); }
bool is_integer(const Value& value) { return value.get<std::int64_t>() != nullptr; }
bool is_float(const Value& value) { return value.get<double>() != nullptr; }
bool is_number(const Value& value) { return value.number().has_value(); }
bool is_string(const Value& value) { return value.text() != nullptr; }
bool is_mapping(const Value& value) { return value.dict() != nullptr; }
bool is_callable(const Value& value) { return value.callable() != nullptr; }
bool is_sequence(const Value& value) {
    return value.text() || value.list() || value.dict() || value.is_undefined();
}
bool is_iterable(const Value& value) { return is_sequence(value) || value.loop(); }
std::int64_t remainder(const Value& value, std::int64_t by) {
    if (by == 0) throw Problem{"division by zero"};
    return by == -1 ? 0 : require_integer(value, "what is divided") % by;
}

bool is_even(const Value& value) { return remainder(value, 2) == 0; }
bool is_odd(const Value& value) { return remainder(value, 2) != 0; }

template <Case How>
Value is_in_case(Interpreter& run, const Value& value, Arguments&) {
    const Text* text = value.text();
    if (!text) return false;
    const std::string upper = change_case(text->bytes, Case::upper, run.meter());
    const std::string lower = change_case(text->bytes, Case::lower, run.meter());
    return upper != lower && text->bytes == (How == Case::upper ? upper : lower);
}

Value is_divisible_by(Interpreter&, const Value& value, Arguments& arguments) {
    return remainder(value, require_integer(arguments.require(0, "num"), "the divisor")) == 0;
}

Value is_in(Interpreter& run, const Value& value, Arguments& arguments) {
    return contains(arguments.require(0, "seq"), value, run.meter());
}

Value is_same_as(Interpreter& run, const Value& value, Arguments& arguments) {
    const Value other = arguments.require(0, "other");
    if (value.list() || other.list()) return value.list() == other.list();
    if (value.dict() || other.dict()) return value.dict() == other.dict();
    return type_name(value) == std::string_view(type_name(other)) &&
           equal(value, other, run.meter());
}

Value is_filter(Interpreter&, const Value& value, Arguments&) {
    return value.text() && find_filter(value.text()->bytes) != nullptr;
}
Value is_test(Interpreter&, const Value& value, Arguments&) {
    return value.text() && find_test(value.text()->bytes) != nullptr;
}

}  // namespace

Function find_test(std::string_view name) {
    static const std::map<std::string_view, Function> tests = {
        {"boolean", test<is_boolean>},
        {"callable", test<is_callable>},
        {"defined", test<is_defined>},
        {"divisibleby", is_divisible_by},
        {"even", test<is_even>},
        {"false", test<is_false>},
        {"filter", is_filter},
        {"float", test<is_float>},
        {"in", is_in},
        {"integer", test<is_integer>},
        {"iterable", test<is_iterable>},
        {"lower", is_in_case<Case::lower>},
        {"mapping", test<is_mapping>},
        {"none", test<is_none>},
        {"number", test<is_number>},
        {"odd", test<is_odd>},
        {"sameas", is_same_as},
        {"sequence", test<is_sequence>},
        {"string", test<is_string>},
        {"test", is_test},
        {"true", test<is_true>},
        {"undefined", test<is_undefined>},
        {"upper", is_in_case<Case::upper>},
        {"eq", test_compare<Operation::equal>},
        {"equalto", test_compare<Operation::equal>},
        {"ge", test_compare<Operation::greater_equal>},
        {"greaterthan", test_compare<Operation::greater>},
        {"gt", test_compare<Operation::greater>},
        {"le", test_compare<Operation::less_equal>},
        {"lessthan", test_compare<Operation::less>},
        {"lt", test_compare<Operation::less>},
        {"ne", test_compare<Operation::not_equal>},
        {"==", test_compare<Operation::equal>},
        {"!=", test_compare<Operation::not_equal>},
        {">=", test_compare<Operation::greater_equal>},
        {">", test_compare<Operation::greater>},
        {"<=", test_compare<Operation::less_equal>},
        {"<", test_compare<Operation::less>},
    };
    const auto found = tests.find(name);
    return found == tests.end() ? nullptr : found->second;
}

}  // namespace plumb::jinja
