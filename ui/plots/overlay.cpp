// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/overlay.h"

#include <array>

#include "common/theme.h"

namespace plumb::ui {

QColor overlayColour(const OverlaidRun& run, const QPalette& palette) {
    if (!run.colour.empty()) return curveColour(run.colour, palette);
    return runColour(run.algorithm, run.style.shade, palette);
}

QString overlaySign(const OverlaidRun& run, const QPalette& palette) {
    // As line_patterns: continuous, strokes, dots, strokes and dots.
    constexpr std::array<const char*, line_patterns.size()> signs = {
        "\u2501\u2501", "\u254D\u254D", "\u2509\u2509", "\u2501\u00B7"};
    return QString("<span style=\"color:%1\">%2</span>")
        .arg(overlayColour(run, palette).name(), signs.at(run.style.pattern));
}

MetricBand groupBand(const std::string& key) {
    // No metric has a name like that: keys are words of their programs.
    return {key + " 95 % low", key + " 95 % high"};
}

}  // namespace plumb::ui
