// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

/// The surfaces of a theme: "#RRGGBB".
struct Surfaces {
    std::string_view page, panel, line, text, muted, accent;
};
inline constexpr Surfaces light_surfaces = {.page = "#F4F4F1",
                                            .panel = "#FFFFFF",
                                            .line = "#E2E2DD",
                                            .text = "#22262B",
                                            .muted = "#6B727A",
                                            .accent = "#1F6FBF"};
inline constexpr Surfaces dark_surfaces = {.page = "#14171B",
                                           .panel = "#1E2227",
                                           .line = "#2B3038",
                                           .text = "#E4E7EB",
                                           .muted = "#98A0AA",
                                           .accent = "#4C9BE8"};

/// The colour that an algorithm has everywhere; chosen so that colour-blind people tell them apart
/// (Okabe and Ito).
std::string algorithm_colour(std::string_view algorithm);
/// The colour of the index-th curve in a chart of one run: the algorithm's first.
std::string series_colour(std::string_view algorithm, std::size_t index);

}  // namespace plumb
