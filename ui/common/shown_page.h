// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStackedWidget>

namespace plumb::ui {

/// Shows a page of a stack. A stack is as wide as its widest page; with this the pages that are not
/// shown take no room.
inline void showPageAlone(QStackedWidget& stack, QWidget& shown) {
    for (int i = 0; i < stack.count(); ++i) {
        QWidget* page = stack.widget(i);
        const auto policy = page == &shown ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        page->setSizePolicy(policy, policy);
    }
    stack.setCurrentWidget(&shown);
}

}  // namespace plumb::ui
