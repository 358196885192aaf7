// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QDoubleSpinBox;
class QFormLayout;
class QSpinBox;
class QWidget;

namespace plumb::ui {

// What forms in dialogs are made of: a title on the left, an editor on the right.

QFormLayout* makeForm(QWidget* parent);
/// The title is also the editor's accessible name.
void addRow(QFormLayout& form, const QString& title, QWidget* editor, const QString& help);
QSpinBox* makeNumber(const QString& name, int least, int most, int value, QWidget* parent);
QDoubleSpinBox* makeDecimal(const QString& name, double least, double most, double value,
                            QWidget* parent);

}  // namespace plumb::ui
