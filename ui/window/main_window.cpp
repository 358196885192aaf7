// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/main_window.h"

#include <algorithm>

#include <QApplication>
#include <QCloseEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/list_keys.h"
#include "common/recent_folders.h"
#include "common/shortcuts.h"
#include "common/shown_page.h"
#include "common/text.h"
#include "config/presets.h"
#include "config/yaml.h"
#include "pages/compare_page.h"
#include "pages/completions_page.h"
#include "pages/label_page.h"
#include "pages/model_page.h"
#include "pages/new_run_page.h"
#include "pages/playground_page.h"
#include "pages/start_page.h"
#include "pages/train_page.h"
#include "widgets/message_bar.h"
#include "widgets/queue_panel.h"
#include "widgets/rewards_panel.h"
#include "widgets/run_list_panel.h"
#include "widgets/settings_panel.h"
#include "widgets/shortcut_sheet.h"
#include "widgets/transport_bar.h"
#include "window/compare_actions.h"
#include "window/main_splitter.h"
#include "window/offers.h"
#include "window/queue_controller.h"
#include "window/run_commands.h"
#include "window/run_controller.h"
#include "window/run_export.h"
#include "window/run_overlays.h"
#include "window/top_bar.h"

namespace plumb::ui {
namespace {

/// A page and how it is called: in its tab, and in the title of the window.
constexpr PageTab tabs[] = {
    {MainWindow::Start, "tabStart", "Start", "showStart"},
    {MainWindow::Train, "tabTrain", "Train", "showTrain"},
    {MainWindow::Completions, "pageCompletions", "Completions", "showCompletions"},
    {MainWindow::Label, "tabLabel", "Label", "showLabel"},
    {MainWindow::Compare, "tabCompare", "Compare", "showCompare"},
    {MainWindow::Playground, "tabPlayground", "Playground", "showPlayground"},
    {MainWindow::Model, "tabModel", "Model", "showModel"},
};

}  // namespace

MainWindow::MainWindow(const SessionOptions& options, QWidget* parent)
    : QMainWindow(parent), m_options(options) {
    setObjectName("mainWindow");
    setWindowTitle("Plumbline");
    resize(1280, 720);
    setMinimumSize(900, 560);
    m_top = new TopBar(tabs, this);
    m_top->setDark(isDark(palette()));
    m_messages = new MessageBar(this);
    m_runList = new RunListPanel(&m_runs, this);
    m_settings = new SettingsPanel(this);
    m_transport = new TransportBar(this);
    makePages();

    auto* middle = new QWidget(this);
    auto* middleLayout = new QVBoxLayout(middle);
    middleLayout->setContentsMargins(0, 0, 0, 0);
    middleLayout->setSpacing(0);
    auto* messageFrame = new QWidget(middle);
    auto* messageLayout = new QVBoxLayout(messageFrame);
    messageLayout->setContentsMargins(10, 8, 10, 0);
    messageLayout->addWidget(m_messages);
    middleLayout->addWidget(messageFrame);
    middleLayout->addWidget(m_pages, 1);
    m_splitter = new MainSplitter(m_runList, middle, m_settings, this);

    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_top);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_transport);
    setCentralWidget(centre);

    m_controller = new RunController(
        m_bridge, {*m_train, *m_settings, *m_transport, *m_messages, m_runs}, this);
    m_overlays = new RunOverlays({m_bridge, *m_controller, m_runs, *m_train, *m_messages}, this);
    m_commands = new RunCommands({m_bridge, *m_controller, m_runs, *m_messages, *m_overlays}, this);
    m_queue = new QueueController(m_bridge, *m_controller, *m_messages, this);
    m_runList->addBelow(m_queue->panel());
    connectPages();
    connectCompletions();
    connectCompare();
    connectModel();
    connectRuns();
    addShortcuts();
    qApp->installEventFilter(new ListKeys(this));
    restoreLayout();
    showPage(Start);
    m_start->focusFirstCard();
    m_start->setWorkspace("Opening the workspace ...");
    m_bridge.open(m_options);
}

MainWindow::~MainWindow() = default;

void MainWindow::makePages() {
    m_pages = new QStackedWidget(this);
    m_start = new StartPage(this);
    m_train = new TrainPage(this);
    m_completions = new CompletionsPage(m_bridge, this);
    m_playground = new PlaygroundPage(m_bridge, this);
    m_newRun = new NewRunPage(this);
    m_label = new LabelPage(m_bridge, this);
    m_compare = new ComparePage(m_bridge, this);
    m_model = new ModelPage(this);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_train);
    m_pages->addWidget(m_completions);
    m_pages->addWidget(m_playground);
    m_pages->addWidget(m_newRun);
    m_pages->addWidget(m_label);
    m_pages->addWidget(m_compare);
    m_pages->addWidget(m_model);
}

void MainWindow::connectPages() {
    m_top->setToolTip(
        Playground,
        QString("Talk to a model. %1 on the Train page takes the run and step shown there")
            .arg(keyText("talk")));
    connect(m_top, &TopBar::pageChosen, this,
            [this](int page) { showPage(static_cast<Page>(page)); });
    connect(m_top, &TopBar::newRunRequested, this, [this] { showPage(NewRun); });
    connect(m_top, &TopBar::keysRequested, this, [this] { showShortcutSheet(this); });
    connect(m_top, &TopBar::themeRequested, this, &MainWindow::changeTheme);
    const auto takeFocus = [this] {
        if (m_transport->isVisible())
            m_transport->focusPrimary();
        else
            m_pages->currentWidget()->setFocus();
    };
    connect(m_messages, &MessageBar::focusReleased, this, takeFocus);
    connect(m_settings, &SettingsPanel::focusReleased, this, takeFocus);
    connect(&m_log, &LogFeed::lineReceived, m_train, &TrainPage::addLogLine);
    connect(&m_bridge, &SessionBridge::opened, this, &MainWindow::showOpened);
    connect(&m_bridge, &SessionBridge::openFailed, this, &MainWindow::showOpenFailure);
    connect(&m_bridge, &SessionBridge::closed, this, [this] {
        if (m_quitting)
            QApplication::quit();
        else if (m_next)
            m_bridge.open(m_options = *std::exchange(m_next, std::nullopt));
    });

    connect(m_start, &StartPage::presetChosen, this, &MainWindow::choosePreset);
    connect(m_start, &StartPage::resumeRequested, m_controller, &RunController::resume);
    connect(m_start, &StartPage::runChosen, m_controller, &RunController::showRun);
    connect(m_start, &StartPage::newRunRequested, this, [this] { showPage(NewRun); });
    connect(m_start, &StartPage::workspaceRequested, this, &MainWindow::chooseWorkspace);
    connect(m_start, &StartPage::workspaceChosen, this, &MainWindow::openWorkspace);
    connect(m_start, &StartPage::runFileRequested, this, &MainWindow::chooseRunFile);

    connect(m_newRun, &NewRunPage::startRequested, m_controller, &RunController::start);
    connect(m_newRun, &NewRunPage::settingsChosen, this,
            [this](const Settings& settings, const QString& name) {
                m_controller->showDraft(settings, name);
            });
    connect(m_controller, &RunController::startRefused, this, [this](const QString& message) {
        if (m_pages->currentIndex() == NewRun) m_newRun->showProblem(message);
    });
    connect(m_controller, &RunController::shownChanged, this, [this](std::optional<RunId> run) {
        m_runList->select(run);
        updateTitle();
        if (run || m_controller->showsDraft()) {
            showPage(Train);
            m_transport->focusPrimary();
        }
    });
    connect(m_controller, &RunController::detailsShown, this, [this](const RunDetails* details) {
        updateTitle();
        m_label->setRun(details ? std::optional(details->record.id) : std::nullopt);
    });
    connect(m_label, &LabelPage::problem, this, [this](const QString& message) {
        m_messages->showMessage(MessageBar::Kind::error, {}, message);
    });
    connect(m_label, &LabelPage::trainingStarted, this, [this](RunId run) {
        if (run != 0) return m_controller->showRun(run);
        m_messages->showMessage(MessageBar::Kind::note, {},
                                "The run waits in the queue behind the one that is going on.");
    });
    connect(m_label, &LabelPage::told, this, [this](const QString& message) {
        m_messages->showMessage(MessageBar::Kind::note, {}, message);
    });
    connect(m_controller, &RunController::runsRead, this, [this] {
        updateTitle();
        m_runList->selectIfNone(m_controller->shownRun());
        m_start->setRuns(m_runs.runs(), m_bridge.isReadOnly());
        m_newRun->setRuns(m_runs.runs());
        m_compare->setRuns(m_runs.runs());
        m_playground->setRuns(m_runs.runs());
        m_model->setRuns(m_runs.runs());
        m_train->rewards().setRuns(m_runs.runs());
        if (!std::exchange(m_offered, true) && !m_bridge.isReadOnly())
            offerToGoOn(*m_messages, *m_controller, *m_queue, m_runs.runs(),
                        m_bridge.queueState().waiting);
        Q_EMIT ready();
    });
}

void MainWindow::connectCompletions() {
    connect(m_controller, &RunController::detailsShown, this, [this](const RunDetails* details) {
        if (details)
            m_completions->showRun(*details);
        else
            m_completions->clear();
    });
    connect(m_controller, &RunController::stepShown, m_completions, &CompletionsPage::setShownStep);
    connect(m_controller, &RunController::stepDone, m_completions, &CompletionsPage::noteStep);
    connect(m_completions, &CompletionsPage::stepChosen, m_controller,
            [this](qint64 step) { m_controller->chooseStep(step); });
    connect(m_train, &TrainPage::samplesRequested, this,
            [this](qint64 step, const ExtremeSamples& samples) {
                m_controller->chooseStep(step);
                m_completions->showExtremes(step, samples);
                showPage(Completions);
            });
}

void MainWindow::connectCompare() {
    m_compareActions = new CompareActions({m_bridge, *m_compare, m_runs}, this);
    const auto tell = [this](MessageBar::Kind kind) {
        return [this, kind](const QString& text) { m_messages->showMessage(kind, {}, text); };
    };
    connect(m_compare, &ComparePage::told, this, tell(MessageBar::Kind::note));
    connect(m_compare, &ComparePage::problem, this, tell(MessageBar::Kind::error));
    connect(m_compareActions, &CompareActions::told, this, tell(MessageBar::Kind::note));
    connect(m_compareActions, &CompareActions::problem, this, tell(MessageBar::Kind::error));
    connect(m_compareActions, &CompareActions::comparisonQueued, this, [this](const QString& name) {
        m_compare->compareNamed(name);
        showPage(Compare);
    });
    connect(
        m_compareActions, &CompareActions::labellingRequested, this, [this](const QString& queue) {
            m_messages->showMessage(MessageBar::Kind::note, {},
                                    "The pairs wait on the Label page, in the queue " + queue + ".",
                                    {{"Open the Label page", [this] { showPage(Label); }}});
        });
    connect(m_start, &StartPage::compareThreeRequested, m_compareActions,
            &CompareActions::compareThree);
    connect(m_start, &StartPage::sweepRequested, m_compareActions, &CompareActions::sweep);
    connect(m_commands, &RunCommands::compareRequested, this,
            [this](const std::vector<RunId>& runs) {
                m_compare->compareRuns(runs);
                showPage(Compare);
            });
}

void MainWindow::connectModel() {
    connect(m_start, &StartPage::modelRequested, this, [this] {
        showPage(Model);
        m_model->chooseFolder();
    });
    connect(m_model, &ModelPage::trainRequested, this, [this](const QString& model, bool score) {
        m_newRun->startFrom(model, score);
        showPage(NewRun);
    });
    connect(m_model, &ModelPage::talkRequested, this, [this](const QString& model) {
        showPage(Playground);
        m_playground->talkToModel(model);
    });
}

void MainWindow::connectRuns() {
    connect(m_runList, &RunListPanel::runChosen, m_controller, &RunController::showRun);
    connect(m_runList, &RunListPanel::actionRequested, m_commands, &RunCommands::perform);
    connect(m_runList, &RunListPanel::shadeRequested, m_commands, &RunCommands::setShade);
    connect(m_controller, &RunController::shownFollowed, m_runList, &RunListPanel::select);
    connect(m_train, &TrainPage::noteRequested, this, [this] {
        if (const auto run = m_controller->shownRun()) m_commands->editNote(*run);
    });
    connect(m_settings, &SettingsPanel::saveRequested, this, [this] {
        exportSettings(this, m_settings->settings(), m_controller->shownName(),
                       [this](bool ok, const QString& text) {
                           m_messages->showMessage(
                               ok ? MessageBar::Kind::note : MessageBar::Kind::error, {}, text);
                       });
    });
    connect(&m_bridge, &SessionBridge::eventReceived, this, [this](const Event& event) {
        if (std::holds_alternative<RunStarted>(event) || std::holds_alternative<RunEnded>(event))
            m_newRun->setQueues(m_bridge.activeRun().has_value());
    });
}

void MainWindow::addShortcuts() {
    const auto add = [this](std::string_view id, auto action) {
        auto* shortcut = new QShortcut(this);
        shortcut->setObjectName(toQString(id));
        shortcut->setKeys(allKeysOf(id));
        connect(shortcut, &QShortcut::activated, this, action);
    };
    const auto addToTrain = [&](std::string_view id, void (TrainPage::*show)()) {
        add(id, [this, show] {
            if (m_train->isVisible()) (m_train->*show)();
        });
    };
    add("newRun", [this] { showPage(NewRun); });
    add("primary", [this] {
        if (showsRun()) m_transport->pressPrimary();
    });
    add("live", [this] { m_controller->goLive(); });
    add("followRun", [this] { m_train->followCharts(); });
    addToTrain("log", &TrainPage::toggleLog);
    add("talk", [this] {
        if (showsRun()) talkToShown();
    });
    add("showStart", [this] { showPage(Start); });
    add("showTrain", [this] { showPage(Train); });
    add("showCompletions", [this] { showPage(Completions); });
    add("showCompare", [this] { showPage(Compare); });
    add("showPlayground", [this] { showPage(Playground); });
    add("showModel", [this] { showPage(Model); });
    add("showLabel", [this] { showPage(Label); });
    addToTrain("diagnoses", &TrainPage::showDiagnoses);
    addToTrain("focusCharts", &TrainPage::focusCharts);
    addToTrain("memory", &TrainPage::showMemory);
    addToTrain("rewards", &TrainPage::showRewards);
    add("searchSettings", [this] {
        if (m_settings->isVisible()) m_settings->focusSearch();
    });
    add("focusRuns", [this] { m_runList->focusList(); });
    add("filterRuns", [this] { m_runList->focusFilter(); });
    add("theme", [this] { changeTheme(); });
    add("showShortcuts", [this] { showShortcutSheet(this); });
    add("quit", [this] { close(); });
}

void MainWindow::showPage(Page page) {
    const bool before = m_pages->currentIndex() == page;
    showPageAlone(*m_pages, *m_pages->widget(page));
    if (page == Start && !before) m_start->focusFirstCard();
    if (page == Model && !before) m_model->focusFolder();
    m_top->setPage(page);
    m_settings->setVisible(page == Train);
    m_splitter->settle();
    m_transport->setVisible(showsRun());
    updateTitle();
}

void MainWindow::updateTitle() {
    const auto tab = std::ranges::find(tabs, m_pages->currentIndex(), &PageTab::page);
    QStringList parts = {tab == std::end(tabs) ? "New run" : tab->text};
    if (showsRun() && m_controller->shownRun())
        parts << QString("%1 %2").arg(*m_controller->shownRun()).arg(m_controller->shownName());
    if (m_bridge.isOpen()) parts << pathText(m_bridge.workspace());
    parts << "Plumbline";
    setWindowTitle(parts.join(" \u2013 "));
}

bool MainWindow::showsRun() const {
    return m_pages->currentIndex() == Train || m_pages->currentIndex() == Completions;
}

void MainWindow::talkToShown() {
    if (const auto run = m_controller->shownRun())
        m_playground->talkTo(*run, m_controller->chosenStep());
    showPage(Playground);
}

void MainWindow::showOpened() {
    const QString folder = pathText(m_bridge.workspace());
    rememberWorkspace(folder);
    QStringList others = recentWorkspaces();
    others.removeAll(folder);
    m_start->setWorkspace(folder);
    m_start->setRecentWorkspaces(others);
    m_newRun->setWorkspace(m_bridge.workspace());
    m_model->setWorkspace(m_bridge.workspace());
    m_train->rewards().setWorkspace(m_bridge.workspace());
    m_top->setNotice(m_bridge.isReadOnly() ? "read-only" : "");
    updateTitle();
    m_runList->setReadOnly(m_bridge.isReadOnly());
    m_compare->setReadOnly(m_bridge.isReadOnly());
    m_controller->refreshRuns();
    if (m_bridge.isReadOnly())
        m_messages->showMessage(MessageBar::Kind::note, "The workspace is open for reading only.",
                                m_bridge.holder());
}

void MainWindow::showOpenFailure(const QString& message) {
    m_start->setWorkspace("No workspace is open.");
    m_start->setRecentWorkspaces(recentWorkspaces());
    m_messages->showMessage(MessageBar::Kind::error, "The workspace could not be opened.", message,
                            {{"Choose another...", [this] { chooseWorkspace(); }}});
    Q_EMIT ready();
}

void MainWindow::choosePreset(const QString& name) {
    const auto settings = preset_settings(toStd(name));
    if (settings.ok())
        m_controller->showDraft(*settings, name);
    else
        m_messages->showMessage(MessageBar::Kind::error, {}, toQString(settings.error().message));
}

void MainWindow::chooseRunFile() {
    auto* dialog = new QFileDialog(this, "Open run file");
    dialog->setObjectName("runFileDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({"Run files (*.yaml *.yml)", "All files (*)"});
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString& file) { openRunFile(file); });
    dialog->open();
}

void MainWindow::openRunFile(const QString& file, bool start) {
    runInBackground(
        this, [file](std::stop_token) { return read_settings(toStd(file)); },
        [this, file, start](const Result<Settings>& settings) {
            if (settings.ok()) {
                m_controller->showDraft(settings.value(), QFileInfo(file).completeBaseName());
                if (start && m_bridge.isOpen())
                    m_controller->startDraft();
                else if (start)
                    connect(&m_bridge, &SessionBridge::opened, m_controller,
                            &RunController::startDraft, Qt::SingleShotConnection);
            } else
                m_messages->showMessage(MessageBar::Kind::error, "The run file was not taken.",
                                        toQString(settings.error().message));
        });
}

void MainWindow::chooseWorkspace() {
    auto* dialog = new QFileDialog(this, "Open workspace");
    dialog->setObjectName("workspaceDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openWorkspace);
    dialog->open();
}

void MainWindow::openWorkspace(const QString& folder) {
    if (m_bridge.activeRun()) {
        m_messages->showMessage(MessageBar::Kind::error, "A run is going on.",
                                "Finish or abort it before another workspace is opened.");
        return;
    }
    SessionOptions next = m_options;
    next.workspace = toStd(folder);
    m_messages->clear();
    m_controller->showNothing();
    showPage(Start);
    m_runs.setRuns({});
    m_offered = false;
    if (m_bridge.isOpen()) {
        m_next = next;
        m_bridge.close();
    } else {
        m_bridge.open(m_options = next);
    }
}

void MainWindow::changeTheme() {
    const ThemeChoice next = isDark(palette()) ? ThemeChoice::light : ThemeChoice::dark;
    applyTheme(*qApp, next);
    QSettings().setValue("theme", next == ThemeChoice::dark ? "dark" : "light");
    m_top->setDark(next == ThemeChoice::dark);
}

void MainWindow::restoreLayout() {
    const QSettings settings;
    restoreGeometry(settings.value("window/geometry").toByteArray());
    m_splitter->restore(settings.value("window/splitter").toByteArray());
    m_train->splitter()->restoreState(settings.value("window/train").toByteArray());
    m_completions->splitter()->restoreState(settings.value("window/completions").toByteArray());
}

void MainWindow::saveLayout() {
    QSettings settings;
    settings.setValue("window/geometry", saveGeometry());
    settings.setValue("window/splitter", m_splitter->kept());
    settings.setValue("window/train", m_train->splitter()->saveState());
    settings.setValue("window/completions", m_completions->splitter()->saveState());
}

void MainWindow::quitAfterClosing() {
    m_quitting = true;
    setEnabled(false);
    m_bridge.close();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    saveLayout();
    event->ignore();
    if (m_quitting) return;
    if (!m_bridge.activeRun()) {
        hide();
        quitAfterClosing();
        return;
    }
    m_messages->showMessage(
        MessageBar::Kind::note, "A run is going on.",
        "Saving finishes the step and writes a checkpoint; the run can then be resumed.",
        {{"Save and quit",
          [this] {
              m_messages->showMessage(MessageBar::Kind::note, {},
                                      "Saving the run; the window closes by itself.");
              quitAfterClosing();
          }},
         {"Abort and quit", [this] {
              m_bridge.holdQueue();  // no other run is to start now
              m_bridge.abort();
              quitAfterClosing();
          }}});
}

}  // namespace plumb::ui
