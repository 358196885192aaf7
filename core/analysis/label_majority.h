// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>

#include "store/label_records.h"

namespace plumb {

/// What most annotators say of one item.
struct Majority {
    std::optional<Choice> choice;  ///< empty: nobody says anything, or they are split
    bool split = false;            ///< two choices are equally many
};

/// choices: one of each annotator; skips are left out.
Majority majority_of(std::span<const Choice> choices);

}  // namespace plumb
