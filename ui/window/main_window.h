// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QMainWindow>

#include "bridge/log_feed.h"
#include "bridge/session_bridge.h"
#include "common/theme.h"
#include "models/run_list_model.h"

class QStackedWidget;

namespace plumb::ui {

class CompareActions;
class ComparePage;
class CompletionsPage;
class MainSplitter;
class MessageBar;
class ModelPage;
class LabelPage;
class NewRunPage;
class PlaygroundPage;
class QueueController;
class RunCommands;
class RunController;
class RunListPanel;
class RunOverlays;
class SettingsPanel;
class StartPage;
class TrainPage;
class TopBar;
class TransportBar;

/// The window: pages in the middle, runs on the left, settings on the right, transport below. It
/// only puts these together; what they show is RunController's.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    enum Page { Start, Train, Completions, Playground, NewRun, Label, Compare, Model };

    explicit MainWindow(const SessionOptions& options, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Puts the settings of a YAML file before the user, as a draft; start: starts it as well, once
    /// the workspace is open.
    void openRunFile(const QString& file, bool start = false);
    RunController& controller() { return *m_controller; }

    SessionBridge& bridge() { return m_bridge; }

Q_SIGNALS:
    /// The workspace is open and its runs are shown: the window can be used.
    void ready();

protected:
    void closeEvent(QCloseEvent* event) override;

private:
    void makePages();
    void connectPages();
    void connectCompletions();
    void connectCompare();
    void connectModel();
    void addShortcuts();
    void showPage(Page page);
    /// The title names the page, the run where the page is of one, and the workspace.
    void updateTitle();
    /// Whether what is shown is of the run: its Train page or its completions.
    bool showsRun() const;
    /// The model of the step that is shown, in the playground.
    void talkToShown();
    void showOpened();
    void showOpenFailure(const QString& message);
    void connectRuns();
    void choosePreset(const QString& name);
    void chooseWorkspace();
    void chooseRunFile();
    void openWorkspace(const QString& folder);
    void changeTheme();
    void restoreLayout();
    void saveLayout();
    void quitAfterClosing();

    SessionBridge m_bridge;
    LogFeed m_log;
    SessionOptions m_options;
    RunListModel m_runs;
    RunController* m_controller = nullptr;
    RunOverlays* m_overlays = nullptr;
    RunCommands* m_commands = nullptr;
    QueueController* m_queue = nullptr;
    TopBar* m_top = nullptr;
    MessageBar* m_messages = nullptr;
    MainSplitter* m_splitter = nullptr;
    QStackedWidget* m_pages = nullptr;
    RunListPanel* m_runList = nullptr;
    StartPage* m_start = nullptr;
    TrainPage* m_train = nullptr;
    CompletionsPage* m_completions = nullptr;
    PlaygroundPage* m_playground = nullptr;
    NewRunPage* m_newRun = nullptr;
    LabelPage* m_label = nullptr;
    ComparePage* m_compare = nullptr;
    ModelPage* m_model = nullptr;
    CompareActions* m_compareActions = nullptr;
    SettingsPanel* m_settings = nullptr;
    TransportBar* m_transport = nullptr;
    std::optional<SessionOptions> m_next;  ///< the workspace to open once this one is closed
    bool m_quitting = false;
    bool m_offered = false;
};

}  // namespace plumb::ui
