// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace plumb {

/// A broken invariant: a mistake in this program, never in the user's input.
/// Ends at the edge of the worker thread as RunFailed with phase and step.
class InvariantError : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

[[noreturn]] inline void throw_invariant(const char* condition, const char* file, int line,
                                         const std::string& what) {
    throw InvariantError(std::string(file) + ":" + std::to_string(line) + ": " + condition + ": " +
                         what);
}

}  // namespace plumb

#define PLUMB_CHECK(condition, what)                                                        \
    do {                                                                                    \
        if (!(condition)) ::plumb::throw_invariant(#condition, __FILE__, __LINE__, (what)); \
    } while (false)
