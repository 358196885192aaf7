// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/new_queue_dialog.h"

#include <utility>

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "session/label_scoring.h"
#include "widgets/form_parts.h"
#include "widgets/label_models_form.h"
#include "widgets/label_order_edit.h"
#include "widgets/label_samples_form.h"

namespace plumb::ui {
namespace {

QLabel* makeSection(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", "section");
    return label;
}

}  // namespace

NewQueueDialog::NewQueueDialog(SessionBridge& bridge, std::optional<RunId> run, QWidget* parent)
    : LabelQueueDialog("newQueue", "newQueueMake", "Make the queue", bridge, parent) {
    setWindowTitle("New queue");
    auto* page = new QWidget(this);
    auto* head = new QWidget(page);
    auto* form = makeForm(head);
    m_kind = new QComboBox(head);
    m_kind->setObjectName("newQueueKind");
    m_kind->addItem("Samples of a run");
    m_kind->addItem("Two models on the same prompts");
    m_name = new QLineEdit(head);
    m_name->setObjectName("newQueueName");
    addRow(*form, "What", m_kind, "Where the answers come from");
    addRow(*form, "Name", m_name, "Of the queue; empty: the one that is shown");
    m_samples = new LabelSamplesForm(page);
    m_models = new LabelModelsForm(bridge, page);
    m_order = new LabelOrderEdit(page);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(head);
    layout->addWidget(makeSection("ANSWERS", page));
    layout->addWidget(m_samples);
    layout->addWidget(m_models);
    layout->addWidget(makeSection("ORDER", page));
    layout->addWidget(m_order);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &NewQueueDialog::showKind);
    connect(m_samples, &LabelSamplesForm::changed, this, &NewQueueDialog::check);
    connect(m_models, &LabelModelsForm::changed, this, &NewQueueDialog::check);
    connect(m_order, &LabelOrderEdit::changed, this, &NewQueueDialog::check);
    addForm(page);
    m_kind->setFocus();
    showKind();
    readRuns(run);
}

void NewQueueDialog::readRuns(std::optional<RunId> run) {
    bridge().query(
        this, [](StoreReader& reader) { return reader.runs(); },
        [this, run](const Result<std::vector<RunRecord>>& runs) {
            if (!runs.ok()) return;
            m_samples->setRuns(*runs, run);
            m_models->setRuns(*runs);
            check();
        });
    bridge().query(
        this,
        [workspace = bridge().workspace()](StoreReader& reader) {
            return runs_with_reward_models(reader, workspace);
        },
        [this](const Result<std::vector<RunRecord>>& runs) {
            if (runs.ok()) m_order->setRewardModels(*runs);
        });
}

bool NewQueueDialog::isOfSamples() const { return m_kind->currentIndex() == 0; }

void NewQueueDialog::showKind() {
    m_samples->setVisible(isOfSamples());
    m_models->setVisible(!isOfSamples());
    m_order->setHasRunRewards(isOfSamples());
    check();
}

QString NewQueueDialog::missing() const {
    m_name->setPlaceholderText(isOfSamples() ? m_samples->suggestedName()
                                             : m_models->suggestedName());
    const QString problem = isOfSamples() ? m_samples->problem() : m_models->problem();
    return problem.isEmpty() ? m_order->problem() : problem;
}

std::string NewQueueDialog::name() const {
    const QString typed = m_name->text().trimmed();
    return toStd(typed.isEmpty() ? m_name->placeholderText() : typed);
}

void NewQueueDialog::begin() {
    if (isOfSamples()) return maker().makeOfSamples(m_samples->samples(), name(), m_order->wish());
    CompareModelsRequest request = m_models->request();
    request.name = name();
    maker().makeOfModels(std::move(request), m_order->wish());
}

}  // namespace plumb::ui
