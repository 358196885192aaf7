// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace plumb::ui {

/// Shows every key of the table of shortcuts, by where it counts, in a dialog that Escape closes.
/// While one is open another call closes it.
void showShortcutSheet(QWidget* window);

}  // namespace plumb::ui
