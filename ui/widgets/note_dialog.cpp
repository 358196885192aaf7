// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/note_dialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QShortcut>
#include <QVBoxLayout>

#include "common/shortcuts.h"

namespace plumb::ui {

NoteDialog::NoteDialog(const QString& run, const QString& note, QWidget* parent) : QDialog(parent) {
    setObjectName("noteDialog");
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle("Note");
    auto* label = new QLabel("Note to " + run, this);
    m_text = new QPlainTextEdit(note, this);
    m_text->setObjectName("noteText");
    m_text->setAccessibleName("Note");
    m_text->setProperty("role", "field");
    m_text->setTabChangesFocus(true);
    m_text->setMinimumSize(420, 140);
    m_text->moveCursor(QTextCursor::End);
    label->setBuddy(m_text);
    auto* save = new QPushButton("Save  " + keyText("noteSave"), this);
    save->setObjectName("noteSave");
    save->setProperty("primary", true);
    auto* cancel = new QPushButton("Cancel  Esc", this);
    cancel->setObjectName("noteCancel");
    cancel->setAutoDefault(false);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(save);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(label);
    layout->addWidget(m_text, 1);
    layout->addLayout(buttons);
    connect(save, &QPushButton::clicked, this, &NoteDialog::save);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    auto* keys = new QShortcut(keysOf("noteSave"), this);
    keys->setObjectName("noteSave");
    connect(keys, &QShortcut::activated, this, &NoteDialog::save);
    m_text->setFocus();
}

void NoteDialog::save() {
    Q_EMIT saved(m_text->toPlainText().trimmed());
    accept();
}

}  // namespace plumb::ui
