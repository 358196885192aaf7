// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <QFrame>

#include "store/records.h"

class QComboBox;
class QLabel;

namespace plumb::ui {

class LabelText;

/// What one run answered to a prompt: at which step, with which rewards, and the text. objectNames
/// end with the number of the column, from 0.
class AnswerColumn : public QFrame {
    Q_OBJECT

public:
    AnswerColumn(int number, QWidget* parent);

    /// colour: "#RRGGBB" of the group.
    void setSource(const QString& title, const QString& help, const std::string& colour);
    /// By rising step. The step that was chosen stays, or the nearest to it; else the last.
    /// missing: why there is no answer, where there is none.
    void setAnswers(std::vector<CompletionRecord> answers, const QString& missing);
    /// The answer nearest to the step.
    void showStep(std::int64_t step);
    /// Null where there is none.
    const CompletionRecord* answer() const;
    LabelText& text() const { return *m_text; }
    /// A word about the marks, or empty.
    void setNote(const QString& note);

Q_SIGNALS:
    /// The user has chosen a step.
    void stepChosen(qint64 step);

protected:
    void changeEvent(QEvent* event) override;

private:
    void choose(int index);
    void showAnswer();
    void colourSwatch();

    std::vector<CompletionRecord> m_answers;
    std::optional<std::int64_t> m_wanted;  ///< empty: the last
    std::string m_colour;
    QString m_missing;
    QLabel *m_swatch, *m_title, *m_facts, *m_note;
    QComboBox* m_step;
    LabelText* m_text;
};

}  // namespace plumb::ui
