// SPDX-License-Identifier: GPL-3.0-or-later
// What the import dialog consists of.
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "widgets/job_progress.h"
#include "widgets/label_import_dialog.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 860, dialog_height = 560, row_height = 24, typing_ms = 400;

/// The roles of columns with what they are, in the order of the form.
constexpr std::pair<const char*, const char*> roles[] = {
    {"prompt", "prompt"}, {"chosen", "chosen"},         {"rejected", "rejected"}, {"a", "answer A"},
    {"b", "answer B"},    {"completion", "completion"}, {"label", "its label"},
};
constexpr int columns_a_row = 4;

QLabel* wrapped(const QString& name, const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

LabelImportDialog::LabelImportDialog(SessionBridge& bridge, QWidget* parent)
    : QDialog(parent), m_bridge(bridge) {
    setObjectName("labelImportDialog");
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle("Import labels");
    resize(dialog_width, dialog_height);
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(makeForm());
    m_pages->addWidget(makeOutcome());
    m_progress = new JobProgress("labelImportProgress", this);
    m_cancel = new QPushButton("Cancel  Esc", this);
    m_cancel->setObjectName("labelImportCancel");
    m_cancel->setAutoDefault(false);
    m_import = new QPushButton("Import", this);
    m_import->setObjectName("labelImportStart");
    m_import->setProperty("primary", true);
    m_import->setDefault(true);
    m_import->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_progress, 1);
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_import);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_pages, 1);
    layout->addLayout(buttons);
    m_delay.setSingleShot(true);
    m_delay.setInterval(typing_ms);
    connect(&m_delay, &QTimer::timeout, this, &LabelImportDialog::preview);
    connect(m_cancel, &QPushButton::clicked, this, &LabelImportDialog::reject);
    connect(m_import, &QPushButton::clicked, this, &LabelImportDialog::import);
    m_bridge.query(
        this, [](StoreReader& reader) { return reader.label_queues(); },
        [this](const Result<std::vector<LabelQueue>>& queues) {
            m_taken.emplace();
            if (queues.ok())
                for (const LabelQueue& queue : *queues) m_taken->push_back(queue.name);
            suggestName();
        });
}

QWidget* LabelImportDialog::makeForm() {
    auto* form = new QWidget(this);
    m_file = new QLineEdit(form);
    m_file->setObjectName("labelImportFile");
    m_file->setPlaceholderText("JSONL, one object a row, also compressed with gzip");
    m_choose = new QPushButton("Choose...", form);
    m_choose->setObjectName("labelImportChoose");
    m_choose->setAutoDefault(false);
    m_name = new QLineEdit(form);
    m_name->setObjectName("labelImportName");
    m_annotator = new QLineEdit(form);
    m_annotator->setObjectName("labelImportAnnotator");
    m_annotator->setPlaceholderText("file");
    m_annotator->setToolTip("In whose name the verdicts stand that the file has");
    m_form = wrapped("labelImportForm", "muted", form);
    m_problem = wrapped("labelImportProblem", "error", form);
    m_problem->hide();
    m_rows = new QTableWidget(form);
    m_rows->setObjectName("labelImportRows");
    m_rows->setAccessibleName("The first rows");
    m_rows->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_rows->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_rows->setShowGrid(false);
    m_rows->setWordWrap(false);
    m_rows->setTabKeyNavigation(false);
    m_rows->verticalHeader()->hide();
    m_rows->verticalHeader()->setDefaultSectionSize(row_height);
    m_rows->horizontalHeader()->setHighlightSections(false);
    auto* top = new QGridLayout;
    const auto label = [&](const QString& text, QWidget* buddy, int row, int column) {
        auto* title = new QLabel(text, form);
        title->setBuddy(buddy);
        top->addWidget(title, row, column);
    };
    label("&File", m_file, 0, 0);
    top->addWidget(m_file, 0, 1, 1, 3);
    top->addWidget(m_choose, 0, 4);
    label("&Queue", m_name, 1, 0);
    top->addWidget(m_name, 1, 1);
    label("&Annotator of its verdicts", m_annotator, 1, 2);
    top->addWidget(m_annotator, 1, 3);
    top->setColumnStretch(1, 1);
    auto* layout = new QVBoxLayout(form);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addWidget(makeColumns());
    layout->addWidget(m_form);
    layout->addWidget(m_problem);
    layout->addWidget(m_rows, 1);
    connect(m_choose, &QPushButton::clicked, this, &LabelImportDialog::chooseFile);
    connect(m_file, &QLineEdit::textEdited, this, [this] {
        suggestName();
        m_delay.start();
    });
    connect(m_name, &QLineEdit::textEdited, this, [this] { m_named = true; });
    return form;
}

QWidget* LabelImportDialog::makeColumns() {
    auto* panel = new QWidget(this);
    auto* grid = new QGridLayout(panel);
    grid->setContentsMargins(0, 0, 0, 0);
    int place = 0;
    for (const auto& [role, text] : roles) {
        auto* combo = new QComboBox(panel);
        combo->setObjectName(QString("labelImportColumn:") + role);
        combo->setAccessibleName(QString("Column of ") + text);
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->addItem("by its name");
        auto* title = new QLabel(text, panel);
        title->setProperty("role", "muted");
        const int row = place / columns_a_row, column = 2 * (place % columns_a_row);
        grid->addWidget(title, row, column, Qt::AlignRight);
        grid->addWidget(combo, row, column + 1);
        grid->setColumnStretch(column + 1, 1);
        m_columns[role] = combo;
        connect(combo, &QComboBox::activated, this, &LabelImportDialog::preview);
        ++place;
    }
    return panel;
}

QWidget* LabelImportDialog::makeOutcome() {
    auto* outcome = new QWidget(this);
    m_summary = wrapped("labelImportSummary", "", outcome);
    m_bad = new QPlainTextEdit(outcome);
    m_bad->setObjectName("labelImportBad");
    m_bad->setAccessibleName("Rows that were left out");
    m_bad->setProperty("role", "field");
    m_bad->setReadOnly(true);
    m_copy = new QPushButton("Copy the list", outcome);
    m_copy->setObjectName("labelImportCopy");
    m_copy->setAutoDefault(false);
    auto* layout = new QVBoxLayout(outcome);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_summary);
    layout->addWidget(m_bad, 1);
    layout->addWidget(m_copy, 0, Qt::AlignLeft);
    layout->addStretch();
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_bad->toPlainText()); });
    return outcome;
}

void LabelImportDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, "Import labels");
    dialog->setObjectName("labelDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({"JSONL (*.jsonl *.jsonl.gz *.json *.json.gz)", "All files (*)"});
    connect(dialog, &QFileDialog::fileSelected, this, &LabelImportDialog::setFile);
    dialog->open();
}

}  // namespace plumb::ui
