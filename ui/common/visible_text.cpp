// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/visible_text.h"

#include <algorithm>

#include <QList>

namespace plumb::ui {
namespace {

constexpr char32_t control_pictures = 0x2400, picture_of_delete = 0x2421;

bool isPlain(char32_t c) { return c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7F); }

/// What has no shape of its own, or changes that of others, and what QTextDocument keeps for
/// itself. Joiners, which many scripts need, stay.
bool isHidden(char32_t c) {
    return (c >= 0x80 && c < 0xA0) || c == 0xAD || c == 0x034F || c == 0x061C || c == 0x115F ||
           c == 0x1160 || c == 0x180E || c == 0x200B || c == 0x200E || c == 0x200F ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0x3164 ||
           c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC) || (c >= 0xFDD0 && c <= 0xFDEF) ||
           (c & 0xFFFE) == 0xFFFE || (c >= 0xE0000 && c <= 0xE0FFF) || (c >= 0xD800 && c < 0xE000);
}

}  // namespace

QString visibleText(QString text) {
    text.replace("\r\n", "\n");
    const auto codes = text.toUcs4();
    if (std::ranges::all_of(codes, [](char32_t c) { return isPlain(c); })) return text;
    QString shown;
    shown.reserve(text.size());
    for (const char32_t c : codes) {
        if (!isPlain(c) && c < 0x20)
            shown += QChar(char16_t(control_pictures + c));
        else if (c == 0x7F)
            shown += QChar(char16_t(picture_of_delete));
        else if (isHidden(c))
            shown += QString("[U+%1]").arg(uint(c), 4, 16, QChar('0')).toUpper();
        else
            shown += QString::fromUcs4(&c, 1);
    }
    return shown;
}

}  // namespace plumb::ui
