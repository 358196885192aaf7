// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace plumb {

/// A rectangle in pixels; y goes down.
struct PixelBox {
    double left = 0, top = 0, width = 0, height = 0;

    double right() const { return left + width; }
    double bottom() const { return top + height; }
    bool overlaps(const PixelBox& other) const {
        return left < other.right() && other.left < right() && top < other.bottom() &&
               other.top < bottom();
    }
};

/// A text that wants to stand beside a point.
struct LabelWish {
    double x = 0, y = 0;           ///< of the point
    double width = 0, height = 0;  ///< of the text; without width it wants no place
};

/// Where each text stands: beside, above or below its point, inside the area, on no point and on no
/// other text. Earlier wishes go first; nothing where there is no room. reach: half the width of a
/// point.
std::vector<std::optional<PixelBox>> place_labels(std::span<const LabelWish> wishes,
                                                  const PixelBox& area, double reach);

}  // namespace plumb
