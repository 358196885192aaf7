// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

/// "1 run", "3 runs". what: a word whose plural is made with an s.
std::string counted(std::size_t count, std::string_view what);

/// The letters a to z as capitals.
std::string upper_case(std::string text);

}  // namespace plumb
