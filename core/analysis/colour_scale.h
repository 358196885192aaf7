// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "analysis/colours.h"

namespace plumb {

/// Numbers as colours on a theme's panel. At the centre stands the panel's own colour; below it
/// blue, above it orange, which colour-blind people tell apart, stronger with the distance.
struct ColourScale {
    double low = 0, centre = 0, high = 1;  ///< low <= centre <= high

    /// It goes one way from its centre.
    bool one_way() const { return low == centre || high == centre; }
};

/// "#RRGGBB" of the value; beyond the ends it is theirs. What is not a number has the colour of
/// lines.
std::string scale_colour(const ColourScale& scale, double value, const Surfaces& surfaces);
/// Black or white, whichever is easier to read on "#RRGGBB": the contrast is 4.5 to 1 at least.
std::string_view text_colour_on(std::string_view colour);

}  // namespace plumb
