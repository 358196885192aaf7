// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/new_run_page.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
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

constexpr int preview_delay_ms = 300;
constexpr double trained_rate = 2e-5;  ///< for a model that is trained further

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

void NewRunPage::startFrom(const QString& model, bool score) {
    const std::string before = m_settings.algorithm;
    if (score)
        m_settings.algorithm = "reward";
    else if (before == "reward")
        m_settings.algorithm = "sft";
    // What a small new model bears is too much for one that others have trained.
    if (m_settings.learning_rate == firstRate(before)) m_settings.learning_rate = trained_rate;
    m_settings.model_name_or_path = toStd(model);
    m_rewards->showDraft(m_settings);
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
