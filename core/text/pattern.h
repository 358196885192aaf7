// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plumb {

/// A regular expression (PCRE2, UTF-8 with Unicode properties). Copies share the memory of the
/// search: one thread at a time.
class Pattern {
public:
    Pattern() = default;  ///< to be assigned to
    /// Errors name the pattern, the offset in it and the reason.
    static Result<Pattern> make(std::string pattern);

    /// Whether the pattern occurs in the text. A search that takes too many steps is an error that
    /// names the pattern.
    Result<bool> found_in(std::string_view text) const;
    /// Whether it matches the text from beginning to end.
    Result<bool> matches_all_of(std::string_view text) const;

private:
    struct Compiled;
    Result<bool> match(std::string_view text, std::uint32_t options) const;
    Pattern(std::string pattern, std::shared_ptr<const Compiled> compiled);

    std::string pattern_;
    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace plumb
