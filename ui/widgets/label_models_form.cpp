// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_models_form.h"

#include <limits>

#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include "common/text.h"
#include "widgets/checkpoint_chooser.h"
#include "widgets/form_parts.h"

namespace plumb::ui {
namespace {

constexpr int any_number = std::numeric_limits<int>::max();
constexpr int most_tokens = 4096, usual_prompts = 100;
constexpr double highest_temperature = 5;

}  // namespace

LabelModelsForm::LabelModelsForm(SessionBridge& bridge, QWidget* parent) : QWidget(parent) {
    auto* form = makeForm(this);
    m_a = new CheckpointChooser("compareA", bridge, this);
    m_b = new CheckpointChooser("compareB", bridge, this);
    m_prompts = makeNumber("comparePrompts", 1, any_number, usual_prompts, this);
    m_temperature = makeDecimal("compareTemperature", 0, highest_temperature, 1, this);
    m_tokens = makeNumber("compareTokens", 0, most_tokens, 0, this);
    m_tokens->setSpecialValueText("as the run");
    m_seed = makeNumber("compareSeed", 0, any_number, 0, this);
    addRow(*form, "First model", m_a, "A run with one of its checkpoints, or a folder");
    addRow(*form, "Second model", m_b, "May be the same: then it answers twice");
    addRow(*form, "Prompts", m_prompts, "At most so many");
    QWidget* file = makeFile();
    addRow(*form, "From", file,
           "JSONL with a column prompt or question, or a text file with a prompt a line");
    addRow(*form, "Temperature", m_temperature, "Of both models; 0: the most probable answer");
    addRow(*form, "Tokens", m_tokens, "Answers are cut after so many; 0: as the run samples");
    addRow(*form, "Seed", m_seed, "Of the draws, and of which model gives answer A");
    for (CheckpointChooser* model : {m_a, m_b})
        connect(model, &CheckpointChooser::changed, this, &LabelModelsForm::changed);
}

QWidget* LabelModelsForm::makeFile() {
    auto* row = new QWidget(this);
    m_file = new QLineEdit(row);
    m_file->setObjectName("compareFile");
    m_file->setPlaceholderText("held-out prompts of the task");
    m_file->setClearButtonEnabled(true);
    auto* choose = new QPushButton("File...", row);
    choose->setObjectName("compareChooseFile");
    choose->setAutoDefault(false);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_file, 1);
    layout->addWidget(choose);
    row->setFocusProxy(m_file);
    connect(choose, &QPushButton::clicked, this, &LabelModelsForm::chooseFile);
    connect(m_file, &QLineEdit::textChanged, this, &LabelModelsForm::changed);
    return row;
}

void LabelModelsForm::chooseFile() {
    auto* dialog = new QFileDialog(this, "Prompts");
    dialog->setObjectName("compareFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({"Prompts (*.jsonl *.json *.txt)", "All files (*)"});
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

void LabelModelsForm::setRuns(const std::vector<RunRecord>& runs) {
    m_runs = runs;
    m_a->setRuns(runs);
    m_b->setRuns(runs);
}

CompareModelsRequest LabelModelsForm::request() const {
    CompareModelsRequest request;
    request.model_a = toStd(m_a->model());
    request.model_b = toStd(m_b->model());
    request.file = toStd(m_file->text().trimmed());
    request.prompts = m_prompts->value();
    request.temperature = m_temperature->value();
    request.max_tokens = m_tokens->value();
    request.seed = static_cast<std::uint64_t>(m_seed->value());
    return request;
}

QString LabelModelsForm::suggestedName() const {
    if (m_a->model().isEmpty() || m_b->model().isEmpty()) return {};
    return toQString(compared_name(toStd(modelText(*m_a)), toStd(modelText(*m_b))));
}

QString LabelModelsForm::modelText(const CheckpointChooser& model) const {
    const QString text = model.model();
    const QString number = text.section('@', 0, 0);
    for (const RunRecord& run : m_runs)
        if (number == QString::number(run.id)) return toQString(run.name) + text.mid(number.size());
    return text;
}

QString LabelModelsForm::problem() const {
    if (m_a->model().isEmpty() || m_b->model().isEmpty()) return "Choose two models.";
    return {};
}

}  // namespace plumb::ui
