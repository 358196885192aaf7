// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/new_run_page.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QVBoxLayout>

#include "base/files.h"
#include "bridge/memory_forecaster.h"
#include "common/background.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "config/roles.h"
#include "config/validation.h"
#include "config/yaml.h"
#include "pages/data_preview_view.h"
#include "widgets/column_row.h"
#include "widgets/field_row.h"
#include "widgets/file_list_edit.h"
#include "widgets/memory_cost_panel.h"
#include "widgets/model_chooser.h"
#include "widgets/reward_list.h"
#include "widgets/rewards_panel.h"
#include "widgets/tab_stack.h"

namespace plumb::ui {
namespace {

constexpr int form_width = 344;
constexpr int preview_delay_ms = 300;

/// What a model of the size that the form begins with bears, as in the presets.
double firstRate(std::string_view algorithm) {
    if (algorithm == "sft") return 0.003;
    if (algorithm == "reward") return 0.001;
    return algorithm == "dpo" ? 0.0002 : 0.0003;
}

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
    settings.learning_rate = firstRate("sft");
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
    m_problem = new QLabel(this);
    m_problem->setObjectName("newRunProblem");
    m_problem->setProperty("role", "error");
    m_problem->setWordWrap(true);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->hide();
    QWidget* tabs = makeTabs();
    auto* left = new QVBoxLayout;
    left->setSpacing(8);
    left->addWidget(makeForm(), 1);
    left->addWidget(m_problem);
    left->addWidget(makeActions());
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(10);
    layout->addLayout(left);
    layout->addWidget(tabs, 1);
    m_previewTimer.setSingleShot(true);
    m_previewTimer.setInterval(preview_delay_ms);
    connect(&m_previewTimer, &QTimer::timeout, this, &NewRunPage::startPreview);
    showSettings();
    m_rewards->showDraft(m_settings);
    predictMemory();
}

NewRunPage::~NewRunPage() { m_running.request_stop(); }

QWidget* NewRunPage::makeTabs() {
    m_tabs = new TabStack(this);
    m_preview = new DataPreviewView(m_tabs);
    m_rewards = new RewardsPanel(m_tabs);
    m_tabs->addTab("newRunData", "Data", m_preview);
    m_memory = new MemoryCostPanel(m_tabs);
    m_forecaster = new MemoryForecaster(this);
    m_tabs->addTab("newRunMemory", "Memory", m_memory);
    m_tabs->addTab("newRunRewards", "Rewards", m_rewards);
    connect(m_forecaster, &MemoryForecaster::done, m_memory, &MemoryCostPanel::setMemoryForecast);
    connect(m_rewards, &RewardsPanel::edited, this, [this](const Settings& settings) {
        m_settings = settings;
        changed();
    });
    return m_tabs;
}

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
    connect(m_trainFiles, &FileListEdit::changed, this, [this] {
        m_settings.train_files = toStrings(m_trainFiles->files());
        changed();
    });
    connect(m_model, &ModelChooser::chosen, this, [this](const QString& model) {
        m_settings.model_name_or_path = toStd(model);
        changed();
    });
    connect(m_evalFiles, &FileListEdit::changed, this, [this] {
        m_settings.eval_files = toStrings(m_evalFiles->files());
        changed();
    });
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
    auto* shortcut = new QShortcut(keysOf("newRunStart"), this);
    shortcut->setObjectName("newRunStart");
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, m_start, &QPushButton::click);
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
    connect(m_pairFiles, &FileListEdit::changed, this, [this] {
        m_settings.preference_files = toStrings(m_pairFiles->files());
        changed();
    });
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
    connect(m_goodFiles, &FileListEdit::changed, this, [this] {
        m_settings.good_files = toStrings(m_goodFiles->files());
        changed();
    });
    connect(m_badFiles, &FileListEdit::changed, this, [this] {
        m_settings.bad_files = toStrings(m_badFiles->files());
        changed();
    });
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

void NewRunPage::setWorkspace(const std::filesystem::path& folder) {
    m_workspace = folder;
    m_rewards->setWorkspace(folder);
    m_forecaster->setWorkspace(folder);
}

void NewRunPage::setQueues(bool queues) {
    m_start->setText((queues ? "Add to queue  " : "Start  ") + keyText("newRunStart"));
}

void NewRunPage::setRuns(const std::vector<RunRecord>& runs) {
    m_runs = runs;
    m_rewards->setRuns(runs);
    showRuns();
}

void NewRunPage::showRuns() {
    std::vector<RunRecord> others;
    for (const RunRecord& run : m_runs)
        if (run.algorithm != "reward") others.push_back(run);
    // A reward model may be trained further; what writes text cannot start from one.
    m_model->setRuns(m_settings.algorithm == "reward" ? m_runs : others);
}

void NewRunPage::setSettings(const Settings& settings, const QString& name) {
    m_settings = settings;
    m_name->setText(name);
    m_unreadable.clear();
    m_rewards->showDraft(settings);
    showSettings();
    changed();
}

void NewRunPage::showProblem(const QString& message) {
    m_problem->setText(message);
    m_problem->setVisible(!message.isEmpty());
}

void NewRunPage::showSettings() {
    for (FieldRow* row : m_rows) row->setValue(toQString(field_text(row->field(), m_settings)));
    for (ColumnRow* row : m_columns) row->setValue(toQString(field_text(row->field(), m_settings)));
    m_trainFiles->setFiles(toList(m_settings.train_files));
    m_pairFiles->setFiles(toList(m_settings.preference_files));
    m_goodFiles->setFiles(toList(m_settings.good_files));
    m_badFiles->setFiles(toList(m_settings.bad_files));
    m_evalFiles->setFiles(toList(m_settings.eval_files));
    m_model->setModel(toQString(m_settings.model_name_or_path));
    showRuns();
    check();
}

void NewRunPage::takeField(const Field& field, const QString& text) {
    const std::string key(field.key), algorithm = m_settings.algorithm;
    if (const Status set = set_field(field, m_settings, toStd(text)); !set)
        m_unreadable[key] = toQString(set.error().message);
    else
        m_unreadable.erase(key);
    if (m_settings.algorithm != algorithm) {
        // A rate that nobody has chosen follows the algorithm: imitation bears ten times that of
        // DPO.
        if (m_settings.learning_rate == firstRate(algorithm))
            m_settings.learning_rate = firstRate(m_settings.algorithm);
        showSettings();
    }
    changed();
}

void NewRunPage::changed() {
    m_rewards->updateDraft(m_settings);
    check();
    m_previewTimer.start();
    predictMemory();
}

void NewRunPage::check() {
    std::map<std::string, QString> messages = m_unreadable;
    for (const FieldProblem& problem : find_problems(m_settings))
        messages.try_emplace(problem.key, toQString(problem.message));
    const QString unreadable = m_rewards->unreadable();
    const bool filesMissing = reads_train_files(m_settings) && m_settings.train_files.empty();
    const bool sound = messages.empty() && unreadable.isEmpty() && !filesMissing;
    for (FieldRow* row : m_rows) {
        const auto found = messages.find(std::string(row->field().key));
        row->setError(found == messages.end() ? QString() : found->second);
        row->setVisible(field_applies(row->field(), m_settings));
        if (found != messages.end()) messages.erase(found);
    }
    if (filesMissing) messages.erase("train_files");  // the start button says so
    for (const auto& [key, label] : m_errors) {
        const auto found = messages.find(key);
        label->setText(found == messages.end() ? QString() : found->second);
        label->setVisible(found != messages.end());
        if (found != messages.end()) messages.erase(found);
    }
    for (ColumnRow* row : m_columns) row->setVisible(field_applies(row->field(), m_settings));
    m_algorithmTitle->setText(toQString(m_settings.algorithm).toUpper());
    m_algorithmTitle->setVisible(std::ranges::any_of(m_algorithmRows, [this](const FieldRow* row) {
        return field_applies(row->field(), m_settings);
    }));
    const bool rewarded = takes_rewards(m_settings);
    m_rewardSection->setVisible(rewarded);
    m_tabs->setTabVisible(m_rewards, rewarded);
    m_pairSection->setVisible(makes_reward_model(m_settings));
    placeTexts();
    m_rewardSummary->setText(rewardsSummary(m_settings));
    QStringList elsewhere, ofRewards;
    for (const auto& [key, message] : messages)
        (rewarded && RewardList::showsField(key) ? ofRewards : elsewhere) << message;
    if (!unreadable.isEmpty()) ofRewards << unreadable;
    m_rewardProblem->setText(ofRewards.join("\n"));
    m_rewardProblem->setVisible(!ofRewards.isEmpty());
    showProblem(elsewhere.join("\n"));
    m_start->setEnabled(sound);
    m_start->setToolTip(filesMissing ? "Add a training file first" : "");
}

void NewRunPage::predictMemory() {
    if (reads_train_files(m_settings) && m_settings.train_files.empty()) {
        m_forecaster->cancel();
        m_memory->showNothing(
            "Add a training file: what a run holds in memory depends on its rows.");
        return;
    }
    m_memory->showDraft(m_settings.device);
    m_memory->setPredicting();
    m_forecaster->ask(m_settings);
}

void NewRunPage::startPreview() {
    m_running.request_stop();
    if (reads_train_files(m_settings) && m_settings.train_files.empty()) {
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
                for (ColumnRow* row : m_columns) row->setColumns(preview.value().columns);
                m_preview->showPreview(preview.value());
            } else {
                m_preview->showProblem(toQString(preview.error().message));
            }
        });
}

}  // namespace plumb::ui
