// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/theme.h"

#include <algorithm>
#include <cmath>

#include <QApplication>
#include <QFontDatabase>
#include <QPalette>
#include <QStyleFactory>

#include "analysis/colours.h"
#include "base/resources.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int text_pixels = 13;
constexpr double text_contrast = 4.5;

const Surfaces& surfacesOf(ThemeChoice choice) {
    return choice == ThemeChoice::dark ? dark_surfaces : light_surfaces;
}

QPalette paletteOf(const Surfaces& surfaces) {
    const QColor page = toColour(surfaces.page), panel = toColour(surfaces.panel),
                 line = toColour(surfaces.line), text = toColour(surfaces.text),
                 muted = toColour(surfaces.muted), accent = toColour(surfaces.accent);
    QPalette palette;
    palette.setColor(QPalette::Window, page);
    palette.setColor(QPalette::Base, panel);
    palette.setColor(QPalette::AlternateBase, mixed(panel, page, 0.5));
    palette.setColor(QPalette::Button, panel);
    palette.setColor(QPalette::ToolTipBase, panel);
    palette.setColor(QPalette::Mid, line);
    palette.setColor(QPalette::Midlight, line);
    palette.setColor(QPalette::Dark, line);
    palette.setColor(QPalette::Light, panel);
    palette.setColor(QPalette::Shadow, line);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                            QPalette::ToolTipText, QPalette::BrightText})
        palette.setColor(role, text);
    palette.setColor(QPalette::PlaceholderText, muted);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, QColor(Qt::white));
    palette.setColor(QPalette::Link, accent);
    const QColor faint = mixed(muted, panel, 0.35);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    return palette;
}

/// The style sheet with its @names@ replaced by the theme's colours.
QString styleSheetOf(const Surfaces& surfaces) {
    QString style;
    for (const Resource& resource : embedded_resources())
        if (resource.name == "themes/window.qss") style = toQString(resource.content);
    const bool dark = surfaces.page == dark_surfaces.page;
    const QColor panel = toColour(surfaces.panel), text = toColour(surfaces.text),
                 accent = toColour(surfaces.accent);
    const std::pair<const char*, QColor> colours[] = {
        {"@page@", toColour(surfaces.page)},
        {"@panel@", panel},
        {"@line@", toColour(surfaces.line)},
        {"@strong-line@", mixed(toColour(surfaces.line), text, 0.15)},
        {"@text@", text},
        {"@muted@", toColour(surfaces.muted)},
        {"@accent@", accent},
        {"@accent-hover@", mixed(accent, dark ? QColor(Qt::white) : QColor(Qt::black), 0.12)},
        {"@on-accent@", dark ? QColor(0x10, 0x14, 0x18) : QColor(Qt::white)},
        {"@hover@", mixed(panel, text, 0.06)},
        {"@pressed@", mixed(panel, text, 0.12)},
        {"@selected@", mixed(panel, accent, dark ? 0.22 : 0.14)},
        {"@field@", dark ? toColour(surfaces.page) : panel},
        {"@error@", errorColour(paletteOf(surfaces))},
    };
    for (const auto& [name, colour] : colours) style.replace(name, colour.name());
    style.replace("@theme@", dark ? "dark" : "light");
    return style;
}

QFont interfaceFont() {
    QFont font = QFontDatabase::systemFont(QFontDatabase::GeneralFont);
    if (QFontDatabase::families().contains("Inter")) font.setFamily("Inter");
    font.setPixelSize(text_pixels);
    return font;
}

/// Relative luminance and contrast as WCAG 2 defines them.
double luminance(const QColor& colour) {
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

/// Lightened until it stands out from a dark panel.
QColor readable(QColor colour, const QPalette& palette) {
    if (!isDark(palette)) return colour;
    while (colour.lightnessF() < 0.42) colour = mixed(colour, QColor(Qt::white), 0.12);
    return colour;
}

}  // namespace

ThemeChoice systemTheme() {
    const QPalette palette = QApplication::palette();
    return isDark(palette) ? ThemeChoice::dark : ThemeChoice::light;
}

void applyTheme(QApplication& application, ThemeChoice choice) {
    const Surfaces& surfaces = surfacesOf(choice);
    application.setStyle(QStyleFactory::create("Fusion"));
    application.setFont(interfaceFont());
    application.setPalette(paletteOf(surfaces));
    application.setStyleSheet(styleSheetOf(surfaces));
}

QColor panelColour(const QPalette& palette) { return palette.color(QPalette::Base); }
QColor lineColour(const QPalette& palette) { return palette.color(QPalette::Mid); }
QColor textColour(const QPalette& palette) {
    return palette.color(QPalette::Active, QPalette::Text);
}
QColor mutedColour(const QPalette& palette) { return palette.color(QPalette::PlaceholderText); }
QColor accentColour(const QPalette& palette) { return palette.color(QPalette::Link); }
bool isDark(const QPalette& palette) {
    return palette.color(QPalette::Window).lightness() <
           palette.color(QPalette::Active, QPalette::WindowText).lightness();
}

const Surfaces& surfacesOf(const QPalette& palette) {
    return surfacesOf(textColour(palette).lightnessF() > 0.5 ? ThemeChoice::dark
                                                             : ThemeChoice::light);
}

QColor errorColour(const QPalette& palette) {
    return isDark(palette) ? QColor(0xF2, 0x8B, 0x82) : QColor(0xB3, 0x26, 0x1E);
}
QColor warningColour(const QPalette& palette) {
    return isDark(palette) ? QColor(0xF0, 0xB4, 0x3C) : QColor(0x8A, 0x5A, 0x00);
}

QColor mixed(const QColor& first, const QColor& second, double share) {
    const auto mix = [share](int x, int y) {
        return static_cast<int>(x * (1 - share) + y * share + 0.5);
    };
    return QColor(mix(first.red(), second.red()), mix(first.green(), second.green()),
                  mix(first.blue(), second.blue()));
}

QColor toColour(std::string_view hex) { return QColor(toQString(hex)); }

QColor algorithmColour(std::string_view algorithm, const QPalette& palette) {
    return readable(toColour(algorithm_colour(algorithm)), palette);
}

QColor runColour(std::string_view algorithm, std::int64_t shade, const QPalette& palette) {
    return toColour(shaded(toStd(algorithmColour(algorithm, palette).name()), shade));
}

QColor curveColour(std::string_view hex, const QPalette& palette) {
    return readable(toColour(hex), palette);
}

QColor curveTextColour(std::string_view hex, const QPalette& palette) {
    QColor colour = curveColour(hex, palette);
    const QColor towards = isDark(palette) ? QColor(Qt::white) : QColor(Qt::black);
    while (contrast(colour, panelColour(palette)) < text_contrast)
        colour = mixed(colour, towards, 0.1);
    return colour;
}

QFont monospacedFont() {
    QFont font = interfaceFont();
    const QStringList families = QFontDatabase::families();
    for (const char* family : {"JetBrains Mono", "DejaVu Sans Mono"})
        if (families.contains(family)) {
            font.setFamily(family);
            break;
        }
    font.setStyleHint(QFont::Monospace);
    font.setFixedPitch(true);
    font.setPixelSize(text_pixels - 1);
    return font;
}

QFont smallFont() {
    QFont font = interfaceFont();
    font.setPixelSize(text_pixels - 1);
    return font;
}

}  // namespace plumb::ui
