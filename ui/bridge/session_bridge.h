// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <QObject>
#include <QPointer>
#include <QString>
#include <QTimer>

#include "analysis/diagnosis.h"
#include "bridge/command_thread.h"
#include "config/settings.h"
#include "session/session.h"

namespace plumb::ui {

/// The session as the window sees it: signals on the GUI thread in, commands out, no call that
/// waits. To be used from the GUI thread alone.
class SessionBridge : public QObject {
    Q_OBJECT

public:
    explicit SessionBridge(QObject* parent = nullptr);
    /// Saves a run that is going on and waits for it; close() does so without waiting.
    ~SessionBridge() override;

    /// Opens the workspace, for reading only where another program holds it. Ends in opened() or
    /// openFailed(). An empty path is the default.
    void open(const SessionOptions& options);
    bool isOpen() const { return m_session != nullptr; }
    bool isReadOnly() const { return m_readOnly; }
    /// Why the workspace is open for reading only: names the program that holds it.
    const QString& holder() const { return m_holder; }
    const std::filesystem::path& workspace() const { return m_workspace; }
    /// Saves the run that is going on and closes the workspace; ends in closed().
    void close();

    /// End in an event RunStarted or in startFailed(). edits: those of a run that it repeats.
    void start(const Settings& settings, const QString& name,
               const std::vector<PlannedEdit>& edits = {});
    void resume(RunId run);
    /// Goes on from the last checkpoint with the settings edited, from its next step on.
    void resumeWith(RunId run, std::vector<SettingChange> changes, std::string reason);
    /// Ends in queued() or startFailed().
    void enqueue(const Settings& settings, const QString& name,
                 const std::vector<PlannedEdit>& edits = {});
    /// Whether a start or resume is on its way to the worker.
    bool isStarting() const { return m_starting; }
    std::optional<RunId> activeRun() const;

    void pause();
    void goOn();
    void finish();
    void stopAndKeep();
    void abort();
    Status edit(const std::string& key, const std::string& value, const std::string& reason);
    /// Asked of the inference worker; without an open workspace the future is not valid.
    std::future<Result<GenerateReply>> generate(GenerateRequest request);
    std::future<Result<CompareModelsReply>> compareModels(CompareModelsRequest request);
    std::future<Result<JudgeModelsReply>> judgeModels(JudgeModelsRequest request);
    std::future<Result<ScoreLabelsReply>> scoreLabels(ScoreLabelsRequest request);
    void holdQueue();
    void runQueue();
    QueueState queueState() const;
    void removeRuns(const std::vector<RunId>& runs);

    /// Runs the command on the command thread. Ends in runsChanged(), and before it in
    /// commandFailed() or, unless `context` has died by then, in done().
    void change(QObject* context, std::function<Status(Session&)> command,
                std::function<void()> done = {});

    /// Runs `ask` on the store's reader thread and hands its result to `use` on the GUI thread,
    /// unless `context` has died by then. Nothing happens while no workspace is open.
    template <class Ask, class Use>
    void query(QObject* context, Ask ask, Use use) {
        if (!m_session) return;
        m_session->store().query([this, guard = QPointer<QObject>(context), ask = std::move(ask),
                                  use = std::move(use)](StoreReader& reader) mutable {
            auto answer = std::make_shared<decltype(ask(reader))>(ask(reader));
            QMetaObject::invokeMethod(
                this,
                [guard, use = std::move(use), answer]() mutable {
                    if (guard) use(std::move(*answer));
                },
                Qt::QueuedConnection);
            return 0;
        });
    }

    /// Runs `change` on the command thread and hands its result to `use` on the GUI thread, unless
    /// `context` has died by then. For what changes no run; nothing happens while no workspace is
    /// open.
    template <class Change, class Use>
    void write(QObject* context, Change change, Use use) {
        if (!m_session) return;
        m_commands.post([this, session = m_session.get(), guard = QPointer<QObject>(context),
                         change = std::move(change), use = std::move(use)]() mutable {
            auto answer =
                std::make_shared<decltype(change(session->store()))>(change(session->store()));
            QMetaObject::invokeMethod(
                this,
                [guard, use = std::move(use), answer]() mutable {
                    if (guard) use(std::move(*answer));
                },
                Qt::QueuedConnection);
        });
    }

Q_SIGNALS:
    void opened();
    void openFailed(const QString& message);
    void closed();
    void startFailed(const QString& message);
    void queued(const QString& name);
    void commandFailed(const QString& message);
    /// Every event of the session, in order, at most every 33 ms.
    void eventReceived(const plumb::Event& event);
    /// All events of one turn were handed out.
    void eventsHandled();
    /// The list of runs or a name in it has changed.
    void runsChanged();

private:
    void adopt(std::unique_ptr<Session> session, bool readOnly, const QString& holder);
    void begin(std::function<Result<RunId>(Session&)> command);
    void drain();

    std::unique_ptr<Session> m_session;
    std::filesystem::path m_workspace;
    bool m_readOnly = false;
    bool m_starting = false;
    QString m_holder;
    QTimer m_drainTimer;
    CommandThread m_commands;
};

}  // namespace plumb::ui
