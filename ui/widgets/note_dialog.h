// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QPlainTextEdit;

namespace plumb::ui {

/// Edits the note of a run; Ctrl+Return saves. Deletes itself when it closes.
class NoteDialog : public QDialog {
    Q_OBJECT

public:
    NoteDialog(const QString& run, const QString& note, QWidget* parent);

Q_SIGNALS:
    void saved(const QString& note);

private:
    void save();

    QPlainTextEdit* m_text;
};

}  // namespace plumb::ui
