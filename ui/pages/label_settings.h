// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace plumb::ui {

// What the Label page remembers, and between which sizes its texts are.
inline constexpr const char* annotator_key = "labels/annotator";
inline constexpr const char* verdicts_key = "labels/verdicts";
inline constexpr const char* differences_key = "labels/differences";
inline constexpr const char* formatted_key = "labels/formatted";
inline constexpr const char* text_size_key = "labels/text_size";
inline constexpr int least_text_size = 9, most_text_size = 32;

}  // namespace plumb::ui
