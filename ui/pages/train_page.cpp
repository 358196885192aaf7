// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/train_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "analysis/chart_marks.h"
#include "analysis/metric_info.h"
#include "analysis/run_charts.h"
#include "base/files.h"
#include "common/background.h"
#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "config/roles.h"
#include "plots/chart_bar.h"
#include "plots/chart_grid.h"
#include "widgets/completions_panel.h"
#include "widgets/diagnoses_panel.h"
#include "widgets/log_panel.h"
#include "widgets/memory_cost_panel.h"
#include "widgets/overlay_strip.h"
#include "widgets/rewards_panel.h"
#include "widgets/tab_stack.h"

namespace plumb::ui {
namespace {

/// A longer log is in the file.
constexpr qsizetype most_log_bytes = 400'000;
constexpr int note_width = 220;

/// What charts without a point say. A run that has ended without one gets none any more.
std::map<std::string, QString> emptyTexts(const Settings& settings, bool ended) {
    const QString waiting = ended ? "The run ended before it measured this."
                                  : "The first point appears with the first step.";
    if (is_supervised(settings)) return {{"Loss", waiting}};
    std::map<std::string, QString> texts;
    const auto expect = [&](std::initializer_list<const char*> titles) {
        for (const char* title : titles) texts.emplace(title, waiting);
    };
    if (settings.algorithm == "reward") expect({"Pairs in order", "Loss", "Score margin"});
    if (settings.algorithm == "dpo")
        expect({"Reward margin", "Pairs told apart", "Log-probabilities of pairs", "Loss"});
    if (settings.algorithm == "ppo") expect({"KL of a completion", "Policy and value loss"});
    if (samples_groups(settings)) expect({"Loss"});
    if (samples_completions(settings)) expect({"Reward", "Entropy", "Completion length"});
    if (samples_completions(settings) && scoring_functions(settings).size() > 1)
        expect({"Rewards by function"});
    if (settings.algorithm == "grpo") expect({"KL to the reference"});
    if (settings.algorithm == "grpo" && settings.beta == 0)
        texts["KL to the reference"] =
            "Not measured: beta is 0, so the run keeps no reference model. Set beta above 0 to "
            "measure the KL and to pay for it.";
    return texts;
}

}  // namespace

TrainPage::TrainPage(QWidget* parent) : QWidget(parent) {
    setObjectName("trainPage");
    m_title = new QLabel(this);
    m_title->setObjectName("runTitle");
    m_title->setProperty("role", "title");
    m_name = new QLineEdit(this);
    m_name->setObjectName("runName");
    m_name->setAccessibleName("Name of the run");
    m_name->setMaximumWidth(240);
    m_state = new ElidedLabel(this);
    m_state->setObjectName("runState");
    m_state->setProperty("role", "muted");
    m_note = new QPushButton(this);
    m_note->setObjectName("runNote");
    m_note->setProperty("role", "flat");
    m_charts = new ChartGrid(this);
    m_chartBar = new ChartBar(*m_charts, this);
    m_overlays = new OverlayStrip(this);
    m_completions = new CompletionsPanel(this);
    m_diagnoses = new DiagnosesPanel(this);
    m_liveLog = new LogPanel(this);
    m_runLog = new LogPanel(this);
    m_runLog->setObjectName("runLog");
    m_logs = new QStackedWidget(this);
    m_logs->addWidget(m_liveLog);
    m_logs->addWidget(m_runLog);
    m_logFrame = new QFrame(this);
    m_logFrame->setProperty("role", "panel");
    auto* logLayout = new QVBoxLayout(m_logFrame);
    logLayout->setContentsMargins(8, 6, 8, 6);
    logLayout->addWidget(m_logs);
    m_rewards = new RewardsPanel(this);
    m_memory = new MemoryCostPanel(this);
    m_tabs = new TabStack(this);
    m_tabs->addTab("tabCompletions", "Completions", m_completions);
    m_tabs->addTab("tabLog", "Log  " + keyText("log"), m_logFrame);
    m_tabs->addTab("tabDiagnoses", "Diagnoses  " + keyText("diagnoses"), m_diagnoses);
    m_tabs->addTab("tabMemory", "Memory and cost  " + keyText("memory"), m_memory);
    m_tabs->addTab("tabRewards", "Rewards  " + keyText("rewards"), m_rewards);

    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName("trainSplitter");
    m_splitter->setHandleWidth(6);
    m_splitter->addWidget(m_charts);
    m_splitter->addWidget(m_tabs);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({370, 190});
    m_splitter->setChildrenCollapsible(false);

    auto* head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(m_title);
    head->addWidget(m_name);
    head->addWidget(m_state, 1);
    head->addWidget(m_note);
    head->addWidget(m_chartBar);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_overlays);
    layout->addWidget(m_splitter, 1);

    connect(m_tabs, &TabStack::currentChanged, this, [this](QWidget* before, QWidget* now) {
        // A tab that needs more room takes it from the charts for as long as it is shown.
        m_sizes[before] = m_splitter->sizes();
        if (const auto sizes = m_sizes.find(now); sizes != m_sizes.end())
            m_splitter->setSizes(sizes->second);
    });
    connect(m_charts, &ChartGrid::stepClicked, this, &TrainPage::stepChosen);
    connect(m_charts, &ChartGrid::samplesRequested, this,
            [this](qint64 step, const QString& metric) {
                const std::string key = toStd(metric);
                Q_EMIT samplesRequested(step,
                                        extreme_samples(key, m_charts->series().points(key), step));
            });
    connect(m_chartBar, &ChartBar::problem, this, &TrainPage::problem);
    connect(m_note, &QPushButton::clicked, this, &TrainPage::noteRequested);
    connect(m_diagnoses, &DiagnosesPanel::rangeRequested, m_charts, &ChartGrid::showSteps);
    connect(m_diagnoses, &DiagnosesPanel::samplesRequested, this, [this](const SampleOrder& order) {
        Q_EMIT stepChosen(order.step);
        m_completions->sortBy(toQString(order.by), order.largest_first);
        m_tabs->setCurrent(m_completions);
    });
    clear();
}

void TrainPage::clear() {
    m_title->setText("No run is shown");
    m_name->hide();
    m_note->hide();
    m_state->setText("Choose an experiment on the start page, or a run on the left.");
    m_charts->showRun({}, {}, {});
    m_chartsRun.reset();
    m_completions->showNothing("Completions of a run appear here.");
    m_tabs->setTabVisible(m_rewards, false);
    m_memory->showNothing("What a run holds in memory and what it costs appear here.");
    m_logs->setCurrentWidget(m_liveLog);
}

void TrainPage::showDraft(const Settings& settings, const QString& name) {
    m_title->setText("New run");
    m_name->setText(name);
    m_name->show();
    m_note->hide();
    m_state->setText("Look through the settings on the right, then start.");
    m_charts->showRun(toQString(settings.algorithm), default_charts(settings),
                      emptyTexts(settings, false));
    m_chartsRun.reset();
    m_completions->showNothing("Completions appear here as the run samples them.");
    m_logs->setCurrentWidget(m_liveLog);
    m_rewards->showDraft(settings);
    updateDraft(settings);
}

void TrainPage::updateDraft(const Settings& settings) {
    m_rewards->updateDraft(settings);
    m_memory->showDraft(settings.device);
    m_tabs->setTabVisible(m_rewards, takes_rewards(settings));
}

QString TrainPage::draftName() const { return m_name->text().trimmed(); }

void TrainPage::showRun(const RunDetails& details, const std::filesystem::path& folder,
                        bool active) {
    showNames(details.record);
    m_name->hide();
    m_sampling = samples_completions(details.settings);
    const RunState state = details.record.state;
    const bool ended = !active && (state == RunState::failed || state == RunState::aborted ||
                                   state == RunState::finished);
    // A run that is read again, as after dropped events, leaves the charts as the user has them.
    if (std::exchange(m_chartsRun, details.record.id) != details.record.id)
        m_charts->showRun(toQString(details.record.algorithm), chart_groups(details.record, {}),
                          emptyTexts(details.settings, ended));
    m_charts->setMetrics(details.metrics);
    m_charts->setSettings(details.settings);
    m_chartBar->setRunName(toQString(details.record.name));
    setMarks(details.edits, details.checkpoints);
    if (!m_sampling)
        m_completions->showNothing(
            "This algorithm samples nothing while it trains. Its evaluations are in the charts.");
    m_logs->setCurrentWidget(active ? m_liveLog : m_runLog);
    if (!active) loadLog(pathText(folder / "log.txt"));
    m_rewards->showRun(details.settings, folder);
    m_memory->showRun(details.settings.device, details.metrics);
    m_tabs->setTabVisible(m_rewards, m_sampling);
}

void TrainPage::showNames(const RunRecord& run) {
    m_title->setText(QString("%1  %2").arg(run.id).arg(toQString(run.name)));
    const QString note = toQString(run.note);
    const QString line = note.section('\n', 0, 0);
    m_note->setText(note.isEmpty()
                        ? "Add a note"
                        : m_note->fontMetrics().elidedText(line, Qt::ElideRight, note_width));
    m_note->setToolTip(note.isEmpty() ? "A note of yours, kept with the run" : note);
    m_note->setAccessibleName(note.isEmpty() ? "Add a note" : "Note: " + note);
    m_note->show();
}

void TrainPage::setState(const QString& text) { m_state->setText(text); }

void TrainPage::append(std::int64_t step, const Metrics& metrics) {
    m_charts->append(step, metrics);
    m_memory->append(step, metrics);
}

void TrainPage::setMarks(const std::vector<EditRecord>& edits,
                         const std::vector<CheckpointRecord>& checkpoints) {
    m_charts->setMarks(chart_marks(edits, checkpoints));
}

void TrainPage::showCompletions(std::int64_t step, const std::vector<CompletionRecord>& rows,
                                bool live) {
    if (rows.empty() && live && m_sampling)
        m_completions->showNothing("The first completions appear with the first step.");
    else if (m_sampling || !rows.empty())
        m_completions->showCompletions(step, rows, live);
}

void TrainPage::setShownStep(std::optional<std::int64_t> step) {
    m_charts->setShownStep(step);
    m_memory->setShownStep(step);
}

void TrainPage::addLogLine(const LogLine& line) { m_liveLog->append(line); }

void TrainPage::toggleLog() {
    m_tabs->setCurrent(m_tabs->current() == m_logFrame ? static_cast<QWidget*>(m_completions)
                                                       : m_logFrame);
}

void TrainPage::showDiagnoses() { m_tabs->setCurrent(m_diagnoses); }

void TrainPage::focusCharts() {
    Chart* chart = m_charts->enlarged();
    if (!chart && !m_charts->shownCharts().empty()) chart = m_charts->shownCharts().front();
    if (!chart) return;
    chart->setFocus(Qt::ShortcutFocusReason);
    m_charts->ensureWidgetVisible(chart);
}

void TrainPage::showMemory() { m_tabs->setCurrent(m_memory); }

void TrainPage::showRewards() {
    if (!m_tabs->isTabVisible(m_rewards)) return;
    if (m_tabs->current() == m_rewards) return m_rewards->focusTryout();
    m_tabs->setCurrent(m_rewards);
}

void TrainPage::setDiagnosisCount(int count) {
    m_tabs->setTabText(m_diagnoses,
                       (count > 0 ? QString("Diagnoses (%1)  ").arg(count) : "Diagnoses  ") +
                           keyText("diagnoses"));
}

void TrainPage::followCharts() { m_charts->follow(); }

void TrainPage::loadLog(const QString& file) {
    m_runLog->setText("");
    runInBackground(
        this, [file](std::stop_token) { return read_file(toStd(file)); },
        [this](const Result<std::string>& text) {
            m_runLog->setText(text.ok() ? toQString(text.value()).right(most_log_bytes)
                                        : toQString(text.error().message));
        });
}

}  // namespace plumb::ui
