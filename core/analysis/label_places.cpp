// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/label_places.h"

#include <algorithm>
#include <array>

namespace plumb {
namespace {

constexpr double gap = 3;

bool lies_in(const PixelBox& box, const PixelBox& area) {
    return box.left >= area.left && box.right() <= area.right() && box.top >= area.top &&
           box.bottom() <= area.bottom();
}

std::array<PixelBox, 8> places_around(const LabelWish& wish, double reach) {
    const double w = wish.width, h = wish.height, away = reach + gap;
    const double right = wish.x + away, left = wish.x - away - w, middle = wish.x - w / 2;
    const double above = wish.y - away - h, below = wish.y + away, level = wish.y - h / 2;
    // Beside the point on the right above its error bar first: there fewest lines go.
    return {PixelBox{right, above + away, w, h}, PixelBox{right, wish.y, w, h},
            PixelBox{left, above + away, w, h},  PixelBox{left, wish.y, w, h},
            PixelBox{right, level, w, h},        PixelBox{left, level, w, h},
            PixelBox{middle, above, w, h},       PixelBox{middle, below, w, h}};
}

}  // namespace

std::vector<std::optional<PixelBox>> place_labels(std::span<const LabelWish> wishes,
                                                  const PixelBox& area, double reach) {
    std::vector<PixelBox> taken;
    for (const LabelWish& wish : wishes)
        taken.push_back({wish.x - reach, wish.y - reach, 2 * reach, 2 * reach});
    std::vector<std::optional<PixelBox>> places;
    for (const LabelWish& wish : wishes) {
        std::optional<PixelBox> place;
        if (wish.width > 0)
            for (const PixelBox& candidate : places_around(wish, reach)) {
                if (!lies_in(candidate, area) ||
                    std::ranges::any_of(
                        taken, [&](const PixelBox& box) { return box.overlaps(candidate); }))
                    continue;
                place = candidate;
                taken.push_back(candidate);
                break;
            }
        places.push_back(place);
    }
    return places;
}

}  // namespace plumb
