// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/diagnoses_panel.h"

#include <algorithm>

#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

namespace plumb::ui {
namespace {

constexpr int least_height = 190;

}  // namespace

DiagnosesPanel::DiagnosesPanel(QWidget* parent) : QFrame(parent) {
    setObjectName("diagnosesPanel");
    setProperty("role", "panel");
    m_empty = new QLabel(this);
    m_empty->setObjectName("diagnosesEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setText(
        "Nothing is wrong with this run as far as its numbers tell. What goes wrong appears here, "
        "with the steps and samples that show it and an edit against it.");
    auto* page = new QWidget;
    m_list = new QVBoxLayout(page);
    m_list->setContentsMargins(0, 0, 0, 0);
    m_list->setSpacing(2);
    m_list->addStretch();
    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName("diagnosesScroll");
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(page);
    m_scroll->setMinimumHeight(least_height);
    page->setAutoFillBackground(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 4, 4);
    layout->addWidget(m_scroll, 1);
    layout->addWidget(m_empty, 1);
    rebuild();
}

void DiagnosesPanel::setDiagnoses(const std::vector<Diagnosis>& diagnoses) {
    m_diagnoses = diagnoses;
    rebuild();
}

void DiagnosesPanel::setRemedies(Remedies remedies) {
    if (std::exchange(m_remedies, remedies) != remedies) rebuild();
}

int DiagnosesPanel::count() const {
    return static_cast<int>(std::ranges::count_if(m_diagnoses, [](const Diagnosis& diagnosis) {
        return diagnosis.standing && diagnosis.severity != Severity::note;
    }));
}

void DiagnosesPanel::rebuild() {
    std::vector<DiagnosisCard*> before = std::exchange(m_cards, {});
    for (const Diagnosis& diagnosis : m_diagnoses) {
        const auto name = "diagnosis:" + QString::fromStdString(diagnosis.id);
        const auto known = std::ranges::find(before, name, &QObject::objectName);
        DiagnosisCard* card = nullptr;
        if (known != before.end()) {
            card = *known;
            before.erase(known);
            card->update(diagnosis, m_remedies);
        } else {
            card = new DiagnosisCard(diagnosis, m_remedies, this);
            connect(card, &DiagnosisCard::rangeRequested, this, &DiagnosesPanel::rangeRequested);
            connect(card, &DiagnosisCard::samplesRequested, this,
                    &DiagnosesPanel::samplesRequested);
            connect(card, &DiagnosisCard::editRequested, this, &DiagnosesPanel::editRequested);
            connect(card, &DiagnosisCard::resumeRequested, this, &DiagnosesPanel::resumeRequested);
            connect(card, &DiagnosisCard::newRunRequested, this, &DiagnosesPanel::newRunRequested);
        }
        const auto place = static_cast<int>(m_cards.size());
        if (m_list->indexOf(card) != place) m_list->insertWidget(place, card);
        m_cards.push_back(card);
    }
    for (DiagnosisCard* card : before) {
        card->hide();
        card->setObjectName({});
        card->deleteLater();
    }
    m_scroll->setVisible(!m_cards.empty());
    m_empty->setVisible(m_cards.empty());
}

}  // namespace plumb::ui
