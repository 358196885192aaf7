// SPDX-License-Identifier: GPL-3.0-or-later
// What the form for a new run consists of.
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include "common/shortcuts.h"
#include "common/text.h"
#include "pages/new_run_page.h"
#include "widgets/column_row.h"
#include "widgets/field_row.h"
#include "widgets/file_list_edit.h"
#include "widgets/model_chooser.h"
#include "widgets/rewards_panel.h"
#include "widgets/tab_stack.h"

namespace plumb::ui {
namespace {

constexpr int form_width = 344;

std::vector<std::string> toStrings(const QStringList& list) {
    std::vector<std::string> strings;
    for (const QString& text : list) strings.push_back(toStd(text));
    return strings;
}

}  // namespace

QWidget* NewRunPage::makeForm() {
    auto* page = new QWidget;
    auto* form = new QVBoxLayout(page);
    form->setContentsMargins(12, 8, 12, 12);
    form->setSpacing(6);
    m_name = new QLineEdit(page);
    m_name->setObjectName("newRunName");
    m_name->setPlaceholderText("Name of the run");
    m_trainFiles = new FileListEdit("trainFiles", page);
    m_evalFiles = new FileListEdit("evalFiles", page);
    m_model = new ModelChooser("startingModel", "A new model", page);

    addSection(form, "RUN", m_name);
    addFields(form, {"algorithm", "online_dpo", "max_steps", "num_train_epochs", "learning_rate",
                     "per_device_train_batch_size"});
    addSection(form, "TRAINING FILES", m_trainFiles);
    addError(form, "train_files");
    m_textsBesideRows = new QWidget(page);
    (new QVBoxLayout(m_textsBesideRows))->setContentsMargins(0, 0, 0, 0);
    form->addWidget(m_textsBesideRows);
    addSection(form, "STARTING MODEL", m_model);
    addError(form, "model_name_or_path");
    addFields(form, {"tokenizer", "vocab_size", "hidden_size", "num_hidden_layers",
                     "num_attention_heads", "max_position_embeddings"});
    addSection(form, "COLUMNS");
    for (const char* key : {"prompt_column", "completion_column", "answer_column", "chosen_column",
                            "rejected_column", "label_column", "dataset_text_field"})
        addColumn(form, key);
    addFields(form, {"prompt_length"});
    m_algorithmTitle = addSection(form, "ALGORITHM");
    const std::size_t before = m_rows.size();
    addFields(form,
              {"dpo_loss_type", "dpo_beta", "label_smoothing", "beta", "kl_coef", "cliprange",
               "vf_coef", "num_ppo_epochs", "num_mini_batches", "center_rewards_coefficient"});
    m_algorithmRows.assign(m_rows.begin() + static_cast<std::ptrdiff_t>(before), m_rows.end());
    addSection(form, "LENGTHS");
    addFields(form,
              {"max_length", "max_prompt_length", "max_completion_length", "num_generations"});
    form->addWidget(makeRewardSection());
    m_texts = makeTexts();
    addSection(form, "EVALUATION FILES (else rows are held out)", m_evalFiles);
    addError(form, "eval_files");
    addFields(form, {"eval_prompts", "eval_steps"});
    form->addStretch();

    auto* scroll = new QScrollArea(this);
    scroll->setObjectName("newRunForm");
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(page);
    page->setAutoFillBackground(false);
    auto* frame = new QFrame(this);
    frame->setProperty("role", "panel");
    frame->setFixedWidth(form_width);
    auto* frameLayout = new QVBoxLayout(frame);
    frameLayout->setContentsMargins(1, 1, 1, 1);
    frameLayout->addWidget(scroll);

    connect(m_name, &QLineEdit::textChanged, this, &NewRunPage::check);
    takeFiles(m_trainFiles, &Settings::train_files);
    connect(m_model, &ModelChooser::chosen, this, [this](const QString& model) {
        m_settings.model_name_or_path = toStd(model);
        changed();
    });
    takeFiles(m_evalFiles, &Settings::eval_files);
    return frame;
}

QWidget* NewRunPage::makeActions() {
    auto* row = new QWidget(this);
    m_start = new QPushButton(row);
    m_start->setObjectName("newRunStart");
    m_start->setProperty("primary", true);
    setQueues(false);
    m_toTrain = new QPushButton("All settings", row);
    m_toTrain->setObjectName("newRunToTrain");
    m_toTrain->setToolTip("Shows every setting on the Train page before the start");
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_start, 1);
    layout->addWidget(m_toTrain);
    row->setFixedWidth(form_width);
    connect(m_start, &QPushButton::clicked, this, [this] {
        m_problem->hide();
        Q_EMIT startRequested(m_settings, m_name->text().trimmed());
    });
    connect(m_toTrain, &QPushButton::clicked, this,
            [this] { Q_EMIT settingsChosen(m_settings, m_name->text().trimmed()); });
    addPageShortcut(this, "newRunStart", [this] { m_start->click(); });
    addPageShortcut(this, "newRunFiles", [this] { m_trainFiles->chooseFiles(); });
    return row;
}

QWidget* NewRunPage::makeRewardSection() {
    m_rewardSection = new QWidget(this);
    m_rewardSummary = new QLabel(m_rewardSection);
    m_rewardSummary->setObjectName("rewardsSummary");
    m_rewardSummary->setWordWrap(true);
    m_rewardSummary->setTextFormat(Qt::PlainText);
    m_rewardProblem = new QLabel(m_rewardSection);
    m_rewardProblem->setObjectName("rewardsSummaryProblem");
    m_rewardProblem->setProperty("role", "error");
    m_rewardProblem->setWordWrap(true);
    m_rewardProblem->setTextFormat(Qt::PlainText);
    auto* open = new QPushButton("Edit and try rewards", m_rewardSection);
    open->setObjectName("openRewards");
    m_pairFiles = new FileListEdit("preferenceFiles", m_rewardSection);
    m_pairSection = new QWidget(m_rewardSection);
    auto* pairs = new QVBoxLayout(m_pairSection);
    pairs->setContentsMargins(0, 0, 0, 0);
    pairs->setSpacing(6);
    addSection(pairs, "FILES OF PREFERENCE PAIRS", m_pairFiles);
    addError(pairs, "preference_files");
    auto* section = new QVBoxLayout(m_rewardSection);
    section->setContentsMargins(0, 0, 0, 0);
    section->setSpacing(6);
    addSection(section, "REWARDS", m_rewardSummary);
    section->addWidget(m_rewardProblem);
    section->addWidget(open, 0, Qt::AlignLeft);
    addFields(section, {"pairs_prompts", "pairs_per_prompt", "pairs_label_temperature"});
    section->addWidget(m_pairSection);
    connect(open, &QPushButton::clicked, this, [this] { m_tabs->setCurrent(m_rewards); });
    takeFiles(m_pairFiles, &Settings::preference_files);
    return m_rewardSection;
}

QWidget* NewRunPage::makeTexts() {
    auto* texts = new QWidget(this);
    auto* layout = new QVBoxLayout(texts);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_goodFiles = new FileListEdit("goodFiles", texts);
    m_badFiles = new FileListEdit("badFiles", texts);
    addSection(layout, "OR FILES OF GOOD TEXTS", m_goodFiles);
    addError(layout, "good_files");
    addSection(layout, "AND OF BAD TEXTS", m_badFiles);
    addError(layout, "bad_files");
    takeFiles(m_goodFiles, &Settings::good_files);
    takeFiles(m_badFiles, &Settings::bad_files);
    return texts;
}

void NewRunPage::placeTexts() {
    const bool alone = m_settings.algorithm == "reward";
    QWidget* place = alone ? m_textsBesideRows : m_pairSection;
    if (m_texts->parentWidget() != place) {
        place->layout()->addWidget(m_texts);
        m_texts->show();
    }
    m_textsBesideRows->setVisible(alone);
}

QLabel* NewRunPage::addSection(QVBoxLayout* form, const QString& title, QWidget* widget) {
    auto* label = new QLabel(title, this);
    label->setProperty("role", "section");
    label->setContentsMargins(0, 8, 0, 0);
    form->addWidget(label);
    if (widget) form->addWidget(widget);
    return label;
}

void NewRunPage::addError(QVBoxLayout* form, const std::string& key) {
    auto* label = new QLabel(this);
    label->setObjectName("error:" + toQString(key));
    label->setProperty("role", "error");
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->hide();
    form->addWidget(label);
    m_errors[key] = label;
}

void NewRunPage::addFields(QVBoxLayout* form, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        auto* row = new FieldRow(*find_field(key), this);
        row->setMode(FieldRow::Mode::editable);
        connect(row, &FieldRow::edited, this,
                [this, row](const QString& text) { takeField(row->field(), text); });
        form->addWidget(row);
        m_rows.push_back(row);
    }
}

void NewRunPage::addColumn(QVBoxLayout* form, const char* key) {
    auto* row = new ColumnRow(*find_field(key), this);
    connect(row, &ColumnRow::edited, this,
            [this, row](const QString& name) { takeField(row->field(), name); });
    form->addWidget(row);
    m_columns.push_back(row);
    addError(form, key);
}

void NewRunPage::takeFiles(FileListEdit* edit, std::vector<std::string> Settings::*files) {
    connect(edit, &FileListEdit::changed, this, [this, edit, files] {
        m_settings.*files = toStrings(edit->files());
        changed();
    });
}

}  // namespace plumb::ui
