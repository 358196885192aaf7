// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace plumb {

// The few SVG elements that charts are made of. Lengths are in pixels.

/// Text for the content or an attribute of an XML element: its special characters escaped,
/// characters that XML forbids and bytes that are no UTF-8 replaced by U+FFFD.
std::string xml_escape(std::string_view text);

/// A length with at most two digits behind the point.
std::string pixels(double value);

enum class Anchor { start, middle, end };

struct TextStyle {
    std::string_view colour = "#22262B";
    double size = 11.5;
    bool bold = false;
    bool mono = false;
    Anchor anchor = Anchor::start;
};

/// About the width of the text; rather too wide than too narrow for the usual fonts.
double text_width(std::string_view text, const TextStyle& style);
/// The text, cut with an ellipsis where it is wider than that.
std::string cut_text(std::string_view text, const TextStyle& style, double width);

std::string svg_text(double x, double y, std::string_view text, const TextStyle& style);
/// With a second piece of text in its own style behind it, at that distance; empty: none.
std::string svg_text(double x, double y, std::string_view text, const TextStyle& style,
                     std::string_view second, const TextStyle& second_style, double gap);
std::string svg_line(double x1, double y1, double x2, double y2, std::string_view colour,
                     double width, std::string_view dashes = {});
/// A panel with round corners.
std::string svg_panel(double x, double y, double width, double height, std::string_view fill,
                      std::string_view line);
/// The opening of a document of that size, with its name for those who cannot see it.
std::string svg_opening(double width, double height, std::string_view name);

}  // namespace plumb
