// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
/// Runs of one algorithm differ by lightness. What the user can choose for a run, by number
/// (RunRecord::shade); the first is the algorithm's colour as it is.
inline constexpr std::array<std::string_view, 4> shade_names = {"own", "light", "pale", "dark"};
/// The colour ("#RRGGBB") in the shade; an unknown shade changes nothing.
std::string shaded(std::string_view colour, std::int64_t shade);
/// Strokes and gaps in pixels, as SVG has them; the first is a continuous line.
inline constexpr std::array<std::string_view, 4> line_patterns = {"", "6 3", "2 2", "7 2 2 2"};

/// How one of several runs in a chart is drawn: a shade of its algorithm's colour, and one of
/// line_patterns.
struct RunStyle {
    std::int64_t shade = 0;
    std::size_t pattern = 0;
    bool operator==(const RunStyle&) const = default;
};
/// A run as run_styles() looks at it.
struct StyledRun {
    std::string algorithm;
    std::int64_t shade = 0;
};
/// Tells runs in one chart apart: each keeps its own shade and a continuous line where no run of
/// its algorithm before it has the same, else it takes another shade, then another pattern. More
/// than 16 of an algorithm repeat themselves.
std::vector<RunStyle> run_styles(const std::vector<StyledRun>& runs);
/// The colour that the gold reward has everywhere.
inline constexpr std::string_view gold_colour = "#E69F00";

/// How the curves of one chart of one run are drawn.
struct SeriesStyle {
    std::string colour;   ///< "#RRGGBB"
    bool dashed = false;  ///< held out, where the chart has its like from training too
};
/// For each of a chart's metrics: the first in the algorithm's colour, gold in its own, a phase's
/// in that of what the phase makes, a held-out one in that of its like from training. shade: the
/// run's, of its algorithm's colour.
std::vector<SeriesStyle> series_styles(std::string_view algorithm,
                                       const std::vector<std::string>& keys,
                                       std::int64_t shade = 0);

}  // namespace plumb
