// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/judge_dialog.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QStyle>
#include <QVBoxLayout>

#include "common/text.h"
#include "common/wrapped_labels.h"
#include "common/theme.h"
#include "config/reward_info.h"
#include "widgets/form_parts.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 560, list_height = 150, poll_interval_ms = 50;
constexpr int any_number = std::numeric_limits<int>::max(), usual_prompts = 200;
constexpr double highest_temperature = 5;
enum Checkpoint { newest, best, at_step };

/// Widgets of a row beside each other.
QWidget* rowOf(std::initializer_list<QWidget*> parts, QWidget* parent) {
    auto* row = new QWidget(parent);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    for (QWidget* part : parts) layout->addWidget(part, qobject_cast<QLineEdit*>(part) ? 1 : 0);
    layout->addStretch();
    return row;
}

QComboBox* makeBox(const char* name, const QStringList& items, QWidget* parent) {
    auto* box = new QComboBox(parent);
    box->setObjectName(name);
    box->addItems(items);
    return box;
}

}  // namespace

JudgeDialog::JudgeDialog(SessionBridge& bridge, std::shared_ptr<const Comparison> comparison,
                         const std::vector<RunRecord>& runs, QWidget* parent)
    : QDialog(parent), m_bridge(bridge), m_comparison(std::move(comparison)) {
    setObjectName("judgeDialog");
    setWindowTitle("Win rates");
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedWidth(dialog_width);
    m_form = new QWidget(this);
    QFormLayout* form = makeForm(m_form);
    makeModels(*form);
    makePrompts(*form);
    makeJudges(*form, runs);
    m_problem = new QLabel(this);
    m_problem->setObjectName("judgeProblem");
    m_problem->setWordWrap(true);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName("judgeProgress");
    m_progress->setTextVisible(false);
    m_progress->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->setSpacing(10);
    layout->addWidget(m_form);
    layout->addWidget(m_problem);
    layout->addWidget(m_progress);
    makeButtons();
    m_timer.setInterval(poll_interval_ms);
    connect(&m_timer, &QTimer::timeout, this, &JudgeDialog::poll);
    check();
}

JudgeDialog::~JudgeDialog() { m_stop.request_stop(); }

void JudgeDialog::makeModels(QFormLayout& form) {
    m_models = new QListWidget(m_form);
    m_models->setObjectName("judgeModels");
    m_models->setFixedHeight(list_height);
    // Models of one task have prompts in common.
    std::string task;
    for (const RunGroup& group : m_comparison->groups) {
        if (group.algorithm == "reward") continue;
        const std::string& groupTask = m_comparison->runs[group.runs.front()].settings.task;
        if (task.empty()) task = groupTask;
        bool first = groupTask == task;
        for (const std::size_t place : group.runs) {
            const ComparedRun& run = m_comparison->runs[place];
            auto* item = new QListWidgetItem(QString("%1, seed %2 (run %3)")
                                                 .arg(toQString(group.name))
                                                 .arg(run.settings.seed)
                                                 .arg(run.record.id),
                                             m_models);
            item->setData(Qt::UserRole, qint64(run.record.id));
            item->setCheckState(first ? Qt::Checked : Qt::Unchecked);
            QPixmap pixmap(10, 10);
            pixmap.fill(curveColour(group.colour, palette()));
            item->setIcon(QIcon(pixmap));
            first = false;
        }
    }
    m_checkpoint = makeBox("judgeCheckpoint", {"Newest", "Best", "At step"}, m_form);
    m_step = makeNumber("judgeStep", 0, any_number, 0, m_form);
    m_step->setEnabled(false);
    addRow(form, "Models", m_models, "One of each group, or every seed as a model of its own");
    addRow(form, "Checkpoint", rowOf({m_checkpoint, m_step}, m_form),
           "Of every run; Best is the one with the best evaluation");
    connect(m_models, &QListWidget::itemChanged, this, &JudgeDialog::check);
    connect(m_checkpoint, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_step->setEnabled(index == at_step); });
}

void JudgeDialog::makePrompts(QFormLayout& form) {
    m_from = makeBox("judgeFrom", {"Held-out, of the task", "Pinned", "File"}, m_form);
    m_prompts = makeNumber("judgePrompts", 1, any_number, usual_prompts, m_form);
    m_file = new QLineEdit(m_form);
    m_file->setObjectName("judgeFile");
    m_file->setPlaceholderText("JSONL or text, a prompt a line");
    auto* choose = new QPushButton("File...", m_form);
    choose->setObjectName("judgeChooseFile");
    choose->setAutoDefault(false);
    m_fileRow = rowOf({m_file, choose}, m_form);
    m_temperature = makeDecimal("judgeTemperature", 0, highest_temperature, 1, m_form);
    m_seed = makeNumber("judgeSeed", 0, any_number, 0, m_form);
    addRow(form, "Prompts", rowOf({m_from, new QLabel("at most", m_form), m_prompts}, m_form),
           "Every model answers the same");
    addRow(form, "File", m_fileRow, "Rows with a column prompt or question, or lines");
    addRow(form, "Temperature", rowOf({m_temperature, new QLabel("seed", m_form), m_seed}, m_form),
           "0: the most probable answer; the seed is that of the draws");
    m_fileRow->setEnabled(false);
    connect(m_from, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_fileRow->setEnabled(index == int(JudgePrompts::file));
        check();
    });
    connect(m_file, &QLineEdit::textChanged, this, &JudgeDialog::check);
    connect(choose, &QPushButton::clicked, this, &JudgeDialog::chooseFile);
}

void JudgeDialog::makeJudges(QFormLayout& form, const std::vector<RunRecord>& runs) {
    m_gold = new QCheckBox("Gold reward, or the check of answers", m_form);
    m_gold->setObjectName("judgeGold");
    m_gold->setChecked(true);
    m_rewardModel = makeBox("judgeRewardModel", {"none"}, m_form);
    for (const RunRecord& run : runs)
        if (run.deleted_ms == 0 && run.algorithm == "reward")
            m_rewardModel->addItem(QString("%1  %2").arg(run.id).arg(toQString(run.name)),
                                   qint64(run.id));
    m_rule = makeBox("judgeRule", {"none"}, m_form);
    for (const RewardInfo& info : reward_infos()) m_rule->addItem(toQString(info.name));
    m_people = new QCheckBox("People: a label queue of pairs, blind", m_form);
    m_people->setObjectName("judgePeople");
    addRow(form, "Judges", m_gold, "What decides which answer is the better; several can");
    addRow(form, "Reward model", m_rewardModel, "A run that trained one");
    addRow(form, "Rule", m_rule, "A reward function");
    addRow(form, "", m_people, "Made of the answers, and opened on the Label page");
}

void JudgeDialog::makeButtons() {
    m_cancel = new QPushButton("Cancel", this);
    m_cancel->setObjectName("judgeCancel");
    m_cancel->setAutoDefault(false);
    m_begin = new QPushButton("Answer and judge", this);
    m_begin->setObjectName("judgeBegin");
    m_begin->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_begin);
    static_cast<QVBoxLayout*>(layout())->addLayout(buttons);
    connect(m_cancel, &QPushButton::clicked, this, &JudgeDialog::reject);
    connect(m_begin, &QPushButton::clicked, this, &JudgeDialog::begin);
}

void JudgeDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, "Prompts");
    dialog->setObjectName("judgeFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({"Prompts (*.jsonl *.json *.txt)", "All files (*)"});
    connect(dialog, &QFileDialog::fileSelected, m_file, &QLineEdit::setText);
    dialog->open();
}

JudgeModelsRequest JudgeDialog::request() const {
    JudgeModelsRequest request;
    for (int row = 0; row < m_models->count(); ++row) {
        const QListWidgetItem* item = m_models->item(row);
        if (item->checkState() != Qt::Checked) continue;
        std::string model = std::to_string(item->data(Qt::UserRole).toLongLong());
        if (m_checkpoint->currentIndex() == best) model += "@best";
        if (m_checkpoint->currentIndex() == at_step) model += "@" + std::to_string(m_step->value());
        request.models.push_back(std::move(model));
    }
    request.from = static_cast<JudgePrompts>(m_from->currentIndex());
    request.file = toStd(m_file->text().trimmed());
    request.prompts = m_prompts->value();
    request.temperature = m_temperature->value();
    request.seed = static_cast<std::uint64_t>(m_seed->value());
    if (m_gold->isChecked()) request.judges.push_back("gold");
    if (m_rewardModel->currentIndex() > 0)
        request.judges.push_back(std::to_string(m_rewardModel->currentData().toLongLong()));
    if (m_rule->currentIndex() > 0) request.judges.push_back(toStd(m_rule->currentText()));
    return request;
}

QString JudgeDialog::missing() const {
    const JudgeModelsRequest wanted = request();
    if (wanted.models.size() < 2) return "Tick two models at least.";
    if (wanted.from == JudgePrompts::file && wanted.file.empty())
        return "Choose the file with the prompts.";
    if (wanted.judges.empty() && !m_people->isChecked()) return "Choose who judges.";
    return {};
}

void JudgeDialog::check() {
    if (m_reply.valid()) return;
    const QString problem = missing();
    m_begin->setEnabled(problem.isEmpty());
    showProblem(problem, "muted");
}

void JudgeDialog::showProblem(const QString& text, const char* role) {
    m_problem->setProperty("role", role);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    m_problem->style()->polish(m_problem);
    fitToLabels(*this, *m_form, 0);
}

void JudgeDialog::begin() {
    JudgeModelsRequest wanted = request();
    m_stop = {};
    m_counts = std::make_shared<Counts>();
    wanted.stop = m_stop.get_token();
    wanted.on_progress = [counts = m_counts](std::int64_t done, std::int64_t total) {
        counts->done = done;
        counts->total = total;
    };
    m_reply = m_bridge.judgeModels(std::move(wanted));
    if (!m_reply.valid()) return showProblem("No workspace is open.", "error");
    showBusy(true);
    m_timer.start();
}

void JudgeDialog::showBusy(bool busy) {
    m_form->setEnabled(!busy);
    m_begin->setEnabled(!busy);
    m_cancel->setText(busy ? "Stop" : "Cancel");
    m_cancel->setEnabled(true);
    m_progress->setVisible(busy);
    m_progress->setRange(0, 0);
    showProblem(busy ? "Reading the models ..." : "", "muted");
    if (busy) m_cancel->setFocus();
}

void JudgeDialog::poll() {
    const std::int64_t total = m_counts->total, done = m_counts->done;
    if (total > 0) {
        m_progress->setRange(0, static_cast<int>(std::min<std::int64_t>(total, any_number)));
        m_progress->setValue(static_cast<int>(done));
        m_problem->setText(QString("%1 of %2 answers").arg(done).arg(total));
    }
    if (m_reply.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
    m_timer.stop();
    const Result<JudgeModelsReply> reply = m_reply.get();
    showBusy(false);
    if (!reply.ok()) {
        if (m_closing) return QDialog::reject();
        check();
        if (reply.error().code != ErrorCode::cancelled)
            showProblem(toQString(reply.error().message), "error");
        return;
    }
    QStringList notes;
    for (const ComparisonProblem& problem : reply->problems) notes << toQString(problem.text);
    Q_EMIT judged(reply->set, notes.join(" "));
    if (m_people->isChecked()) Q_EMIT peopleRequested(reply->set);
    accept();
}

void JudgeDialog::reject() {
    if (!m_reply.valid()) return QDialog::reject();
    m_closing = true;
    m_cancel->setEnabled(false);
    m_stop.request_stop();
}

}  // namespace plumb::ui
