// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/export_model_dialog.h"

#include <algorithm>

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QVBoxLayout>

#include "common/text.h"
#include "widgets/form_parts.h"
#include "widgets/number_label.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 560;
constexpr const char* folder_key = "export/modelFolder";
constexpr const char* start_data = "start";

/// The name as that of a folder: "ppo, kl 0" becomes "ppo-kl-0".
QString folderName(const QString& name) {
    QString stem;
    for (const QChar c : name)
        if (c.isLetterOrNumber() || c == '.' || c == '_')
            stem += c;
        else if (!stem.isEmpty() && !stem.endsWith('-'))
            stem += '-';
    while (stem.endsWith('-')) stem.chop(1);
    return stem.isEmpty() ? "model" : stem;
}

}  // namespace

ExportModelDialog::ExportModelDialog(const RunRecord& run,
                                     std::vector<CheckpointRecord> checkpoints, bool adapted,
                                     QWidget* parent)
    : QDialog(parent), m_run(run.id), m_stem(folderName(toQString(run.name))) {
    setObjectName("exportModelDialog");
    setWindowTitle("Export model");
    setAttribute(Qt::WA_DeleteOnClose);
    setMinimumWidth(dialog_width);
    auto* about = makeSmallLabel(
        QString("Writes the model of run %1, %2, for other programs: safetensors, configuration, "
                "tokenizer with its chat template, generation settings, and README.md with its "
                "parents, data, settings, edits and curves.")
            .arg(run.id)
            .arg(toQString(run.name)),
        "muted", this);
    about->setWordWrap(true);

    m_step = new QComboBox(this);
    m_step->setObjectName("exportModelStep");
    std::ranges::sort(checkpoints, std::ranges::greater(), &CheckpointRecord::step);
    for (const CheckpointRecord& checkpoint : checkpoints)
        m_step->addItem(
            QString("step %1%2").arg(checkpoint.step).arg(checkpoint.is_best ? ", best" : ""),
            QString::number(checkpoint.step));
    m_step->addItem("the model that it started from", start_data);
    m_whole = new QRadioButton(adapted ? "Whole model, the adapter merged" : "Whole model", this);
    m_whole->setObjectName("exportModelWhole");
    m_whole->setChecked(true);
    m_adapter = new QRadioButton("LoRA adapter alone, in PEFT's layout", this);
    m_adapter->setObjectName("exportModelAdapter");
    m_adapter->setVisible(adapted);
    m_target = new QLineEdit(this);
    m_target->setObjectName("exportModelTarget");
    m_target->setText(
        QDir(QSettings().value(folder_key, QDir::homePath()).toString()).filePath(m_stem));
    auto* browse = new QPushButton("Browse...", this);
    browse->setObjectName("exportModelBrowse");
    browse->setAutoDefault(false);
    m_problem = makeSmallLabel({}, "error", this);
    m_problem->setObjectName("exportModelProblem");
    m_problem->setWordWrap(true);

    auto* forms = new QWidget(this);
    auto* formsLayout = new QVBoxLayout(forms);
    formsLayout->setContentsMargins(0, 0, 0, 0);
    formsLayout->addWidget(m_whole);
    formsLayout->addWidget(m_adapter);
    auto* place = new QWidget(this);
    auto* placeLayout = new QHBoxLayout(place);
    placeLayout->setContentsMargins(0, 0, 0, 0);
    placeLayout->addWidget(m_target, 1);
    placeLayout->addWidget(browse);
    place->setFocusProxy(m_target);
    auto* form = makeForm(this);
    addRow(*form, "Checkpoint", m_step, "Which of the run's models is written");
    addRow(*form, "Form", forms, "A whole model stands alone; an adapter needs its base");
    addRow(*form, "Folder", place, "It is made; it must not be there yet, or be empty");

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_export = buttons->addButton("Export", QDialogButtonBox::AcceptRole);
    m_export->setObjectName("exportModelButton");
    m_export->setProperty("primary", true);
    m_export->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 12);
    layout->setSpacing(10);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);

    connect(browse, &QPushButton::clicked, this, &ExportModelDialog::browse);
    connect(m_target, &QLineEdit::textChanged, this, &ExportModelDialog::check);
    connect(m_step, &QComboBox::currentIndexChanged, this, &ExportModelDialog::check);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        QSettings().setValue(folder_key, QFileInfo(m_target->text().trimmed()).absolutePath());
        Q_EMIT exportChosen(choice());
        accept();
    });
    check();
}

ModelExportChoice ExportModelDialog::choice() const {
    return {toStd(QString("%1@%2").arg(m_run).arg(m_step->currentData().toString())),
            toStd(m_target->text().trimmed()),
            m_adapter->isChecked() ? ExportForm::adapter : ExportForm::whole};
}

void ExportModelDialog::browse() {
    auto* dialog = new QFileDialog(this, "Folder to put the model's folder into");
    dialog->setObjectName("exportModelFolderDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& folder) { m_target->setText(QDir(folder).filePath(m_stem)); });
    dialog->open();
}

void ExportModelDialog::check() {
    // What a run starts from has no adapter of the run's.
    const bool start = m_step->currentData().toString() == start_data;
    if (start) m_whole->setChecked(true);
    m_adapter->setEnabled(!start);
    const QString target = m_target->text().trimmed();
    const QFileInfo place(target);
    QString problem;
    if (target.isEmpty())
        problem = "Name the folder to write.";
    else if (!place.isAbsolute())
        problem = "Give the whole path of the folder.";
    else if (place.exists() && (!place.isDir() || !QDir(target).isEmpty()))
        problem = "The folder is there already and not empty; name another one.";
    m_problem->setText(problem);
    m_export->setEnabled(problem.isEmpty());
}

}  // namespace plumb::ui
