// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "widgets/label_text.h"

namespace plumb::ui {

/// Where two texts differ, word by word: stretches of each that the other lacks.
struct TextDifferences {
    std::vector<TextRange> first, second;
    /// A stretch so long that marking it says nothing: the texts have hardly a word in common.
    bool too_many = false;
};

/// Takes time in proportion to the product of the lengths: for a thread of its own.
TextDifferences textDifferences(const std::string& first, const std::string& second);

}  // namespace plumb::ui
