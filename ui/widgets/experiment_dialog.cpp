// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/experiment_dialog.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/text.h"
#include "common/wrapped_labels.h"
#include "widgets/form_parts.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 560, list_height = 170;
/// What the titles of the form's rows take, with the gap behind them.
constexpr int label_room = 116;

}  // namespace

ExperimentDialog::ExperimentDialog(const QString& name, const QString& title, QWidget* parent)
    : QDialog(parent), m_name(name), m_formWidget(new QWidget(this)) {
    setObjectName(name + "Dialog");
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedWidth(dialog_width);
    m_form = makeForm(m_formWidget);
}

QLineEdit* ExperimentDialog::makeLine(const QString& part, const QString& placeholder) {
    auto* line = new QLineEdit(m_formWidget);
    line->setObjectName(m_name + part);
    line->setPlaceholderText(placeholder);
    connect(line, &QLineEdit::textChanged, this, &ExperimentDialog::check);
    return line;
}

void ExperimentDialog::addPlain(const QString& title, QWidget* editor, const QString& help) {
    addRow(*m_form, title, editor, help);
}

QLabel* ExperimentDialog::addChecked(const QString& title, QWidget* editor, const QString& help) {
    addPlain(title, editor, help);
    auto* error = new QLabel(m_formWidget);
    error->setObjectName(editor->objectName() + "Error");
    error->setProperty("role", "error");
    error->setWordWrap(true);
    error->hide();
    m_form->addRow(QString(), error);
    return error;
}

void ExperimentDialog::setError(QLabel& label, const QString& text) {
    label.setText(text);
    label.setVisible(!text.isEmpty());
}

void ExperimentDialog::addEnd(const QString& seeds) {
    m_seeds = makeLine("Seeds", seeds);
    m_seedsError = addChecked("Seeds", m_seeds, "3: the seeds 0, 1 and 2; or a list: 0, 5, 7");
    m_shared =
        new QCheckBox("All seeds share one start, its pairs and its reward model", m_formWidget);
    m_shared->setObjectName(m_name + "Shared");
    addPlain("Start", m_shared,
             "Less to compute; the spread over seeds then leaves out that of the start");
    m_comparison = makeLine("Name", "");
    addPlain("Name", m_comparison, "Of the comparison; runs of one name stand beside each other");
    m_problem = new QLabel(this);
    m_problem->setObjectName(m_name + "Problem");
    m_problem->setProperty("role", "error");
    m_problem->setWordWrap(true);
    m_runsTitle = new QLabel(this);
    m_runsTitle->setObjectName(m_name + "RunsTitle");
    m_runsTitle->setProperty("role", "section");
    m_runs = new QListWidget(this);
    m_runs->setObjectName(m_name + "Runs");
    m_runs->setAccessibleName("Runs to be queued");
    m_runs->setSelectionMode(QAbstractItemView::NoSelection);
    m_runs->setFixedHeight(list_height);
    auto* cancel = new QPushButton("Cancel", this);
    cancel->setObjectName(m_name + "Cancel");
    cancel->setAutoDefault(false);
    m_queue = new QPushButton(this);
    m_queue->setObjectName(m_name + "Queue");
    m_queue->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(cancel);
    buttons->addWidget(m_queue);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->setSpacing(10);
    layout->addWidget(m_formWidget);
    layout->addWidget(m_runsTitle);
    layout->addWidget(m_runs);
    layout->addWidget(m_problem);
    layout->addLayout(buttons);
    connect(m_shared, &QCheckBox::toggled, this, &ExperimentDialog::check);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_queue, &QPushButton::clicked, this, [this] {
        if (!m_plan) return;
        Q_EMIT queueRequested(*m_plan);
        accept();
    });
    check();
}

void ExperimentDialog::check() {
    if (!m_queue) return;
    m_plan.reset();
    QString problem;
    const auto wanted = experiment();
    ExperimentOptions options;
    options.name = toStd(m_comparison->text().trimmed());
    options.shared_start = m_shared->isChecked();
    const QString seedsText = m_seeds->text().trimmed();
    const auto seeds =
        parse_seeds(toStd(seedsText.isEmpty() ? m_seeds->placeholderText() : seedsText));
    setError(*m_seedsError, seeds.ok() ? QString() : toQString(seeds.error().message));
    if (wanted) {
        m_comparison->setPlaceholderText(toQString(wanted->name));
        m_shared->setEnabled(wanted->preparation.has_value());
    }
    if (wanted && seeds.ok()) {
        options.seeds = *seeds;
        refine(options);
        auto plan = plan_experiment(*wanted, options);
        if (plan.ok())
            m_plan = std::move(*plan);
        else
            problem = toQString(plan.error().message);
    }
    setError(*m_problem, problem);
    m_runs->clear();
    if (m_plan)
        for (const PlannedRun& run : m_plan->runs) m_runs->addItem(toQString(run.name));
    const auto count = m_plan ? m_plan->runs.size() : 0;
    m_runsTitle->setText(m_plan ? "IN THIS ORDER INTO THE QUEUE" : "NOTHING TO QUEUE YET");
    m_queue->setText(m_plan ? QString("Queue %1 runs").arg(count) : "Queue");
    m_queue->setEnabled(m_plan.has_value());
    fitToLabels(*this, *m_formWidget, label_room);
}

}  // namespace plumb::ui
