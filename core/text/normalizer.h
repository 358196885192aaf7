// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/split_pattern.h"

namespace plumb {

/// What is done to text before it is cut: the steps in their order.
class Normalizer {
public:
    enum class Kind {
        nfc,  ///< the four normal forms of Unicode
        nfd,
        nfkc,
        nfkd,
        prepend,  ///< puts the content before a text that is not empty
        replace,  ///< puts the content in the place of every occurrence of the pattern
        lowercase,
        strip_accents,  ///< leaves marks out, which the decomposed forms have
        strip,          ///< white space at the ends
    };
    struct Step {
        Kind kind = Kind::nfc;
        std::string pattern = {};
        std::string content = {};
        std::shared_ptr<const SplitPattern> regex = {};  ///< of replace; null: the pattern as it is
        bool left = true, right = true;                  ///< of strip
    };

    Normalizer() = default;
    explicit Normalizer(std::vector<Step> steps) : steps_(std::move(steps)) {}

    /// A view of the text where nothing changes, else of the buffer. Bytes that are no UTF-8 stay
    /// as they are.
    std::string_view apply(std::string_view text, std::string& buffer) const;

private:
    std::vector<Step> steps_;
};

/// The text with every occurrence of the pattern replaced. Precondition: pattern is not empty.
std::string replace_all(std::string_view text, std::string_view pattern, std::string_view content);

}  // namespace plumb
