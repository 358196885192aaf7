// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include <QKeySequence>
#include <QList>
#include <QString>

class QKeyEvent;
class QWidget;

namespace plumb::ui {

/// Where a shortcut counts.
enum class ShortcutPlace {
    window,
    train,     ///< the Train page
    chart,     ///< a chart that has the keyboard
    settings,  ///< the settings beside the Train page
    completions,
    label,
    compare,
    runs,    ///< the list of runs, with the keyboard
    queue,   ///< the queue, with the keyboard
    newRun,  ///< the form for a new run
    tryout,  ///< the text that reward functions are tried on
    playground,
    model,       ///< the Model page
    note,        ///< the dialog for a note
    newQueue,    ///< the dialog for a label queue
    labelOrder,  ///< the dialog for the order of a label queue
};

/// One row of the table that every shortcut of the window is made from, and that the sheet of
/// shortcuts shows.
struct Shortcut {
    std::string_view id;
    ShortcutPlace place;
    std::string_view keys;  ///< as QKeySequence reads them; more than one way is parted by " or "
    std::string_view text;  ///< what it does
};

std::span<const Shortcut> shortcuts();
/// "In the whole window", "On the Train page", ...
QString placeTitle(ShortcutPlace place);

/// All ways to press it. Precondition: the id is in the table.
QList<QKeySequence> allKeysOf(std::string_view id);
/// The first of them.
QKeySequence keysOf(std::string_view id);
/// The first of them as it is written on buttons and in tooltips: "Ctrl+S".
QString keyText(std::string_view id);
/// Whether the event presses it in one of the ways; for widgets that take keys themselves.
bool isPressed(const QKeyEvent& event, std::string_view id);

/// The shortcut of a page: it counts while the page, or a part of it, has the keyboard. Its
/// objectName is the id.
void addPageShortcut(QWidget* page, std::string_view id, std::function<void()> action);

}  // namespace plumb::ui
