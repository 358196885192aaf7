// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/train_page.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "analysis/metric_info.h"
#include "analysis/run_charts.h"
#include "base/files.h"
#include "common/background.h"
#include "common/text.h"
#include "config/roles.h"
#include "plots/chart_grid.h"
#include "widgets/completions_panel.h"
#include "widgets/diagnoses_panel.h"
#include "widgets/log_panel.h"

namespace plumb::ui {
namespace {

enum Tab { CompletionsTab, LogTab, DiagnosesTab };

/// A longer log is in the file.
constexpr qsizetype most_log_bytes = 400'000;

std::map<std::string, QString> emptyTexts(const Settings& settings) {
    const QString waiting = "The first point appears with the first step.";
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
    if (settings.algorithm == "grpo") expect({"KL to the reference"});
    if (settings.algorithm == "grpo" && settings.beta == 0)
        texts["KL to the reference"] =
            "Not measured: beta is 0, so the run keeps no reference model. Set beta above 0 to "
            "measure the KL and to pay for it.";
    return texts;
}

QPushButton* makeTab(const QString& name, const QString& text, QButtonGroup* group, int id) {
    auto* button = new QPushButton(text);
    button->setObjectName(name);
    button->setProperty("role", "flat");
    button->setCheckable(true);
    group->addButton(button, id);
    return button;
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
    m_state = new QLabel(this);
    m_state->setObjectName("runState");
    m_state->setProperty("role", "muted");
    m_state->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_follow = new QPushButton("Follow  Home", this);
    m_follow->setObjectName("followCharts");
    m_follow->setToolTip("The charts show a range of your choice; this follows the run again");
    m_follow->hide();
    m_charts = new ChartGrid(this);
    m_completions = new CompletionsPanel(this);
    m_diagnoses = new DiagnosesPanel(this);
    m_liveLog = new LogPanel(this);
    m_runLog = new LogPanel(this);
    m_runLog->setObjectName("runLog");
    m_logs = new QStackedWidget(this);
    m_logs->addWidget(m_liveLog);
    m_logs->addWidget(m_runLog);
    auto* logFrame = new QFrame(this);
    logFrame->setProperty("role", "panel");
    auto* logLayout = new QVBoxLayout(logFrame);
    logLayout->setContentsMargins(8, 6, 8, 6);
    logLayout->addWidget(m_logs);
    m_bottom = new QStackedWidget(this);
    m_bottom->addWidget(m_completions);
    m_bottom->addWidget(logFrame);
    m_bottom->addWidget(m_diagnoses);

    m_tabs = new QButtonGroup(this);
    auto* tabs = new QHBoxLayout;
    tabs->setContentsMargins(0, 0, 0, 0);
    tabs->setSpacing(4);
    tabs->addWidget(makeTab("tabCompletions", "Completions", m_tabs, CompletionsTab));
    tabs->addWidget(makeTab("tabLog", "Log  L", m_tabs, LogTab));
    tabs->addWidget(makeTab("tabDiagnoses", "Diagnoses", m_tabs, DiagnosesTab));
    tabs->addStretch();
    m_tabs->button(0)->setChecked(true);
    auto* bottom = new QWidget(this);
    auto* bottomLayout = new QVBoxLayout(bottom);
    bottomLayout->setContentsMargins(0, 0, 0, 0);
    bottomLayout->setSpacing(2);
    bottomLayout->addLayout(tabs);
    bottomLayout->addWidget(m_bottom, 1);

    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName("trainSplitter");
    m_splitter->setHandleWidth(6);
    m_splitter->addWidget(m_charts);
    m_splitter->addWidget(bottom);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({370, 190});
    m_splitter->setChildrenCollapsible(false);

    auto* head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(m_title);
    head->addWidget(m_name);
    head->addWidget(m_state, 1);
    head->addWidget(m_follow);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(8);
    layout->addLayout(head);
    layout->addWidget(m_splitter, 1);

    connect(m_tabs, &QButtonGroup::idClicked, m_bottom, &QStackedWidget::setCurrentIndex);
    connect(m_charts, &ChartGrid::stepClicked, this, &TrainPage::stepChosen);
    connect(m_diagnoses, &DiagnosesPanel::rangeRequested, m_charts, &ChartGrid::showSteps);
    connect(m_diagnoses, &DiagnosesPanel::samplesRequested, this, [this](const SampleOrder& order) {
        Q_EMIT stepChosen(order.step);
        m_completions->sortBy(toQString(order.by), order.largest_first);
        m_tabs->button(CompletionsTab)->click();
    });
    connect(m_charts, &ChartGrid::problem, this, &TrainPage::problem);
    connect(m_charts, &ChartGrid::followingChanged, this,
            [this](bool following) { m_follow->setVisible(!following); });
    connect(m_follow, &QPushButton::clicked, m_charts, &ChartGrid::follow);
    clear();
}

void TrainPage::clear() {
    m_title->setText("No run is shown");
    m_name->hide();
    m_state->setText("Choose an experiment on the start page, or a run on the left.");
    m_charts->showRun("grpo", {}, {});
    m_completions->showNothing("Completions of a run appear here.");
    m_logs->setCurrentWidget(m_liveLog);
}

void TrainPage::showDraft(const Settings& settings, const QString& name) {
    m_title->setText("New run");
    m_name->setText(name);
    m_name->show();
    m_state->setText("Look through the settings on the right, then start.");
    m_charts->showRun(toQString(settings.algorithm), default_charts(settings.algorithm),
                      emptyTexts(settings));
    m_completions->showNothing("Completions appear here as the run samples them.");
    m_logs->setCurrentWidget(m_liveLog);
}

QString TrainPage::draftName() const { return m_name->text().trimmed(); }

void TrainPage::showRun(const RunDetails& details, const QString& logFile, bool active) {
    m_title->setText(QString("%1  %2").arg(details.record.id).arg(toQString(details.record.name)));
    m_name->hide();
    m_sampling = samples_completions(details.settings);
    m_charts->showRun(toQString(details.record.algorithm), default_charts(details.record.algorithm),
                      emptyTexts(details.settings));
    for (const auto& [key, points] : details.metrics) m_charts->setMetric(key, points);
    m_charts->follow();
    setMarks(details.edits, details.checkpoints);
    if (!m_sampling)
        m_completions->showNothing(
            "This algorithm samples nothing while it trains. Its evaluations are in the charts.");
    m_logs->setCurrentWidget(active ? m_liveLog : m_runLog);
    if (!active) loadLog(logFile);
}

void TrainPage::setState(const QString& text) {
    m_state->setText(text);
    m_state->setToolTip(text);
}

void TrainPage::append(std::int64_t step, const Metrics& metrics) {
    m_charts->append(step, metrics);
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

void TrainPage::setShownStep(std::optional<std::int64_t> step) { m_charts->setShownStep(step); }

void TrainPage::addLogLine(const LogLine& line) { m_liveLog->append(line); }

void TrainPage::toggleLog() {
    m_tabs->button(m_bottom->currentIndex() == LogTab ? CompletionsTab : LogTab)->click();
}

void TrainPage::setDiagnosisCount(int count) {
    m_tabs->button(DiagnosesTab)
        ->setText(count > 0 ? QString("Diagnoses  %1").arg(count) : QString("Diagnoses"));
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
