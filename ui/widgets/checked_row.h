// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFormLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/form_parts.h"

namespace plumb::ui {

/// A row of a form with room for what is wrong with it below its editor; takes none while nothing
/// is. Returns the label, whose objectName is "problem:" and the editor's.
inline QLabel* addCheckedRow(QFormLayout& form, const QString& title, QWidget* editor,
                             const QString& help) {
    addRow(form, title, editor, help);
    auto* problem = new QLabel(editor->parentWidget());
    problem->setObjectName("problem:" + editor->objectName());
    problem->setProperty("role", "error");
    problem->setTextFormat(Qt::PlainText);
    problem->setWordWrap(true);
    problem->hide();
    int row = 0;
    QFormLayout::ItemRole role{};
    form.getWidgetPosition(editor, &row, &role);
    form.insertRow(row + 1, QString(), problem);
    return problem;
}

inline void tellProblem(QLabel& label, const QString& problem) {
    label.setText(problem);
    label.setVisible(!problem.isEmpty());
}

}  // namespace plumb::ui
