// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <ctime>
#include <map>

#include "text/jinja/functions.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/operators.h"
#include "text/jinja/python_text.h"

namespace plumb::jinja {
namespace {

std::vector<std::pair<Value, Value>> named_entries(Interpreter& run, Arguments& arguments) {
    std::vector<std::pair<Value, Value>> entries;
    const Value first = arguments.take(0, "", Undefined{});
    if (const Dict* dict = first.dict()) {
        entries = dict->entries;
    } else if (!first.is_undefined()) {
        for (const Value& pair : items_of(first, run.meter())) {
            const std::vector<Value> both = items_of(pair, run.meter());
            if (both.size() != 2) throw Problem{"a dict is made of pairs"};
            entries.emplace_back(both[0], both[1]);
        }
    }
    for (auto& [name, value] : arguments.named)
        entries.emplace_back(run.text(name), std::move(value));
    arguments.named.clear();
    return entries;
}

Value dict(Interpreter& run, const Value&, Arguments& arguments) {
    return make_dict(named_entries(run, arguments), &run.meter());
}

Value name_space(Interpreter& run, const Value& self, Arguments& arguments) {
    return run.new_namespace(*dict(run, self, arguments).dict());
}

Value range(Interpreter& run, const Value&, Arguments& arguments) {
    constexpr std::int64_t longest = 100'000;  // as in Jinja's sandbox
    std::int64_t start = 0,
                 stop = require_integer(arguments.require(0, "stop"), "a bound of range");
    const Value second = arguments.take(1, "", Undefined{});
    if (!second.is_undefined()) {
        start = stop;
        stop = require_integer(second, "a bound of range");
    }
    const std::int64_t step =
        require_integer(arguments.take(2, "", std::int64_t{1}), "the step of range");
    if (step == 0) throw Problem{"the step of range cannot be 0"};
    const double count =
        (static_cast<double>(stop) - static_cast<double>(start)) / static_cast<double>(step);
    if (count > static_cast<double>(longest))
        throw Problem{"a range has more than " + std::to_string(longest) + " numbers"};
    if (count > 0) run.meter().work(static_cast<std::uint64_t>(count));
    std::vector<Value> numbers;
    for (std::int64_t i = start; step > 0 ? i < stop : i > stop;) {
        numbers.push_back(i);
        if (__builtin_add_overflow(i, step, &i)) break;
    }
    return run.list(std::move(numbers));
}

Value raise_exception(Interpreter& run, const Value&, Arguments& arguments) {
    throw Problem{"the template refuses: " + to_text(arguments.require(0, "message"), run.meter())};
}

Value strftime_now(Interpreter& run, const Value&, Arguments& arguments) {
    const Value argument = arguments.require(0, "format");
    const std::string& format = require_text(argument, "the format of strftime_now").bytes;
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    if (format.size() > 1000) throw Problem{"the format of strftime_now is too long"};
    std::array<char, 8192> buffer{};
    const std::size_t size = std::strftime(buffer.data(), buffer.size(), format.c_str(), &local);
    return run.text(std::string(buffer.data(), size));
}

/// Nothing at the first call, then the separator.
Value join_next(Interpreter& run, const Value& self, Arguments&) {
    Value& used = self.name_space()->members["used"];
    if (!truth(used)) {
        used = true;
        return run.text("");
    }
    return self.name_space()->members["separator"];
}

Value joiner(Interpreter& run, const Value&, Arguments& arguments) {
    Value separator = arguments.take(0, "sep", run.text(", "));
    const Value state = run.new_namespace(Dict{});
    state.name_space()->members["separator"] = std::move(separator);
    return make_function("joiner", join_next, state);
}

}  // namespace

Function find_global(std::string_view name) {
    static const std::map<std::string_view, Function> functions = {
        {"dict", dict},
        {"joiner", joiner},
        {"namespace", name_space},
        {"raise_exception", raise_exception},
        {"range", range},
        {"strftime_now", strftime_now},
    };
    const auto found = functions.find(name);
    return found == functions.end() ? nullptr : found->second;
}

}  // namespace plumb::jinja
