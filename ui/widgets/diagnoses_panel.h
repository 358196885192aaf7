// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include <QFrame>

#include "analysis/diagnosis.h"
#include "widgets/diagnosis_card.h"

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace plumb::ui {

/// The diagnoses of a run, the ones that stand first, each with its evidence and its suggestions.
class DiagnosesPanel : public QFrame {
    Q_OBJECT

public:
    explicit DiagnosesPanel(QWidget* parent = nullptr);

    void setDiagnoses(const std::vector<Diagnosis>& diagnoses);
    void setRemedies(Remedies remedies);
    /// What stands and is worse than a note: the number on the tab.
    int count() const;

Q_SIGNALS:
    /// The charts are to show these steps.
    void rangeRequested(qint64 first, qint64 last);
    void samplesRequested(const plumb::SampleOrder& order);
    /// By a click on a suggestion, in the way that its button says.
    void editRequested(const plumb::Suggestion& suggestion, const QString& reason);
    void resumeRequested(const plumb::Suggestion& suggestion, const QString& reason);
    void newRunRequested(const plumb::Suggestion& suggestion);

private:
    void rebuild();

    std::vector<Diagnosis> m_diagnoses;
    Remedies m_remedies = Remedies::none;
    std::vector<DiagnosisCard*> m_cards;
    QLabel* m_empty;
    QScrollArea* m_scroll;
    QVBoxLayout* m_list;
};

}  // namespace plumb::ui
