// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/compare_three_dialog.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>

#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr BudgetKind kinds[] = {BudgetKind::flops, BudgetKind::updates, BudgetKind::tokens,
                                BudgetKind::seconds};
const char* const kind_texts[] = {"estimated operations (FLOPs)", "updates", "generated tokens",
                                  "seconds of updates"};

}  // namespace

CompareThreeDialog::CompareThreeDialog(QWidget* parent)
    : ExperimentDialog("three", "Compare three", parent) {
    m_experiment = new QComboBox(form());
    m_experiment->setObjectName("threeExperiment");
    for (const Experiment& experiment : experiments())
        m_experiment->addItem(toQString(experiment.title), toQString(experiment.name));
    m_summary = new QLabel(form());
    m_summary->setObjectName("threeSummary");
    m_summary->setProperty("role", "small");
    m_summary->setWordWrap(true);
    addPlain("Experiment", m_experiment, "What is compared on which task, and in which size");
    static_cast<QFormLayout*>(form()->layout())->addRow(QString(), m_summary);
    auto* budget = new QWidget(form());
    budget->setObjectName("threeBudget");
    m_amount = makeLine("Amount", "");
    m_amount->setMaximumWidth(110);
    m_kind = new QComboBox(form());
    m_kind->setObjectName("threeKind");
    m_kind->addItem("as the experiment says");
    for (const char* text : kind_texts) m_kind->addItem(text);
    auto* row = new QHBoxLayout(budget);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_kind, 1);
    row->addWidget(m_amount);
    m_budgetError = addChecked("Budget", budget, "Where each run ends: the same for all of them");
    connect(m_experiment, &QComboBox::currentIndexChanged, this,
            &CompareThreeDialog::showExperiment);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &CompareThreeDialog::showExperiment);
    addEnd("3");
    showExperiment();
}

void CompareThreeDialog::showExperiment() {
    const auto found = find_experiment(toStd(m_experiment->currentData().toString()));
    m_amount->setEnabled(m_kind->currentIndex() > 0);
    if (found.ok())
        m_summary->setText(toQString(found->summary) +
                           (found->budget
                                ? " Budget: " + toQString(budget_words(*found->budget)) + "."
                                : QString()));
    check();
}

std::optional<Experiment> CompareThreeDialog::experiment() {
    const auto found = find_experiment(toStd(m_experiment->currentData().toString()));
    if (!found.ok()) return {};
    QString error;
    if (m_kind->currentIndex() > 0) {
        bool isNumber = false;
        const double amount = m_amount->text().trimmed().toDouble(&isNumber);
        if (!isNumber || amount <= 0) error = "A number above 0, as 2e12 or 30.";
    }
    setError(*m_budgetError, error);
    if (!error.isEmpty()) return {};
    return *found;
}

void CompareThreeDialog::refine(ExperimentOptions& options) const {
    const int kind = m_kind->currentIndex();
    if (kind > 0) options.budget = Budget{kinds[kind - 1], m_amount->text().trimmed().toDouble()};
}

}  // namespace plumb::ui
