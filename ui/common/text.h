// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <QString>

namespace plumb::ui {

/// Bytes that are not UTF-8 become U+FFFD.
inline QString toQString(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
inline QString pathText(const std::filesystem::path& path) { return toQString(path.native()); }
inline std::string toStd(const QString& text) { return text.toStdString(); }

}  // namespace plumb::ui
