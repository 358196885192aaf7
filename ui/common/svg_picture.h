// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <QByteArray>
#include <QRegularExpression>
#include <QString>

namespace plumb::ui {

/// An SVG of core as QSvgRenderer has to have it: Qt passes over the distance before a second piece
/// of text (dx), which then would stick to the first.
inline QByteArray svgForQt(const std::string& svg) {
    static const QRegularExpression distance("(<tspan dx=[^>]*>)");
    // Blanks at the beginning of a piece of text are dropped unless they are to be kept.
    return QString::fromStdString(svg)
        .replace(distance, "\\1\u00A0\u00A0")
        .replace("<text ", "<text xml:space=\"preserve\" ")
        .replace("<tspan ", "<tspan xml:space=\"preserve\" ")
        .toUtf8();
}

}  // namespace plumb::ui
