// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "data/preferences.h"
#include "data/rows.h"

namespace plumb {

/// A whole text with the place it came from.
struct PlacedText {
    std::string text;
    std::string source;
};

/// Texts of two kinds: each of the one is better than any of the other.
struct GoodAndBad {
    std::vector<PlacedText> good, bad;
};

/// settings.dataset_text_field of the rows. A text that comes again in its kind counts once, so
/// that what is held out is not trained on; blanks at the ends do not make it another. Errors: a
/// missing column; a text of both kinds, with both places.
Result<GoodAndBad> to_good_and_bad(const std::vector<Row>& good_rows,
                                   const std::vector<Row>& bad_rows, const Settings& settings);

/// Pairs without a prompt, as many as there are texts of the larger kind; the smaller kind begins
/// again. Precondition: there are texts of both kinds.
std::vector<Preference> pair_in_order(const GoodAndBad& texts);

}  // namespace plumb
