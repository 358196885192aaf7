// SPDX-License-Identifier: GPL-3.0-or-later
#include "bridge/session_bridge.h"

#include <chrono>
#include <variant>

#include "base/files.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int drain_interval_ms = 33;
/// More events than this wait for the next turn, so that a burst does not hold up a frame.
constexpr int most_events_a_turn = 256;

struct Opened {
    std::unique_ptr<Session> session;
    bool read_only = false;
    QString holder;
};

Result<Opened> openSession(SessionOptions options) {
    auto session = Session::open(options);
    if (session) return Opened{std::move(session).value(), false, {}};
    if (session.error().code != ErrorCode::busy) return session.error();
    const QString holder = toQString(session.error().message);
    options.access = Access::read_only;
    PLUMB_TRY(auto reading, Session::open(options));
    return Opened{std::move(reading), true, holder};
}

}  // namespace

SessionBridge::SessionBridge(QObject* parent) : QObject(parent) {
    m_drainTimer.setInterval(drain_interval_ms);
    connect(&m_drainTimer, &QTimer::timeout, this, &SessionBridge::drain);
}

SessionBridge::~SessionBridge() = default;

void SessionBridge::open(const SessionOptions& options) {
    m_workspace = options.workspace.empty() ? default_workspace() : options.workspace;
    m_commands.post([this, options] {
        auto answer = std::make_shared<Result<Opened>>(openSession(options));
        QMetaObject::invokeMethod(this, [this, answer] {
            if (!answer->ok()) {
                Q_EMIT openFailed(toQString(answer->error().message));
                return;
            }
            Opened& value = **answer;
            adopt(std::move(value.session), value.read_only, value.holder);
        });
    });
}

void SessionBridge::adopt(std::unique_ptr<Session> session, bool readOnly, const QString& holder) {
    m_session = std::move(session);
    m_readOnly = readOnly;
    m_holder = holder;
    m_workspace = m_session->workspace();
    m_drainTimer.start();
    Q_EMIT opened();
}

void SessionBridge::close() {
    m_drainTimer.stop();
    // A session that has no run is closed in a moment; one with a run saves it first.
    auto session = std::make_shared<std::unique_ptr<Session>>(std::move(m_session));
    m_commands.post([this, session] {
        session->reset();
        QMetaObject::invokeMethod(this, [this] { Q_EMIT closed(); });
    });
}

void SessionBridge::begin(std::function<Result<RunId>(Session&)> command) {
    if (!m_session || m_starting) return;
    m_starting = true;
    m_commands.post([this, session = m_session.get(), command = std::move(command)] {
        auto run = std::make_shared<Result<RunId>>(command(*session));
        QMetaObject::invokeMethod(this, [this, run] {
            m_starting = false;
            if (!run->ok())
                Q_EMIT startFailed(toQString(run->error().message));
            else
                Q_EMIT runsChanged();
        });
    });
}

void SessionBridge::start(const Settings& settings, const QString& name,
                          const std::vector<PlannedEdit>& edits) {
    begin([settings, name = toStd(name), edits](Session& session) {
        return session.start(settings, name, edits);
    });
}

void SessionBridge::enqueue(const Settings& settings, const QString& name,
                            const std::vector<PlannedEdit>& edits) {
    if (!m_session) return;
    m_commands.post([this, session = m_session.get(), settings, name, edits] {
        auto added =
            std::make_shared<Result<QueueId>>(session->enqueue(settings, toStd(name), edits));
        QMetaObject::invokeMethod(this, [this, added, name] {
            if (added->ok())
                Q_EMIT queued(name);
            else
                Q_EMIT startFailed(toQString(added->error().message));
        });
    });
}

void SessionBridge::resume(RunId run) {
    begin([run](Session& session) { return session.resume(run); });
}

void SessionBridge::resumeWith(RunId run, std::vector<SettingChange> changes, std::string reason) {
    begin([run, changes = std::move(changes),
           reason = std::move(reason)](Session& session) -> Result<RunId> {
        PLUMB_TRY(const RunId resumed, session.resume(run));
        // The worker has to load its models first: the edits are there before its first step.
        for (const SettingChange& change : changes)
            PLUMB_TRY_STATUS(session.edit(change.key, change.new_value, reason));
        return resumed;
    });
}

std::optional<RunId> SessionBridge::activeRun() const {
    return m_session ? m_session->active_run() : std::nullopt;
}

void SessionBridge::pause() {
    if (m_session) m_session->pause();
}
void SessionBridge::goOn() {
    if (m_session) m_session->go_on();
}
void SessionBridge::finish() {
    if (m_session) m_session->finish();
}
void SessionBridge::stopAndKeep() {
    if (m_session) m_session->stop_and_keep();
}
void SessionBridge::abort() {
    if (m_session) m_session->abort();
}

Status SessionBridge::edit(const std::string& key, const std::string& value,
                           const std::string& reason) {
    if (!m_session) return Error{ErrorCode::failed, "no workspace is open"};
    return m_session->edit(key, value, reason);
}

std::future<Result<GenerateReply>> SessionBridge::generate(GenerateRequest request) {
    if (!m_session) return {};
    return m_session->generate(std::move(request));
}

std::future<Result<CompareModelsReply>> SessionBridge::compareModels(CompareModelsRequest request) {
    if (!m_session) return {};
    return m_session->compare_models(std::move(request));
}

std::future<Result<JudgeModelsReply>> SessionBridge::judgeModels(JudgeModelsRequest request) {
    if (!m_session) return {};
    return m_session->judge_models(std::move(request));
}

std::future<Result<ScoreLabelsReply>> SessionBridge::scoreLabels(ScoreLabelsRequest request) {
    if (!m_session) return {};
    return m_session->score_labels(std::move(request));
}

void SessionBridge::holdQueue() {
    if (m_session) m_session->hold_queue();
}
void SessionBridge::runQueue() {
    if (m_session) m_session->run_queue();
}
QueueState SessionBridge::queueState() const {
    return m_session ? m_session->queue_state() : QueueState{};
}
void SessionBridge::removeRuns(const std::vector<RunId>& runs) {
    if (m_session) m_session->remove_runs(runs);
}

void SessionBridge::change(QObject* context, std::function<Status(Session&)> command,
                           std::function<void()> done) {
    if (!m_session) return;
    m_commands.post([this, session = m_session.get(), guard = QPointer<QObject>(context),
                     command = std::move(command), done = std::move(done)] {
        auto status = std::make_shared<Status>(command(*session));
        QMetaObject::invokeMethod(this, [this, guard, status, done] {
            if (!status->ok())
                Q_EMIT commandFailed(toQString(status->error().message));
            else if (guard && done)
                done();
            Q_EMIT runsChanged();
        });
    });
}

void SessionBridge::drain() {
    bool any = false;
    for (int i = 0; i < most_events_a_turn && m_session; ++i) {
        const auto event = m_session->next_event(std::chrono::milliseconds(0));
        if (!event) break;
        any = true;
        Q_EMIT eventReceived(*event);
    }
    if (any) Q_EMIT eventsHandled();
}

}  // namespace plumb::ui
