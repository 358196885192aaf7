// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include <QList>
#include <QPen>

#include "common/text.h"

namespace plumb::ui {

/// Strokes and gaps in pixels, as SVG and line_patterns have them; the pen counts in its width.
inline void setPattern(QPen& pen, std::string_view pattern) {
    QList<qreal> dashes;
    for (const QString& length : toQString(pattern).split(' ', Qt::SkipEmptyParts))
        dashes << length.toDouble() / pen.widthF();
    if (!dashes.isEmpty()) pen.setDashPattern(dashes);
}

}  // namespace plumb::ui
