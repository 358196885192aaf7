// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

#include "common/theme.h"

namespace plumb::ui {

// Labels of the small tables that panels are made of.

inline QLabel* makeSmallLabel(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    return label;
}

/// The head of a column of numbers.
inline QLabel* makeNumberHead(const QString& text, QWidget* parent) {
    QLabel* label = makeSmallLabel(text, "small", parent);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return label;
}

/// A number: monospaced, its figures at the right.
inline QLabel* makeNumberLabel(const QString& name, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setFont(monospacedFont());
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    label->setTextFormat(Qt::PlainText);
    return label;
}

}  // namespace plumb::ui
