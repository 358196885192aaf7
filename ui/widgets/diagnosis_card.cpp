// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/diagnosis_card.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int bar_width = 4;
constexpr int side_width = 268;

QColor severityColour(Severity severity, const QPalette& palette) {
    switch (severity) {
        case Severity::problem: return errorColour(palette);
        case Severity::warning: return warningColour(palette);
        case Severity::note: break;
    }
    return accentColour(palette);
}

QString severityText(Severity severity) {
    switch (severity) {
        case Severity::problem: return "Problem";
        case Severity::warning: return "Warning";
        case Severity::note: break;
    }
    return "Note";
}

QString whenText(const Diagnosis& diagnosis) {
    if (diagnosis.standing) return QString("since step %1").arg(diagnosis.first_step);
    return QString("from step %1 to %2, gone since")
        .arg(diagnosis.first_step)
        .arg(diagnosis.last_step);
}

/// How a click applies the suggestion, as the button's first word; "" is an edit in place.
enum class Way { none, edit, resume, newRun };
Way wayOf(const Suggestion& suggestion, Remedies remedies) {
    if (remedies == Remedies::none) return Way::none;
    if (!suggestion.live || remedies == Remedies::newRun) return Way::newRun;
    return remedies == Remedies::resume ? Way::resume : Way::edit;
}

QString wayText(Way way) {
    switch (way) {
        case Way::edit: return "Apply";
        case Way::resume: return "Resume with";
        case Way::newRun: return "New run with";
        case Way::none: break;
    }
    return {};
}

QLabel* makeLabel(QWidget* parent, const char* role) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", role);
    return label;
}

}  // namespace

DiagnosisCard::DiagnosisCard(const Diagnosis& diagnosis, Remedies remedies, QWidget* parent)
    : QFrame(parent) {
    setObjectName("diagnosis:" + toQString(diagnosis.id));
    m_title = makeLabel(this, "title");
    m_when = makeLabel(this, "small");
    m_sentence = makeLabel(this, "");
    m_advice = makeLabel(this, "muted");
    for (QLabel* label : {m_sentence, m_advice}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setMinimumWidth(120);
    }
    m_side = new QWidget(this);
    m_side->setFixedWidth(side_width);
    m_buttons = new QVBoxLayout(m_side);
    m_buttons->setContentsMargins(0, 0, 0, 0);
    m_buttons->setSpacing(4);

    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(m_title);
    head->addWidget(m_when);
    head->addStretch();
    auto* words = new QVBoxLayout;
    words->setSpacing(4);
    words->addLayout(head);
    words->addWidget(m_sentence);
    words->addWidget(m_advice);
    words->addStretch();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(bar_width + 10, 8, 8, 8);
    layout->setSpacing(12);
    layout->addLayout(words, 1);
    layout->addWidget(m_side, 0, Qt::AlignTop);
    update(diagnosis, remedies);
}

void DiagnosisCard::update(const Diagnosis& diagnosis, Remedies remedies) {
    m_diagnosis = diagnosis;
    m_remedies = remedies;
    m_title->setText(severityText(diagnosis.severity) + ": " + toQString(diagnosis.title));
    m_when->setText(whenText(diagnosis));
    m_sentence->setText(toQString(diagnosis.sentence));
    m_advice->setText(toQString(diagnosis.advice));
    m_advice->setVisible(diagnosis.standing);
    setAccessibleName(m_title->text());
    colourTitle();
    QWidget::update();

    QString made = QString::number(static_cast<int>(remedies));
    made += diagnosis.standing ? "standing" : "gone";
    made += diagnosis.evidence.samples ? "samples" : "";
    for (const Suggestion& suggestion : diagnosis.suggestions)
        made += "|" + toQString(changes_text(suggestion)) + (suggestion.live ? "live" : "");
    if (std::exchange(m_made, made) != made) makeButtons();
    const Evidence& evidence = m_diagnosis.evidence;
    const auto setText = [this](const char* name, const QString& text) {
        if (auto* button = m_side->findChild<QPushButton*>(objectName() + name))
            button->setText(text);
    };
    setText(":range", QString("Steps %1 to %2").arg(evidence.first_step).arg(evidence.last_step));
    if (evidence.samples) setText(":samples", QString("Samples, %1").arg(evidence.samples->step));
}

void DiagnosisCard::makeButtons() {
    // One of them may be the button whose click has led here.
    const auto before = m_side->findChildren<QPushButton*>();
    for (QPushButton* button : before) {
        button->hide();
        button->setObjectName({});
        button->deleteLater();
    }
    while (QLayoutItem* item = m_buttons->takeAt(0)) delete item;
    auto* evidence = new QHBoxLayout;
    evidence->setSpacing(4);
    auto* range = new QPushButton(m_side);
    range->setObjectName(objectName() + ":range");
    range->setAccessibleName("Show the steps in the charts");
    range->setToolTip("Shows these steps in the charts");
    connect(range, &QPushButton::clicked, this, [this] {
        Q_EMIT rangeRequested(m_diagnosis.evidence.first_step, m_diagnosis.evidence.last_step);
    });
    evidence->addWidget(range, 1);
    if (m_diagnosis.evidence.samples) {
        auto* samples = new QPushButton(m_side);
        samples->setObjectName(objectName() + ":samples");
        samples->setAccessibleName("Show the completions that show it");
        samples->setToolTip("Shows the completions of this step, the most telling first");
        connect(samples, &QPushButton::clicked, this,
                [this] { Q_EMIT samplesRequested(*m_diagnosis.evidence.samples); });
        evidence->addWidget(samples, 1);
    }
    m_buttons->addLayout(evidence);
    if (!m_diagnosis.standing) return;
    for (std::size_t i = 0; i < m_diagnosis.suggestions.size(); ++i) makeSuggestion(i);
}

void DiagnosisCard::makeSuggestion(std::size_t index) {
    const Suggestion& suggestion = m_diagnosis.suggestions[index];
    const Way way = wayOf(suggestion, m_remedies);
    const QString changes = toQString(changes_text(suggestion));
    const QString text = (way == Way::newRun   ? "New run: "
                          : way == Way::resume ? "Resume: "
                                               : "") +
                         changes;
    auto* button = new QPushButton(m_side);
    // A long list of changes is told in the tooltip.
    button->setText(button->fontMetrics().elidedText(text, Qt::ElideRight, side_width - 28));
    button->setObjectName(objectName() + QString(":suggestion%1").arg(index));
    button->setEnabled(way != Way::none);
    button->setToolTip(toQString(suggestion.label) + ": " + changes +
                       (way == Way::edit     ? ", from the next step on"
                        : way == Way::resume ? ", going on from the last checkpoint"
                        : way == Way::newRun ? ", in a new run with these settings"
                                             : ""));
    button->setAccessibleName(wayText(way) + " " + toQString(suggestion.label) + ": " + changes);
    connect(button, &QPushButton::clicked, this, [this, suggestion, way] {
        const QString reason = "diagnosis: " + toQString(m_diagnosis.title);
        if (way == Way::edit) Q_EMIT editRequested(suggestion, reason);
        if (way == Way::resume) Q_EMIT resumeRequested(suggestion, reason);
        if (way == Way::newRun) Q_EMIT newRunRequested(suggestion);
    });
    m_buttons->addWidget(button);
}

void DiagnosisCard::colourTitle() {
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText,
                     m_diagnosis.standing ? textColour(palette()) : mutedColour(palette()));
    m_title->setPalette(colours);
    m_sentence->setPalette(colours);
}

void DiagnosisCard::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        colourTitle();
        QWidget::update();
    }
}

void DiagnosisCard::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.fillRect(QRect(0, 6, bar_width, height() - 12),
                     m_diagnosis.standing ? severityColour(m_diagnosis.severity, palette())
                                          : lineColour(palette()));
    painter.setPen(lineColour(palette()));
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

}  // namespace plumb::ui
