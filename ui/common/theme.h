// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

#include <QColor>
#include <QFont>
#include <QString>

#include "analysis/colours.h"

class QApplication;
class QPalette;

namespace plumb::ui {

enum class ThemeChoice { light, dark };

/// What the desktop uses: dark where its window colour is darker than its text.
ThemeChoice systemTheme();

/// Sets style, palette, font and style sheet of the whole program. Widgets that paint themselves
/// take their colours from their palette (see roles below) and repaint on PaletteChange.
void applyTheme(QApplication& application, ThemeChoice choice);

// Where the theme's surfaces are in a palette: page is Window, panel Base, line Mid, text Text,
// muted PlaceholderText, accent Highlight.
QColor panelColour(const QPalette& palette);
QColor lineColour(const QPalette& palette);
QColor textColour(const QPalette& palette);
QColor mutedColour(const QPalette& palette);
QColor accentColour(const QPalette& palette);
bool isDark(const QPalette& palette);
/// The theme's surfaces as core knows them. Goes by the text alone: the style sheet makes the
/// window colour of scrolled widgets transparent.
const Surfaces& surfacesOf(const QPalette& palette);

/// The colour of a failure, and of a warning, readable on this palette's panels.
QColor errorColour(const QPalette& palette);
QColor warningColour(const QPalette& palette);

/// Between the two: share 0 is the first, 1 the second.
QColor mixed(const QColor& first, const QColor& second, double share);
/// "#RRGGBB" of core as a colour.
QColor toColour(std::string_view hex);
/// An algorithm's colour; on dark panels those that are too dark to read are lightened.
QColor algorithmColour(std::string_view algorithm, const QPalette& palette);
/// A run's colour: its algorithm's in the shade that was chosen for the run.
QColor runColour(std::string_view algorithm, std::int64_t shade, const QPalette& palette);
/// A curve's "#RRGGBB" of core, made readable in the same way.
QColor curveColour(std::string_view hex, const QPalette& palette);
/// The curve's colour as text has to have it, with a contrast of 4.5 to the panel.
QColor curveTextColour(std::string_view hex, const QPalette& palette);

/// The face for numbers and completions, at the size of the interface.
QFont monospacedFont();
/// The interface's font in the small size (11.5 px).
QFont smallFont();

}  // namespace plumb::ui
