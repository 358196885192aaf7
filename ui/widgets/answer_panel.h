// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;

namespace plumb::ui {

class LabelText;

/// A prompt or an answer under its title, with a word on what of it is not shown.
class AnswerPanel : public QFrame {
    Q_OBJECT

public:
    /// name: objectName of the text.
    AnswerPanel(const QString& name, const QString& title, QWidget* parent);

    LabelText& text() const { return *m_text; }
    /// Whether the annotator's verdict is for this one.
    void setChosen(bool chosen);
    void setTitle(const QString& title);
    void setNote(const QString& note);
    /// Of the title; nothing: as of other panels.
    void setTitleColour(const QString& colour);

private:
    void tell();

    LabelText* m_text;
    QLabel *m_title, *m_chosen, *m_notice;
    QPushButton* m_more;
    QString m_note;
};

}  // namespace plumb::ui
