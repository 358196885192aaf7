// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_samples_form.h"

#include <algorithm>
#include <limits>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

#include "common/text.h"
#include "widgets/form_parts.h"

namespace plumb::ui {
namespace {

constexpr int any_number = std::numeric_limits<int>::max();
constexpr int usual_pairs = 200;
constexpr double most_difference = 1e6;

}  // namespace

LabelSamplesForm::LabelSamplesForm(QWidget* parent) : QWidget(parent) {
    auto* form = makeForm(this);
    m_run = new QComboBox(this);
    m_run->setObjectName("samplesRun");
    // Names may be longer than the dialog is wide.
    m_run->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    auto* steps = new QWidget(this);
    m_first = makeNumber("samplesFirst", 0, any_number, 0, steps);
    m_first->setAccessibleName("First step");
    m_first->setSpecialValueText("first");
    m_last = makeNumber("samplesLast", 0, any_number, 0, steps);
    m_last->setAccessibleName("Last step");
    m_last->setSpecialValueText("last");
    auto* row = new QHBoxLayout(steps);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_first);
    row->addWidget(new QLabel("to", steps));
    row->addWidget(m_last);
    row->addStretch();
    steps->setFocusProxy(m_first);
    m_ended = new QComboBox(this);
    m_ended->setObjectName("samplesEnded");
    m_ended->addItem("All");
    m_ended->addItem("Those that came to an end", true);
    m_ended->addItem("Those that were cut", false);
    m_prompt = new QLineEdit(this);
    m_prompt->setObjectName("samplesPrompt");
    m_prompt->setPlaceholderText("any");
    m_difference = makeDecimal("samplesDifference", 0, most_difference, 0, this);
    m_most = makeNumber("samplesMost", 0, any_number, usual_pairs, this);
    m_most->setSpecialValueText("all");
    addRow(*form, "Run", m_run, "Of the answers to a prompt in a step, the best against the worst");
    addRow(*form, "Steps", steps, "From the first to the last; 0: without a bound");
    addRow(*form, "Answers", m_ended, "Which answers are taken before they are paired");
    addRow(*form, "Prompt has", m_prompt, "Part of the prompt, letters A to Z in either case");
    addRow(*form, "Rewards differ", m_difference, "By at least so much");
    addRow(*form, "At most", m_most, "So many pairs, spread over the steps; 0: all");
    for (QComboBox* box : {m_run, m_ended})
        connect(box, &QComboBox::currentIndexChanged, this, &LabelSamplesForm::changed);
    for (QSpinBox* box : {m_first, m_last})
        connect(box, &QSpinBox::valueChanged, this, &LabelSamplesForm::changed);
}

void LabelSamplesForm::setRuns(const std::vector<RunRecord>& runs, std::optional<RunId> chosen) {
    m_run->clear();
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
        if (run->step > 0 && run->algorithm != "sft" && run->algorithm != "reward")
            m_run->addItem(QString("Run %1, %2").arg(run->id).arg(toQString(run->name)),
                           QVariant::fromValue<qlonglong>(run->id));
    const int place = chosen ? m_run->findData(QVariant::fromValue<qlonglong>(*chosen)) : 0;
    m_run->setCurrentIndex(std::max(place, 0));
    Q_EMIT changed();
}

SamplesToJudge LabelSamplesForm::samples() const {
    SamplesToJudge samples;
    samples.run = m_run->currentData().toLongLong();
    if (m_first->value() > 0) samples.first_step = m_first->value();
    if (m_last->value() > 0) samples.last_step = m_last->value();
    if (m_ended->currentIndex() > 0) samples.ended = m_ended->currentData().toBool();
    samples.prompt = toStd(m_prompt->text().trimmed());
    samples.least_difference = m_difference->value();
    samples.most = m_most->value();
    return samples;
}

QString LabelSamplesForm::suggestedName() const {
    QString name = m_run->currentText();
    return name.isEmpty() ? name : name.left(1).toLower() + name.mid(1);
}

QString LabelSamplesForm::problem() const {
    if (m_run->count() == 0) return "No run has sampled answers yet: start one first.";
    if (m_last->value() > 0 && m_first->value() > m_last->value())
        return "The first step comes after the last.";
    return {};
}

}  // namespace plumb::ui
