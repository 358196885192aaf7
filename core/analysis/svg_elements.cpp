// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/svg_elements.h"

#include <cmath>

#include "base/strings.h"

namespace plumb {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view sans = "Inter, 'Segoe UI', 'DejaVu Sans', sans-serif";
constexpr std::string_view monospaced = "'JetBrains Mono', 'DejaVu Sans Mono', monospace";

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + xml_escape(value) + "\"";
}

std::string style_attributes(const TextStyle& style) {
    return attribute("font-family", style.mono ? monospaced : sans) +
           attribute("font-size", pixels(style.size)) +
           attribute("font-weight", style.bold ? "600" : "400") + attribute("fill", style.colour);
}

bool is_forbidden(std::string_view character) {
    if (character.size() == 1) {
        const auto byte = static_cast<unsigned char>(character[0]);
        return byte >= 0x80 || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r');
    }
    return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";  // U+FFFE, U+FFFF
}

}  // namespace

std::string xml_escape(std::string_view text) {
    std::string escaped;
    for (const std::string_view character : utf8_characters(text)) {
        if (is_forbidden(character)) {
            escaped += replacement;
        } else if (character == "&") {
            escaped += "&amp;";
        } else if (character == "<") {
            escaped += "&lt;";
        } else if (character == ">") {
            escaped += "&gt;";
        } else if (character == "\"") {
            escaped += "&quot;";
        } else {
            escaped += character;
        }
    }
    return escaped;
}

std::string pixels(double value) { return format_number(std::round(value * 100) / 100 + 0.0); }

double text_width(std::string_view text, const TextStyle& style) {
    const double em = style.mono ? 0.602 : style.bold ? 0.66 : 0.57;
    return static_cast<double>(utf8_characters(text).size()) * em * style.size;
}

std::string cut_text(std::string_view text, const TextStyle& style, double width) {
    if (text_width(text, style) <= width) return std::string(text);
    const auto characters = utf8_characters(text);
    std::string cut;
    for (const std::string_view character : characters) {
        if (text_width(cut + std::string(character) + "…", style) > width) break;
        cut += character;
    }
    return std::string(trim(cut)) + "…";
}

std::string svg_text(double x, double y, std::string_view text, const TextStyle& style) {
    return svg_text(x, y, text, style, {}, {}, 0);
}

std::string svg_text(double x, double y, std::string_view text, const TextStyle& style,
                     std::string_view second, const TextStyle& second_style, double gap) {
    std::string element =
        "<text" + attribute("x", pixels(x)) + attribute("y", pixels(y)) + style_attributes(style);
    if (style.anchor != Anchor::start)
        element += attribute("text-anchor", style.anchor == Anchor::middle ? "middle" : "end");
    element += ">" + xml_escape(text);
    if (!second.empty())
        element += "<tspan" + attribute("dx", pixels(gap)) + style_attributes(second_style) + ">" +
                   xml_escape(second) + "</tspan>";
    return element + "</text>\n";
}

std::string svg_line(double x1, double y1, double x2, double y2, std::string_view colour,
                     double width, std::string_view dashes) {
    std::string element = "<line" + attribute("x1", pixels(x1)) + attribute("y1", pixels(y1)) +
                          attribute("x2", pixels(x2)) + attribute("y2", pixels(y2)) +
                          attribute("stroke", colour) + attribute("stroke-width", pixels(width));
    if (!dashes.empty()) element += attribute("stroke-dasharray", dashes);
    return element + "/>\n";
}

std::string svg_panel(double x, double y, double width, double height, std::string_view fill,
                      std::string_view line) {
    return "<rect" + attribute("x", pixels(x)) + attribute("y", pixels(y)) +
           attribute("width", pixels(width)) + attribute("height", pixels(height)) +
           attribute("rx", "6") + attribute("fill", fill) + attribute("stroke", line) + "/>\n";
}

std::string svg_opening(double width, double height, std::string_view name) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", pixels(width)) +
           attribute("height", pixels(height)) +
           attribute("viewBox", "0 0 " + pixels(width) + " " + pixels(height)) +
           attribute("role", "img") + ">\n<title>" + xml_escape(name) + "</title>\n";
}

}  // namespace plumb
