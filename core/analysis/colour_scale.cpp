// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/colour_scale.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace plumb {
namespace {

using Channels = std::array<double, 3>;

/// Of Okabe and Ito; on a dark panel the lighter blue stands out more.
constexpr std::string_view below_light = "#0072B2", below_dark = "#56B4E9", above = "#D55E00";
/// The least that is seen to differ from the panel.
constexpr double weakest = 0.08;
/// Luminance at which black and white have the same contrast.
constexpr double middle_luminance = 0.179;

Channels channels_of(std::string_view colour) {
    Channels channels{};
    for (std::size_t i = 0; i < channels.size(); ++i) {
        int value = 0;
        std::from_chars(colour.data() + 1 + 2 * i, colour.data() + 3 + 2 * i, value, 16);
        channels[i] = value;
    }
    return channels;
}

std::string mixed(std::string_view from, std::string_view to, double share) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const Channels a = channels_of(from), b = channels_of(to);
    std::string colour = "#";
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto channel = static_cast<std::size_t>(std::lround(a[i] + (b[i] - a[i]) * share));
        colour += {digits[channel / 16], digits[channel % 16]};
    }
    return colour;
}

bool is_dark(const Surfaces& surfaces) { return surfaces.panel == dark_surfaces.panel; }

}  // namespace

std::string scale_colour(const ColourScale& scale, double value, const Surfaces& surfaces) {
    if (std::isnan(value)) return std::string(surfaces.line);
    const bool lower = value < scale.centre;
    const double reach = lower ? scale.centre - scale.low : scale.high - scale.centre;
    if (value == scale.centre || reach <= 0) return std::string(surfaces.panel);
    const double share = std::min(1.0, std::abs(value - scale.centre) / reach);
    const std::string_view end = !lower ? above : is_dark(surfaces) ? below_dark : below_light;
    return mixed(surfaces.panel, end, weakest + (1 - weakest) * share);
}

std::string_view text_colour_on(std::string_view colour) {
    constexpr std::array weights = {0.2126, 0.7152, 0.0722};
    const Channels channels = channels_of(colour);
    double luminance = 0;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const double c = channels[i] / 255;
        luminance += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return luminance > middle_luminance ? "#000000" : "#FFFFFF";
}

}  // namespace plumb
