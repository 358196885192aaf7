// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb {

/// The text after the last "####" (GSM8K), trimmed and without thousands separators; the whole
/// trimmed text where there is none.
std::string final_answer(std::string_view answer);

/// The number that the text comes down to: the first one after its last "####", else the last one
/// in it. Thousands separators, a currency sign, a percent sign and a closing full stop do not
/// matter: "$1,234.50." is 1234.5. A minus counts where no digit or letter stands before it.
/// Empty where there is no number.
std::optional<double> answer_number(std::string_view text);

/// Whether the text is nothing but a number, as answer_number understands one.
bool is_number(std::string_view text);

/// Equal but for white space at the ends.
bool same_text(std::string_view completion, std::string_view answer);
/// Equal as numbers; empty where the answer has no number in it.
std::optional<bool> same_number(std::string_view completion, std::string_view answer);

}  // namespace plumb
