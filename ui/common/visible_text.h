// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace plumb::ui {

/// A text as a person has to see it who judges what a model really wrote: line ends are \n; control
/// characters are shown by the signs that Unicode has for them, and what would hide text or turn it
/// round (directions, spaces without width, tags) by its number, as in [U+202E].
QString visibleText(QString text);

}  // namespace plumb::ui
