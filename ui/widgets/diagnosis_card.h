// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "analysis/diagnosis.h"

class QLabel;
class QVBoxLayout;

namespace plumb::ui {

/// What can be done with the run that is diagnosed.
enum class Remedies {
    none,    ///< nothing can be written
    newRun,  ///< it is over: another run can be started with other settings
    resume,  ///< it can go on from its last checkpoint, with an edit where that is live
    live,    ///< it goes on: live settings can be edited
};

/// One diagnosis: what it says on the left, its buttons on the right. Numbers change while it
/// stays; buttons are made anew only where what they do has changed, so that none goes away under
/// the mouse. objectName: "diagnosis:" and the id; its buttons' names add ":range", ":samples" and
/// ":suggestion" with a number from 0.
class DiagnosisCard : public QFrame {
    Q_OBJECT

public:
    DiagnosisCard(const Diagnosis& diagnosis, Remedies remedies, QWidget* parent = nullptr);

    void update(const Diagnosis& diagnosis, Remedies remedies);

Q_SIGNALS:
    void rangeRequested(qint64 first, qint64 last);
    void samplesRequested(const plumb::SampleOrder& order);
    void editRequested(const plumb::Suggestion& suggestion, const QString& reason);
    void resumeRequested(const plumb::Suggestion& suggestion, const QString& reason);
    void newRunRequested(const plumb::Suggestion& suggestion);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void makeButtons();
    void makeSuggestion(std::size_t index);
    void colourTitle();

    Diagnosis m_diagnosis;
    Remedies m_remedies = Remedies::none;
    QString m_made;  ///< what the buttons were made from
    QLabel *m_title, *m_when, *m_sentence, *m_advice;
    QWidget* m_side;
    QVBoxLayout* m_buttons;
};

}  // namespace plumb::ui
