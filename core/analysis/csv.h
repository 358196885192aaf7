// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// Fields of CSV files as RFC 4180 has them.

/// The text in quotes, those in it doubled.
std::string csv_quoted(std::string_view text);
/// The text as it is, in quotes where it has to be.
std::string csv_field(std::string_view text);

}  // namespace plumb
