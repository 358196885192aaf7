// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

// The light theme's surfaces.
inline constexpr std::string_view page_colour = "#F4F4F1";
inline constexpr std::string_view panel_colour = "#FFFFFF";
inline constexpr std::string_view line_colour = "#E2E2DD";
inline constexpr std::string_view text_colour = "#22262B";
inline constexpr std::string_view muted_colour = "#6B727A";

/// The colour that an algorithm has everywhere; chosen so that colour-blind people tell them apart
/// (Okabe and Ito).
std::string algorithm_colour(std::string_view algorithm);
/// The colour of the index-th curve in a chart of one run: the algorithm's first.
std::string series_colour(std::string_view algorithm, std::size_t index);

}  // namespace plumb
