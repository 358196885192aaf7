// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sampling_edit.h"

#include <limits>

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int most_tokens = 4096;
constexpr int number_width = 86, share_width = 64;

}  // namespace

SamplingEdit::SamplingEdit(QWidget* parent) : QWidget(parent) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_temperature = addShare("temperature", "temperature",
                             "0 always takes the most probable token; 1 is the model's own "
                             "distribution; above 1 draws more evenly",
                             5.0, 1.0);
    m_topP =
        addShare("topP", "top-p",
                 "Draws from the fewest tokens whose probabilities reach this; 1: all", 1.0, 1.0);
    m_topP->setMinimum(0.01);
    m_topK = addNumber("topK", "top-k", "Draws from so many of the most probable tokens; 0: all", 0,
                       1'000'000, 0);
    m_minP = addShare("minP", "min-p",
                      "Draws from tokens with at least this share of the largest probability; 0: "
                      "all",
                      1.0, 0.0);
    m_length =
        addNumber("maxTokens", "tokens", "The answer is cut after so many", 1, most_tokens, 64);
    m_seed = addNumber("seed", "seed", "Equal seeds and settings give equal answers", 0,
                       std::numeric_limits<int>::max(), 0);
    m_holdSeed = new QCheckBox("hold", this);
    m_holdSeed->setObjectName("playgroundHoldSeed");
    m_holdSeed->setToolTip("Keeps the seed; else each answer has the next one");
    layout->addWidget(m_holdSeed);
    layout->addStretch();
}

void SamplingEdit::add(QAbstractSpinBox* editor, const QString& name, const QString& label,
                       const QString& help) {
    editor->setButtonSymbols(QAbstractSpinBox::NoButtons);
    editor->setAlignment(Qt::AlignRight);
    editor->setFont(monospacedFont());
    editor->setObjectName("playground:" + name);
    editor->setAccessibleName(label);
    editor->setToolTip(help);
    auto* title = new QLabel(label, this);
    title->setProperty("role", "small");
    title->setBuddy(editor);
    layout()->addWidget(title);
    layout()->addWidget(editor);
}

QSpinBox* SamplingEdit::addNumber(const QString& name, const QString& label, const QString& help,
                                  int least, int most, int value) {
    auto* box = new QSpinBox(this);
    box->setRange(least, most);
    box->setValue(value);
    box->setFixedWidth(number_width);
    add(box, name, label, help);
    return box;
}

QDoubleSpinBox* SamplingEdit::addShare(const QString& name, const QString& label,
                                       const QString& help, double most, double value) {
    auto* box = new QDoubleSpinBox(this);
    box->setRange(0.0, most);
    box->setSingleStep(0.05);
    box->setValue(value);
    box->setFixedWidth(share_width);
    add(box, name, label, help);
    return box;
}

void SamplingEdit::apply(GenerateRequest& request) const {
    request.temperature = m_temperature->value();
    request.top_p = m_topP->value();
    request.top_k = m_topK->value();
    request.min_p = m_minP->value();
    request.max_tokens = m_length->value();
    request.seed = static_cast<std::uint64_t>(m_seed->value());
}

void SamplingEdit::nextSeed() {
    if (!m_holdSeed->isChecked()) m_seed->setValue(m_seed->value() + 1);
}

}  // namespace plumb::ui
