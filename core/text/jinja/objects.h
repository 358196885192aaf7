// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "text/jinja/value.h"

namespace plumb::jinja {

class Interpreter;
struct Statement;
struct Scope;

/// What stands in the brackets of a call.
struct Arguments {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;

    /// The argument at that place or of that name, or the fallback. A place of -1: by name only.
    Value take(int place, const char* name, Value fallback);
    /// The same; Problem where it is missing.
    Value require(int place, const char* name);
    /// Problem where something was given that nothing took. function: for the message.
    void check_all_taken(const std::string& function) const;

private:
    std::size_t places_ = 0;  ///< that were asked for
};

using Function = Value (*)(Interpreter&, const Value& self, Arguments&);

/// What a template can call: a macro with the scope that it was defined in, or a function with the
/// value it belongs to.
struct Callable {
    std::string name;
    Function function = nullptr;
    Value self = {};
    const Statement* macro = nullptr;
    Scope* scope = nullptr;
};

/// The variable `loop`.
struct Loop {
    Value items;  ///< a list
    std::int64_t index0 = 0;
};

/// Without a state of its own.
Value make_function(std::string name, Function function, Value self = {});

}  // namespace plumb::jinja
