// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/jinja/operators.h"

#include <algorithm>
#include <cmath>

#include "text/jinja/functions.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

const char* sign_of(Operation operation) {
    switch (operation) {
        case Operation::add: return "+";
        case Operation::subtract: return "-";
        case Operation::multiply: return "*";
        case Operation::divide: return "/";
        case Operation::floor_divide: return "//";
        case Operation::modulo: return "%";
        case Operation::power: return "**";
        default: return "the operator";
    }
}

void refuse_undefined(const Value& value) {
    if (const auto* missing = value.get<Undefined>())
        throw Problem{missing->why ? *missing->why : "the value is undefined"};
}

[[noreturn]] void refuse_types(const std::string& what, const Value& left, const Value& right) {
    refuse_undefined(left);
    refuse_undefined(right);
    throw Problem{what + " does not go with " + type_name(left) + " and " + type_name(right)};
}

// By reference: the value is there only once the arguments are evaluated.
std::int64_t checked(bool overflows, const std::int64_t& value) {
    if (overflows) throw Problem{"the whole number is too large"};
    return value;
}

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
    if (b == -1) {
        std::int64_t result = 0;
        return checked(__builtin_sub_overflow(std::int64_t{0}, a, &result), result);
    }
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

Value integer_power(std::int64_t base, std::int64_t exponent) {
    if (exponent < 0) return std::pow(static_cast<double>(base), static_cast<double>(exponent));
    std::int64_t result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1) checked(__builtin_mul_overflow(result, base, &result), 0);
        if (exponent > 1) checked(__builtin_mul_overflow(base, base, &base), 0);
    }
    return result;
}

Value calculate_integers(Operation operation, std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    switch (operation) {
        case Operation::add: return checked(__builtin_add_overflow(a, b, &result), result);
        case Operation::subtract: return checked(__builtin_sub_overflow(a, b, &result), result);
        case Operation::multiply: return checked(__builtin_mul_overflow(a, b, &result), result);
        case Operation::power: return integer_power(a, b);
        default: break;
    }
    if (b == 0) throw Problem{"division by zero"};
    if (operation == Operation::divide) return static_cast<double>(a) / static_cast<double>(b);
    if (operation == Operation::floor_divide) return floor_quotient(a, b);
    return b == -1 ? std::int64_t{0} : a - floor_quotient(a, b) * b;
}

Value calculate_reals(Operation operation, double a, double b) {
    switch (operation) {
        case Operation::add: return a + b;
        case Operation::subtract: return a - b;
        case Operation::multiply: return a * b;
        case Operation::power: return std::pow(a, b);
        default: break;
    }
    if (b == 0) throw Problem{"division by zero"};
    if (operation == Operation::divide) return a / b;
    if (operation == Operation::floor_divide) return std::floor(a / b);
    return a - std::floor(a / b) * b;
}

Value add(const Value& left, const Value& right, Meter& meter) {
    if (left.text() && right.text()) {
        const std::string &a = left.text()->bytes, &b = right.text()->bytes;
        meter.check_size(a.size() + b.size());
        return make_text(a + b, &meter);
    }
    const List *a = left.list(), *b = right.list();
    if (!a || !b || a->is_tuple != b->is_tuple) refuse_types("+", left, right);
    std::vector<Value> items;
    const Held held(&meter, (a->items.size() + b->items.size()) * sizeof(Value));
    items.reserve(a->items.size() + b->items.size());
    items.insert(items.end(), a->items.begin(), a->items.end());
    items.insert(items.end(), b->items.begin(), b->items.end());
    return make_list(std::move(items), &meter, a->is_tuple);
}

Value repeat(const Value& value, std::int64_t times, Meter& meter) {
    const std::size_t count = times < 0 ? 0 : static_cast<std::size_t>(times);
    const std::size_t size = value.text() ? value.text()->bytes.size() : value.list()->items.size();
    const std::size_t most = meter.limits().output / (value.text() ? 1 : sizeof(Value));
    if (size > 0 && count > most / size) meter.check_size(meter.limits().output + 1);
    if (size == 0 || count == 0)
        return value.text() ? make_text("", &meter) : make_list({}, &meter, value.list()->is_tuple);
    if (value.text()) {
        std::string text;
        text.reserve(size * count);
        for (std::size_t i = 0; i < count; ++i) text += value.text()->bytes;
        return make_text(std::move(text), &meter);
    }
    meter.work(size * count / 4 + 1);
    std::vector<Value> items;
    items.reserve(size * count);
    for (std::size_t i = 0; i < count; ++i)
        items.insert(items.end(), value.list()->items.begin(), value.list()->items.end());
    return make_list(std::move(items), &meter, value.list()->is_tuple);
}

bool is_sequence(const Value& value) { return value.text() || value.list(); }

bool equal_lists(const List& left, const List& right, Meter& meter) {
    if (left.is_tuple != right.is_tuple || left.items.size() != right.items.size()) return false;
    for (std::size_t i = 0; i < left.items.size(); ++i)
        if (!equal(left.items[i], right.items[i], meter)) return false;
    return true;
}

bool equal_dicts(const Dict& left, const Dict& right, Meter& meter) {
    if (left.entries.size() != right.entries.size()) return false;
    for (const auto& [key, value] : left.entries) {
        const Value* other = right.find(key);
        if (!other || !equal(value, *other, meter)) return false;
    }
    return true;
}

int sign(bool less, bool greater) { return greater ? 1 : less ? -1 : 0; }

}  // namespace

Value calculate(Operation operation, const Value& left, const Value& right, Meter& meter) {
    meter.work(1);
    const auto a = left.integer(), b = right.integer();
    if (a && b) return calculate_integers(operation, *a, *b);
    const auto x = left.number(), y = right.number();
    if (x && y) return calculate_reals(operation, *x, *y);
    if (operation == Operation::add) return add(left, right, meter);
    if (operation == Operation::multiply && is_sequence(left) && b) return repeat(left, *b, meter);
    if (operation == Operation::multiply && a && is_sequence(right))
        return repeat(right, *a, meter);
    if (operation == Operation::modulo && left.text())
        return make_text(format_percent(left.text()->bytes, right, meter), &meter);
    refuse_types(sign_of(operation), left, right);
}

Value calculate_unary(Operation operation, const Value& value) {
    const bool minus = operation == Operation::negate;
    if (const auto number = value.integer())
        return minus ? calculate_integers(Operation::subtract, 0, *number) : Value(*number);
    if (const auto number = value.number()) return minus ? -*number : *number;
    refuse_undefined(value);
    throw Problem{std::string("a sign does not go with ") + type_name(value)};
}

bool equal(const Value& left, const Value& right, Meter& meter) {
    meter.work(1);
    if (left.text() && right.text()) {
        meter.work_on_bytes(left.text()->bytes.size());
        return left.text()->bytes == right.text()->bytes;
    }
    const auto a = left.integer(), b = right.integer();
    if (a && b) return *a == *b;
    const auto x = left.number(), y = right.number();
    if (x && y) return *x == *y;
    if (left.list() && right.list()) return equal_lists(*left.list(), *right.list(), meter);
    if (left.dict() && right.dict()) return equal_dicts(*left.dict(), *right.dict(), meter);
    if (left.is_none() || left.is_undefined())
        return left.is_none() == right.is_none() && left.is_undefined() == right.is_undefined();
    if (left.name_space()) return left.name_space() == right.name_space();
    if (left.callable()) return left.callable() == right.callable();
    return left.loop() && left.loop() == right.loop();
}

int order(const Value& left, const Value& right, Meter& meter) {
    meter.work(1);
    if (left.text() && right.text()) {
        meter.work_on_bytes(std::min(left.text()->bytes.size(), right.text()->bytes.size()));
        const int result = left.text()->bytes.compare(right.text()->bytes);
        return sign(result<0, result> 0);
    }
    const auto x = left.number(), y = right.number();
    if (x && y) return sign(*x<*y, *x> * y);
    const List *a = left.list(), *b = right.list();
    if (!a || !b || a->is_tuple != b->is_tuple) refuse_types("<", left, right);
    for (std::size_t i = 0; i < std::min(a->items.size(), b->items.size()); ++i)
        if (!equal(a->items[i], b->items[i], meter)) return order(a->items[i], b->items[i], meter);
    return sign(a->items.size() < b->items.size(), a->items.size() > b->items.size());
}

bool contains(const Value& container, const Value& item, Meter& meter) {
    if (const Text* text = container.text()) {
        meter.work_on_bytes(text->bytes.size());
        if (!item.text()) refuse_types("in", item, container);
        return find_text(text->bytes, item.text()->bytes) != std::string_view::npos;
    }
    if (const Dict* dict = container.dict()) return dict->find(item) != nullptr;
    if (const List* list = container.list())
        return std::any_of(list->items.begin(), list->items.end(),
                           [&](const Value& other) { return equal(other, item, meter); });
    if (container.is_undefined()) return false;
    refuse_types("in", item, container);
}

bool compare(Operation operation, const Value& left, const Value& right, Meter& meter) {
    switch (operation) {
        case Operation::equal: return equal(left, right, meter);
        case Operation::not_equal: return !equal(left, right, meter);
        case Operation::in: return contains(right, left, meter);
        case Operation::not_in: return !contains(right, left, meter);
        default: break;
    }
    const auto x = left.number(), y = right.number();
    if (x && y && (std::isnan(*x) || std::isnan(*y))) return false;
    const int result = order(left, right, meter);
    if (operation == Operation::less) return result < 0;
    if (operation == Operation::less_equal) return result <= 0;
    if (operation == Operation::greater) return result > 0;
    return result >= 0;
}

}  // namespace plumb::jinja
