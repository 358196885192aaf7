// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/form_parts.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int title_width = 104, number_width = 96;

void makeFigures(QAbstractSpinBox& box, const QString& name) {
    box.setObjectName(name);
    box.setButtonSymbols(QAbstractSpinBox::NoButtons);
    box.setAlignment(Qt::AlignRight);
    box.setFont(monospacedFont());
    box.setFixedWidth(number_width);
}

}  // namespace

QFormLayout* makeForm(QWidget* parent) {
    auto* form = new QFormLayout(parent);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    return form;
}

void addRow(QFormLayout& form, const QString& title, QWidget* editor, const QString& help) {
    auto* label = new QLabel(title, editor->parentWidget());
    // All forms of a dialog have their editors below each other.
    label->setFixedWidth(title_width);
    label->setBuddy(editor);
    for (QWidget* part : {static_cast<QWidget*>(label), editor}) part->setToolTip(help);
    editor->setAccessibleName(title);
    if (qobject_cast<QComboBox*>(editor))
        editor->setSizePolicy(QSizePolicy::Expanding, editor->sizePolicy().verticalPolicy());
    form.addRow(label, editor);
}

QSpinBox* makeNumber(const QString& name, int least, int most, int value, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    makeFigures(*box, name);
    box->setRange(least, most);
    box->setValue(value);
    return box;
}

QDoubleSpinBox* makeDecimal(const QString& name, double least, double most, double value,
                            QWidget* parent) {
    auto* box = new QDoubleSpinBox(parent);
    makeFigures(*box, name);
    box->setRange(least, most);
    box->setSingleStep(0.1);
    box->setValue(value);
    return box;
}

}  // namespace plumb::ui
