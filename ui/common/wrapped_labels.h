// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QLayout>
#include <QWidget>

namespace plumb::ui {

/// Gives every label of several lines below the widget, which has a fixed width, the height that
/// its text takes, and the widget the height that it needs then. Forms ask labels for the height of
/// a width that they do not get. beside: what stands left of the labels of a form, and its margins;
/// labels outside the form have the margins alone.
inline void fitToLabels(QWidget& dialog, const QWidget& form, int beside) {
    dialog.ensurePolished();
    const QMargins margins = dialog.layout()->contentsMargins();
    const int whole = dialog.width() - margins.left() - margins.right();
    for (QLabel* label : dialog.findChildren<QLabel*>()) {
        if (!label->wordWrap()) continue;
        const int width = form.isAncestorOf(label) ? whole - beside : whole;
        label->setMinimumHeight(label->isVisibleTo(&dialog) ? label->heightForWidth(width) : 0);
    }
    dialog.layout()->activate();
    dialog.adjustSize();
}

}  // namespace plumb::ui
