// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "widgets/job_progress.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 560;

QString number(std::int64_t value) { return QLocale(QLocale::English).toString(qlonglong(value)); }

const char* helpOf(LabelExportForm form) {
    switch (form) {
        case LabelExportForm::preference:
            return "prompt, chosen, rejected: what DPO and reward models train on.";
        case LabelExportForm::completion:
            return "prompt, completion, label: each answer by itself, true or false.";
        case LabelExportForm::verdicts: break;
    }
    return "Every item with all its verdicts, for archives and other programs.";
}

}  // namespace

LabelExportDialog::LabelExportDialog(SessionBridge& bridge, const LabelQueue& queue,
                                     QWidget* parent)
    : QDialog(parent), m_bridge(bridge), m_queue(queue) {
    setObjectName("labelExportDialog");
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle("Export labels of " + toQString(queue.name));
    setMinimumWidth(dialog_width);
    m_fields = makeForm();
    m_counts = new QLabel("Counting ...", this);
    m_counts->setObjectName("labelExportCounts");
    m_counts->setWordWrap(true);
    m_problem = new QLabel(this);
    m_problem->setObjectName("labelExportProblem");
    m_problem->setProperty("role", "error");
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_progress = new JobProgress("labelExportProgress", this);
    m_cancel = new QPushButton("Cancel  Esc", this);
    m_cancel->setObjectName("labelExportCancel");
    m_cancel->setAutoDefault(false);
    m_write = new QPushButton("Export", this);
    m_write->setObjectName("labelExportStart");
    m_write->setProperty("primary", true);
    m_write->setDefault(true);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_progress, 1);
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_write);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->addWidget(m_fields);
    layout->addWidget(m_counts);
    layout->addWidget(m_problem);
    layout->addStretch();
    layout->addLayout(buttons);
    connect(m_cancel, &QPushButton::clicked, this, &LabelExportDialog::reject);
    connect(m_write, &QPushButton::clicked, this, &LabelExportDialog::write);
    readAnnotators();
    count();
    allow();
}

LabelExportDialog::~LabelExportDialog() { m_counting.request_stop(); }

QWidget* LabelExportDialog::makeForm() {
    auto* fields = new QWidget(this);
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    const auto combo = [&](const char* name, const QString& title) {
        auto* box = new QComboBox(fields);
        box->setObjectName(name);
        box->setAccessibleName(title);
        form->addRow(title, box);
        connect(box, &QComboBox::activated, this, &LabelExportDialog::count);
        return box;
    };
    m_form = combo("labelExportForm", "Form");
    m_form->addItem("Preference pairs", static_cast<int>(LabelExportForm::preference));
    m_form->addItem("Labelled answers", static_cast<int>(LabelExportForm::completion));
    m_form->addItem("All verdicts", static_cast<int>(LabelExportForm::verdicts));
    m_help = new QLabel(fields);
    m_help->setProperty("role", "small");
    form->addRow(QString(), m_help);
    m_annotator = combo("labelExportAnnotator", "Whose verdicts");
    m_annotator->addItem("What most annotators say");
    m_ties = combo("labelExportTies", "Ties");
    m_bothBad = combo("labelExportBothBad", "Both bad");
    for (QComboBox* box : {m_ties, m_bothBad}) box->addItems({"Leave out", "Keep both"});
    m_ties->setToolTip("Both: a preference each way, or both answers labelled true");
    m_bothBad->setToolTip("Both: a preference each way, or both answers labelled false");
    m_provenance = new QCheckBox("Where each row came from and who judged it", fields);
    m_provenance->setObjectName("labelExportProvenance");
    m_provenance->setToolTip("Under the key plumbline, which other programs pass over");
    m_provenance->setChecked(true);
    form->addRow("Provenance", m_provenance);
    auto* file = new QWidget(fields);
    auto* row = new QHBoxLayout(file);
    row->setContentsMargins(0, 0, 0, 0);
    m_file = new QLineEdit(file);
    m_file->setObjectName("labelExportFile");
    m_file->setPlaceholderText("labels.jsonl");
    auto* choose = new QPushButton("Choose...", file);
    choose->setObjectName("labelExportChoose");
    choose->setAutoDefault(false);
    row->addWidget(m_file, 1);
    row->addWidget(choose);
    form->addRow("File", file);
    connect(choose, &QPushButton::clicked, this, &LabelExportDialog::chooseFile);
    connect(m_file, &QLineEdit::textChanged, this, &LabelExportDialog::allow);
    return fields;
}

void LabelExportDialog::setFile(const QString& file) { m_file->setText(file); }

void LabelExportDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, "Export labels");
    dialog->setObjectName("labelDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setNameFilters({"JSONL (*.jsonl)", "All files (*)"});
    dialog->setDefaultSuffix("jsonl");
    connect(dialog, &QFileDialog::fileSelected, this, &LabelExportDialog::setFile);
    dialog->open();
}

void LabelExportDialog::readAnnotators() {
    m_bridge.query(
        this, [id = m_queue.id](StoreReader& reader) { return reader.label_annotators(id); },
        [this](const Result<std::vector<LabelAnnotator>>& annotators) {
            if (!annotators.ok()) return tell(toQString(annotators.error().message));
            for (const LabelAnnotator& annotator : *annotators)
                m_annotator->addItem(QString("%1 (%2 verdicts)")
                                         .arg(toQString(annotator.name))
                                         .arg(number(annotator.verdicts)),
                                     toQString(annotator.name));
        });
}

LabelsToExport LabelExportDialog::wanted() const {
    LabelsToExport what;
    what.queue = m_queue.id;
    what.file = toStd(m_file->text().trimmed());
    what.form = static_cast<LabelExportForm>(m_form->currentData().toInt());
    if (m_annotator->currentIndex() > 0)
        what.annotator = toStd(m_annotator->currentData().toString());
    const auto kept = [](const QComboBox* box) {
        return box->currentIndex() > 0 ? NoWinner::both : NoWinner::drop;
    };
    what.ties = kept(m_ties);
    what.both_bad = kept(m_bothBad);
    what.provenance = m_provenance->isChecked();
    return what;
}

void LabelExportDialog::count() {
    const LabelsToExport what = wanted();
    m_help->setText(helpOf(what.form));
    const bool all = what.form == LabelExportForm::verdicts;
    for (QWidget* widget : {static_cast<QWidget*>(m_annotator), static_cast<QWidget*>(m_ties),
                            static_cast<QWidget*>(m_bothBad), static_cast<QWidget*>(m_provenance)})
        widget->setEnabled(!all);
    m_counting.request_stop();
    m_counting = std::stop_source();
    m_counts->setText("Counting ...");
    m_bridge.query(
        this,
        [what, stop = m_counting.get_token()](StoreReader& reader) {
            return count_labels_to_export(reader, what, stop);
        },
        [this, stop = m_counting.get_token()](const Result<LabelExportReport>& report) {
            if (stop.stop_requested()) return;
            m_counts->setText(report.ok() ? reportText(*report) : QString());
            if (!report.ok()) tell(toQString(report.error().message));
        });
}

QString LabelExportDialog::reportText(const LabelExportReport& report) const {
    QString text = number(report.rows) + (report.rows == 1 ? " row" : " rows");
    if (m_form->currentData().toInt() == static_cast<int>(LabelExportForm::verdicts)) return text;
    QStringList out;
    const auto add = [&](std::int64_t count, const QString& what) {
        if (count > 0) out << number(count) + " " + what;
    };
    add(report.unjudged, "without a verdict");
    add(report.undecided, "on which annotators are split");
    add(report.ties, report.ties == 1 ? "tie" : "ties");
    add(report.both_bad, "of two bad answers");
    add(report.single, "with one answer, which makes no pair");
    return text + (out.isEmpty() ? "; nothing is left out" : "; left out: " + out.join(", "));
}

void LabelExportDialog::write() {
    if (m_progress->isGoing()) return;
    tell({});
    m_fields->setEnabled(false);
    const auto job = m_progress->begin(JobProgress::Unit::items, "Writing");
    allow();
    m_bridge.query(
        this,
        [what = wanted(), job](StoreReader& reader) {
            return export_labels(reader, what, job->stop.get_token(),
                                 [&job](std::int64_t done, std::int64_t total) {
                                     job->done = static_cast<std::uint64_t>(done);
                                     job->total = static_cast<std::uint64_t>(total);
                                 });
        },
        [this](const Result<LabelExportReport>& done) {
            m_progress->end();
            m_fields->setEnabled(true);
            allow();
            if (!done.ok()) {
                tell(done.error().code == ErrorCode::cancelled
                         ? QString("The export was stopped; nothing was written.")
                         : toQString(done.error().message));
                return;
            }
            Q_EMIT told(QString("%1: %2.").arg(m_file->text().trimmed(), reportText(*done)));
            accept();
        });
}

void LabelExportDialog::tell(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void LabelExportDialog::allow() {
    m_write->setEnabled(!m_progress->isGoing() && !m_file->text().trimmed().isEmpty());
}

void LabelExportDialog::reject() {
    if (m_progress->isGoing())
        m_progress->stop();
    else
        QDialog::reject();
}

}  // namespace plumb::ui
