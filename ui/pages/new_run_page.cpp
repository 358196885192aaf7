// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/new_run_page.h"

#include <algorithm>

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "base/files.h"
#include "common/background.h"
#include "common/text.h"
#include "config/validation.h"
#include "config/yaml.h"
#include "pages/data_preview_view.h"
#include "widgets/field_row.h"
#include "widgets/file_list_edit.h"
#include "widgets/rewards_edit.h"

namespace plumb::ui {
namespace {

constexpr int form_width = 344;
constexpr int editor_width = 176;
constexpr int preview_delay_ms = 300;

/// What a first run on own files begins with; each can be changed in the form.
Settings firstSettings() {
    Settings settings;
    settings.algorithm = "sft";
    settings.task = "data";
    settings.tokenizer = "char";
    settings.vocab_size = 256;
    settings.num_hidden_layers = 3;
    settings.max_length = 256;
    settings.max_position_embeddings = 512;
    settings.per_device_train_batch_size = 32;
    settings.learning_rate = 0.003;
    settings.lr_scheduler_type = "cosine_with_min_lr";
    settings.lr_min_ratio = 0.1;
    settings.warmup_steps = 30;
    settings.weight_decay = 0.01;
    settings.max_steps = 600;
    settings.eval_steps = 100;
    settings.save_steps = 200;
    return settings;
}

std::vector<std::string> toStrings(const QStringList& list) {
    std::vector<std::string> strings;
    for (const QString& text : list) strings.push_back(toStd(text));
    return strings;
}

QStringList toList(const std::vector<std::string>& strings) {
    QStringList list;
    for (const std::string& text : strings) list << toQString(text);
    return list;
}

}  // namespace

NewRunPage::NewRunPage(QWidget* parent) : QWidget(parent), m_settings(firstSettings()) {
    setObjectName("newRunPage");
    m_preview = new DataPreviewView(this);
    m_problem = new QLabel(this);
    m_problem->setObjectName("newRunProblem");
    m_problem->setProperty("role", "error");
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->hide();
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    left->addWidget(makeForm(), 1);
    left->addWidget(m_problem);
    left->addWidget(makeActions());
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(10);
    layout->addLayout(left);
    layout->addWidget(m_preview, 1);
    m_previewTimer.setSingleShot(true);
    m_previewTimer.setInterval(preview_delay_ms);
    connect(&m_previewTimer, &QTimer::timeout, this, &NewRunPage::startPreview);
    showSettings();
}

NewRunPage::~NewRunPage() { m_running.request_stop(); }

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
    m_rewards = new RewardsEdit(page);

    addSection(form, "RUN", m_name);
    addFields(form, {"algorithm", "max_steps", "learning_rate", "per_device_train_batch_size"});
    addSection(form, "TRAINING FILES", m_trainFiles);
    addSection(form, "STARTING MODEL", makeModelChooser());
    addFields(form, {"tokenizer", "vocab_size", "hidden_size", "num_hidden_layers",
                     "num_attention_heads", "max_position_embeddings"});
    addSection(form, "COLUMNS");
    for (const char* key :
         {"prompt_column", "completion_column", "answer_column", "dataset_text_field"})
        m_columns[key] = addColumn(form, key);
    addFields(form, {"prompt_length"});
    addSection(form, "LENGTHS");
    addFields(form,
              {"max_length", "max_prompt_length", "max_completion_length", "num_generations"});
    m_rewardSection = new QWidget(page);
    auto* rewards = new QVBoxLayout(m_rewardSection);
    rewards->setContentsMargins(0, 0, 0, 0);
    rewards->setSpacing(6);
    addSection(rewards, "REWARDS", m_rewards);
    addFields(rewards, {"reward_keywords", "reward_pattern", "reward_length"});
    form->addWidget(m_rewardSection);
    addSection(form, "EVALUATION FILES (else rows are held out)", m_evalFiles);
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
    connect(m_trainFiles, &FileListEdit::changed, this, [this] {
        m_settings.train_files = toStrings(m_trainFiles->files());
        changed();
    });
    connect(m_evalFiles, &FileListEdit::changed, this, [this] {
        m_settings.eval_files = toStrings(m_evalFiles->files());
        changed();
    });
    connect(m_rewards, &RewardsEdit::changed, this, [this] {
        m_settings.reward_funcs = m_rewards->names();
        m_settings.reward_weights = m_rewards->weights();
        changed();
    });
    return frame;
}

QWidget* NewRunPage::makeActions() {
    auto* row = new QWidget(this);
    m_start = new QPushButton("Start  Ctrl+Return", row);
    m_start->setObjectName("newRunStart");
    m_start->setProperty("primary", true);
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
        Q_EMIT startRequested(m_settings, runName());
    });
    connect(m_toTrain, &QPushButton::clicked, this,
            [this] { Q_EMIT settingsChosen(m_settings, runName()); });
    auto* shortcut = new QShortcut(Qt::CTRL | Qt::Key_Return, this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, m_start, &QPushButton::click);
    return row;
}

void NewRunPage::addSection(QVBoxLayout* form, const QString& title, QWidget* widget) {
    auto* label = new QLabel(title, this);
    label->setProperty("role", "section");
    label->setContentsMargins(0, 8, 0, 0);
    form->addWidget(label);
    if (widget) form->addWidget(widget);
}

void NewRunPage::addFields(QVBoxLayout* form, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        auto* row = new FieldRow(*find_field(key), this);
        row->setMode(FieldRow::Mode::editable);
        connect(row, &FieldRow::edited, this,
                [this, row](const QString& text) { takeField(row, text); });
        form->addWidget(row);
        m_rows.push_back(row);
    }
}

QComboBox* NewRunPage::addColumn(QVBoxLayout* form, const char* key) {
    const Field& field = *find_field(key);
    auto* row = new QWidget(this);
    auto* name = new QLabel(key, row);
    name->setProperty("role", "muted");
    name->setToolTip(fieldHelp(field));
    auto* box = new QComboBox(row);
    box->setObjectName(QString("column:") + key);
    box->setAccessibleName(toQString(field.label));
    box->setToolTip(fieldHelp(field));
    box->setEditable(true);
    box->setInsertPolicy(QComboBox::NoInsert);
    box->setFixedWidth(editor_width);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(name, 1);
    layout->addWidget(box);
    form->addWidget(row);
    m_columnRows[key] = row;
    const auto take = [this, box, &field] {
        const std::string text = toStd(box->currentText().trimmed());
        if (text == field_text(field, m_settings)) return;
        if (const Status set = set_field(field, m_settings, text); !set)
            m_unreadable[std::string(field.key)] = toQString(set.error().message);
        else
            m_unreadable.erase(std::string(field.key));
        changed();
    };
    connect(box, &QComboBox::activated, this, take);
    connect(box->lineEdit(), &QLineEdit::editingFinished, this, take);
    return box;
}

QWidget* NewRunPage::makeModelChooser() {
    m_model = new QComboBox(this);
    m_model->setObjectName("startingModel");
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_model->setMinimumContentsLength(24);
    connect(m_model, &QComboBox::activated, this, [this](int index) {
        const QString name = m_model->itemData(index).toString();
        if (name == "?") {
            chooseModelFolder();
            return;
        }
        m_settings.model_name_or_path = toStd(name);
        changed();
    });
    return m_model;
}

void NewRunPage::chooseModelFolder() {
    showSettings();
    auto* dialog = new QFileDialog(this, "Folder of a model");
    dialog->setObjectName("modelDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) {
        m_settings.model_name_or_path = toStd(folder);
        showSettings();
        changed();
    });
    dialog->open();
}

void NewRunPage::setWorkspace(const std::filesystem::path& folder) { m_workspace = folder; }

void NewRunPage::setRuns(const std::vector<RunRecord>& runs) {
    m_model->clear();
    m_model->addItem("A new model", "");
    for (const RunRecord& run : runs)
        if (run.step > 0)
            m_model->addItem(
                QString("Run %1, %2, step %3").arg(run.id).arg(toQString(run.name)).arg(run.step),
                QString::number(run.id));
    m_model->addItem("A folder ...", "?");
    showSettings();
}

void NewRunPage::setSettings(const Settings& settings, const QString& name) {
    m_settings = settings;
    m_name->setText(name);
    m_unreadable.clear();
    showSettings();
    changed();
}

void NewRunPage::showProblem(const QString& message) {
    m_problem->setText(message);
    m_problem->setVisible(!message.isEmpty());
}

QString NewRunPage::runName() const { return m_name->text().trimmed(); }

void NewRunPage::showSettings() {
    for (FieldRow* row : m_rows) row->setValue(toQString(field_text(row->field(), m_settings)));
    for (const auto& [key, box] : m_columns) {
        const QSignalBlocker quiet(box);
        box->setCurrentText(toQString(field_text(*find_field(key), m_settings)));
    }
    m_trainFiles->setFiles(toList(m_settings.train_files));
    m_evalFiles->setFiles(toList(m_settings.eval_files));
    m_rewards->setRewards(m_settings.reward_funcs, m_settings.reward_weights);
    const QString model = toQString(m_settings.model_name_or_path);
    int index = m_model->findData(model);
    if (index < 0 && m_model->count() > 0) {
        m_model->insertItem(1, model, model);
        index = 1;
    }
    m_model->setCurrentIndex(index);
    check();
}

void NewRunPage::showColumns(const std::vector<PreviewColumn>& columns) {
    for (const auto& [key, box] : m_columns) {
        const QSignalBlocker quiet(box);
        const QString now = box->currentText();
        box->clear();
        for (const PreviewColumn& column : columns) {
            box->addItem(toQString(column.name));
            box->setItemData(box->count() - 1, toQString(column.example), Qt::ToolTipRole);
        }
        box->setCurrentText(now);
    }
}

void NewRunPage::takeField(FieldRow* row, const QString& text) {
    const std::string key(row->field().key);
    if (const Status set = set_field(row->field(), m_settings, toStd(text)); !set)
        m_unreadable[key] = toQString(set.error().message);
    else
        m_unreadable.erase(key);
    changed();
}

void NewRunPage::changed() {
    check();
    m_previewTimer.start();
}

void NewRunPage::check() {
    std::map<std::string, QString> messages = m_unreadable;
    for (const FieldProblem& problem : find_problems(m_settings))
        messages.try_emplace(problem.key, toQString(problem.message));
    const bool sound =
        messages.empty() && m_rewards->problem().isEmpty() && !m_settings.train_files.empty();
    QStringList elsewhere;
    for (FieldRow* row : m_rows) {
        const auto found = messages.find(std::string(row->field().key));
        row->setError(found == messages.end() ? QString() : found->second);
        row->setVisible(field_applies(row->field(), m_settings));
        if (found != messages.end()) messages.erase(found);
    }
    for (const auto& [key, widget] : m_columnRows)
        widget->setVisible(field_applies(*find_field(key), m_settings));
    m_rewardSection->setVisible(field_applies(*find_field("reward_funcs"), m_settings));
    const bool filesMissing = m_settings.train_files.empty();
    for (const auto& [key, message] : messages)
        if (key != "train_files" || !filesMissing) elsewhere << message;
    if (const QString weight = m_rewards->problem(); !weight.isEmpty()) elsewhere << weight;
    showProblem(elsewhere.join("\n"));
    m_start->setEnabled(sound);
    m_start->setToolTip(filesMissing ? "Add a training file first" : "");
}

void NewRunPage::startPreview() {
    m_running.request_stop();
    if (m_settings.train_files.empty()) {
        m_preview->showNothing();
        return;
    }
    m_preview->showBusy();
    m_running = runInBackground(
        this,
        [settings = m_settings, workspace = m_workspace](std::stop_token stop) {
            return preview_data(settings, workspace, stop);
        },
        [this](const Result<DataPreview>& preview) {
            if (preview.ok()) {
                showColumns(preview.value().columns);
                m_preview->showPreview(preview.value());
            } else {
                m_preview->showProblem(toQString(preview.error().message));
            }
        });
}

}  // namespace plumb::ui
