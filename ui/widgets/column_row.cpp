// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/column_row.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QWheelEvent>

#include "common/text.h"
#include "widgets/field_row.h"

namespace plumb::ui {
namespace {

constexpr int editor_width = 176;

/// Scrolling the form must not change the columns that pass below the mouse.
class ColumnBox : public QComboBox {
public:
    using QComboBox::QComboBox;

protected:
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
};

}  // namespace

ColumnRow::ColumnRow(const Field& field, QWidget* parent) : QWidget(parent), m_field(field) {
    setObjectName("row:" + toQString(field.key));
    auto* name = new QLabel(toQString(field.key), this);
    name->setProperty("role", "muted");
    name->setToolTip(fieldHelp(field));
    m_box = new ColumnBox(this);
    m_box->setFocusPolicy(Qt::StrongFocus);
    m_box->setObjectName("column:" + toQString(field.key));
    m_box->setAccessibleName(toQString(field.label));
    m_box->setToolTip(fieldHelp(field));
    m_box->setEditable(true);
    m_box->setInsertPolicy(QComboBox::NoInsert);
    m_box->setFixedWidth(editor_width);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(name, 1);
    layout->addWidget(m_box);
    connect(m_box, &QComboBox::activated, this, &ColumnRow::finish);
    connect(m_box->lineEdit(), &QLineEdit::editingFinished, this, &ColumnRow::finish);
}

ColumnRow::~ColumnRow() {
    // An editor that loses the focus as it goes reports what was typed.
    m_box->lineEdit()->disconnect(this);
}

void ColumnRow::setValue(const QString& name) {
    const QSignalBlocker quiet(m_box);
    m_shown = name;
    m_box->setCurrentText(name);
}

void ColumnRow::setColumns(const std::vector<PreviewColumn>& columns) {
    const QSignalBlocker quiet(m_box);
    const QString now = m_box->currentText();
    m_box->clear();
    for (const PreviewColumn& column : columns) {
        m_box->addItem(toQString(column.name));
        m_box->setItemData(m_box->count() - 1, toQString(column.example), Qt::ToolTipRole);
    }
    m_box->setCurrentText(now);
}

void ColumnRow::finish() {
    const QString now = m_box->currentText().trimmed();
    if (now == m_shown) return;
    m_shown = now;
    Q_EMIT edited(now);
}

}  // namespace plumb::ui
