// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLayout>
#include <QWidget>

namespace plumb::ui {

/// Takes all widgets out of a layout that holds nothing else. They go with the next turn of the
/// event loop: the click that leads here may come from one of them.
inline void clearLayout(QLayout& layout) {
    while (QLayoutItem* item = layout.takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
}

}  // namespace plumb::ui
