// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/run_controller.h"

#include <utility>
#include <variant>

#include "common/text.h"
#include "config/yaml.h"
#include "pages/train_page.h"
#include "session/run_plan.h"
#include "widgets/memory_cost_panel.h"
#include "widgets/message_bar.h"
#include "widgets/rewards_panel.h"
#include "widgets/settings_panel.h"
#include "widgets/transport_bar.h"

namespace plumb::ui {
namespace {

constexpr const char* training_phase = "training";

QString phaseText(const Progress& progress) {
    if (progress.phase == "train") return training_phase;
    if (progress.phase == "evaluate") return "evaluating";
    if (progress.phase == "load") return "loading";
    QString phase = toQString(progress.phase);
    phase.replace("supervised: ", "supervised start, ");
    if (progress.total > 0) phase += QString(" %1/%2").arg(progress.done).arg(progress.total);
    return phase;
}

QString endText(const RunRecord& run, const std::vector<CheckpointRecord>& checkpoints) {
    if (can_resume(run.state) && !checkpoints.empty())
        return QString("can be resumed from step %1").arg(checkpoints.back().step);
    if (can_resume(run.state)) return "cannot be resumed: no checkpoint was saved yet";
    return {};
}

QString editsText(const std::vector<PlannedEdit>& edits) {
    QStringList parts;
    for (const PlannedEdit& edit : edits)
        parts << QString("%1 %2 after step %3")
                     .arg(toQString(edit.key), toQString(edit.value))
                     .arg(edit.step);
    return (edits.size() == 1 ? "One edit is made again: "
                              : QString("%1 edits are made again: ").arg(edits.size())) +
           parts.join("; ");
}

}  // namespace

RunController::RunController(SessionBridge& bridge, Views views, QObject* parent)
    : QObject(parent),
      m_bridge(bridge),
      m_views(views),
      m_feed(bridge),
      m_predictions(bridge, views.train.memory()),
      m_diagnoses(bridge, m_feed, views.train.diagnoses()) {
    connect(&bridge, &SessionBridge::eventReceived, this, &RunController::handle);
    connect(&bridge, &SessionBridge::eventsHandled, this, &RunController::updateTransport);
    connect(&bridge, &SessionBridge::runsChanged, this, &RunController::refreshRuns);
    connect(&bridge, &SessionBridge::commandFailed, this, [this](const QString& message) {
        m_views.messages.showMessage(MessageBar::Kind::error, "That did not work.", message);
    });
    connect(&bridge, &SessionBridge::startFailed, this, [this](const QString& message) {
        updateTransport();
        m_views.messages.showMessage(MessageBar::Kind::error, "The run was not started.", message);
        Q_EMIT startRefused(message);
    });
    connect(&bridge, &SessionBridge::queued, this, [this](const QString& name) {
        m_views.messages.showMessage(MessageBar::Kind::note, {},
                                     name + " waits in the queue, on the left.");
    });
    connect(&m_feed, &RunFeed::loaded, this, &RunController::showDetails);
    connect(&m_feed, &RunFeed::failed, this, [this](const QString& message) {
        m_views.messages.showMessage(MessageBar::Kind::error, "The run cannot be shown.", message);
    });
    connect(&m_feed, &RunFeed::stepDone, this, [this](qint64 step, const Metrics& metrics) {
        m_views.train.append(step, metrics);
        if (m_details && is_update(metrics))
            m_details->record.step = std::max<std::int64_t>(m_details->record.step, step);
        if (is_update(metrics)) Q_EMIT stepDone(step);
    });
    connect(&m_diagnoses, &RunDiagnoses::countChanged, &m_views.train,
            &TrainPage::setDiagnosisCount);
    connect(&m_diagnoses, &RunDiagnoses::draftRequested, this,
            [this](const Settings& settings, const QString& name) { showDraft(settings, name); });
    connect(&m_diagnoses, &RunDiagnoses::problem, this, [this](const QString& message) {
        m_views.messages.showMessage(MessageBar::Kind::error, "That was not changed.", message);
    });
    connect(&m_feed, &RunFeed::marksChanged, &m_views.train, &TrainPage::setMarks);
    connect(&m_feed, &RunFeed::marksChanged, &m_views.settings, &SettingsPanel::setEdits);
    connect(&m_feed, &RunFeed::completionsLoaded, this,
            [this](qint64 step, const std::vector<CompletionRecord>& rows) {
                m_views.train.showCompletions(step, rows, !m_feed.chosenStep());
            });

    TransportBar& transport = m_views.transport;
    connect(&transport, &TransportBar::startRequested, this, &RunController::startDraft);
    connect(&transport, &TransportBar::pauseRequested, this, [this] {
        if (m_active) m_active->pausing = true;
        m_bridge.pause();
        updateTransport();
    });
    connect(&transport, &TransportBar::continueRequested, &bridge, &SessionBridge::goOn);
    connect(&transport, &TransportBar::resumeRequested, this, [this] {
        if (const auto run = shownRun()) resume(*run);
    });
    connect(&transport, &TransportBar::repeatRequested, this, [this] {
        if (const auto run = shownRun()) repeat(*run);
    });
    connect(&transport, &TransportBar::finishRequested, this, [this] {
        m_views.train.setState("Finishing: this step, an evaluation, a checkpoint.");
        m_bridge.finish();
    });
    connect(&transport, &TransportBar::abortRequested, this, &RunController::askToAbort);
    connect(&transport, &TransportBar::stepChosen, this, [this](qint64 step) { chooseStep(step); });
    connect(&transport, &TransportBar::liveRequested, this, &RunController::goLive);
    connect(&m_views.train, &TrainPage::stepChosen, this,
            [this](qint64 step) { chooseStep(step); });
    connect(&m_views.train, &TrainPage::problem, this, [this](const QString& message) {
        m_views.messages.showMessage(MessageBar::Kind::error, {}, message);
    });
    connect(&m_views.settings, &SettingsPanel::editRequested, this, &RunController::edit);
    connect(&m_views.settings, &SettingsPanel::stepChosen, this, &RunController::chooseStep);
    connect(&m_views.settings, &SettingsPanel::settingsChanged, this, [this] {
        m_views.train.updateDraft(m_views.settings.settings());
        m_predictions.showDraft(m_views.settings.settings());
        updateTransport();
    });
    connect(&m_predictions, &RunPredictions::changed, this, &RunController::updateTransport);
    connect(&m_views.train.rewards(), &RewardsPanel::edited, &m_views.settings,
            &SettingsPanel::updateDraft);
}

bool RunController::draftIsSound() const {
    return m_views.settings.isValid() && m_views.train.rewards().unreadable().isEmpty();
}

bool RunController::showsActive() const { return m_active && shownRun() == m_active->run; }

void RunController::showDraft(const Settings& settings, const QString& name,
                              std::vector<PlannedEdit> edits) {
    m_feed.show(std::nullopt);
    m_details.reset();
    m_showsDraft = true;
    m_draftEdits = std::move(edits);
    m_diagnoses.clear();
    m_views.train.showDraft(settings, name);
    if (!m_draftEdits.empty()) m_views.train.setState(editsText(m_draftEdits));
    m_views.settings.showDraft(settings);
    m_predictions.showDraft(settings);
    updateTransport();
    Q_EMIT detailsShown(nullptr);
    Q_EMIT shownChanged(std::nullopt);
}

void RunController::showRun(RunId run) {
    setShown(run);
    Q_EMIT shownChanged(run);
}

void RunController::setShown(RunId run) {
    m_showsDraft = false;
    m_details.reset();
    m_views.train.setShownStep(std::nullopt);
    m_views.transport.setShownStep(std::nullopt);
    m_views.settings.setShownStep(std::nullopt);
    m_feed.show(run);
    updateTransport();
    Q_EMIT stepShown(std::nullopt);
}

QString RunController::shownName() const {
    if (m_showsDraft) return m_views.train.draftName();
    return m_details ? toQString(m_details->record.name) : QString();
}

void RunController::showNothing() {
    m_feed.show(std::nullopt);
    m_details.reset();
    m_showsDraft = false;
    m_diagnoses.clear();
    m_views.train.clear();
    m_views.settings.clear();
    m_predictions.clear();
    updateTransport();
    Q_EMIT detailsShown(nullptr);
    Q_EMIT shownChanged(std::nullopt);
}

void RunController::showDetails(const RunDetails& details) {
    m_details = details;
    const auto folder = m_bridge.workspace() / "runs" / std::to_string(details.record.id);
    m_views.train.showRun(details, folder, showsActive());
    m_views.train.setShownStep(m_feed.chosenStep());
    m_views.settings.showRun(details.settings, showsActive());
    m_views.settings.setEdits(details.edits);
    m_views.settings.setShownStep(m_feed.chosenStep());
    m_predictions.showRun(details.settings);
    if (!details.settingsProblem.isEmpty())
        m_views.messages.showMessage(MessageBar::Kind::error, "The run's settings are not whole.",
                                     details.settingsProblem);
    updateTransport();
    Q_EMIT detailsShown(&details);
}

void RunController::duplicate(RunId run) { showPlan(run, false); }
void RunController::repeat(RunId run) { showPlan(run, true); }

void RunController::showPlan(RunId run, bool withEdits) {
    m_bridge.query(
        this, [run](StoreReader& reader) { return plan_of(reader, run); },
        [this, withEdits](const Result<RunPlan>& plan) {
            if (plan.ok())
                showDraft(plan->settings, toQString(plan->name),
                          withEdits ? plan->edits : std::vector<PlannedEdit>());
            else
                m_views.messages.showMessage(MessageBar::Kind::error, "The run cannot be repeated.",
                                             toQString(plan.error().message));
        });
}

void RunController::startDraft() {
    if (m_showsDraft && draftIsSound())
        begin(m_views.settings.settings(), m_views.train.draftName(), m_draftEdits);
}

void RunController::start(const Settings& settings, const QString& name) {
    begin(settings, name, {});
}

void RunController::begin(const Settings& settings, const QString& name,
                          const std::vector<PlannedEdit>& edits) {
    m_views.messages.clear();
    if (m_bridge.activeRun())
        m_bridge.enqueue(settings, name, edits);
    else
        m_bridge.start(settings, name, edits);
    updateTransport();
}

void RunController::resume(RunId run) {
    m_views.messages.clear();
    m_bridge.resume(run);
    updateTransport();
}

void RunController::refreshRuns() {
    m_bridge.query(
        this, [](StoreReader& reader) { return reader.runs(RunScope::all); },
        [this](Result<std::vector<RunRecord>> runs) {
            if (!runs.ok()) {
                m_views.messages.showMessage(MessageBar::Kind::error, "The runs cannot be read.",
                                             toQString(runs.error().message));
                return;
            }
            m_views.runs.setRuns(std::move(runs).value());
            if (const auto shown = m_details ? m_views.runs.run(m_details->record.id)
                                             : std::optional<RunRecord>()) {
                m_details->record.name = shown->name;
                m_details->record.note = shown->note;
                m_views.train.showNames(*shown);
            }
            Q_EMIT runsRead();
        });
}

void RunController::goLive() { chooseStep(std::nullopt); }

void RunController::chooseStep(std::optional<std::int64_t> step) {
    if (!shownRun()) return;
    if (step && m_details) step = std::min(*step, m_details->record.step);
    m_views.train.setShownStep(step);
    m_views.transport.setShownStep(step);
    m_views.settings.setShownStep(step);
    m_feed.chooseStep(step);
    Q_EMIT stepShown(step);
}

void RunController::edit(const QString& key, const QString& value, const QString& reason) {
    const Status status = m_bridge.edit(toStd(key), toStd(value), toStd(reason));
    if (!status) m_views.settings.showProblem(toStd(key), toQString(status.error().message));
}

void RunController::askToAbort() {
    if (!m_active) return;
    m_views.messages.showMessage(
        MessageBar::Kind::note, QString("Abort run %1?").arg(m_active->run),
        "It ends at once. Its curves and completions stay; steps since the last checkpoint cannot "
        "be gone on from." +
            QString(m_bridge.queueState().waiting > 0 && !m_bridge.queueState().held
                        ? " Then the next run of the queue starts."
                        : ""),
        {{"Abort the run", [this] { m_bridge.abort(); }}});
}

void RunController::handle(const Event& event) {
    m_views.runs.apply(event);
    if (const auto* started = std::get_if<RunStarted>(&event)) {
        handleStart(*started);
    } else if (const auto* ended = std::get_if<RunEnded>(&event)) {
        handleEnd(*ended);
    } else if (m_active) {
        if (const auto* progress = std::get_if<Progress>(&event)) {
            m_active->phase = phaseText(*progress);
            m_active->secondsLeft = progress->seconds_left;
            if (progress->tokens_per_second > 0)
                m_active->tokensPerSecond = progress->tokens_per_second;
        } else if (const auto* step = std::get_if<StepDone>(&event)) {
            if (is_update(step->metrics)) m_active->step = step->step;
            if (step->total_steps > 0) m_active->totalSteps = step->total_steps;
        } else if (const auto* paused = std::get_if<RunPaused>(&event)) {
            m_active->pausing = false;
            m_active->paused = true;
            m_active->pauseReason = toQString(paused->reason);
            if (!paused->reason.empty())
                m_views.messages.showMessage(MessageBar::Kind::error, "The run has paused.",
                                             toQString(paused->reason));
        } else if (std::holds_alternative<RunContinued>(event)) {
            m_active->pausing = m_active->paused = false;
        } else if (const auto* edited = std::get_if<SettingEdited>(&event)) {
            if (showsActive()) m_views.settings.applyEdit(edited->edit);
        }
    }
}

void RunController::handleStart(const RunStarted& started) {
    m_active = Active{.run = started.run, .step = started.step, .totalSteps = started.total_steps};
    refreshRuns();
    const bool awaited = std::exchange(m_awaitsQueue, false);
    if (shownRun() == started.run) return;
    if (!started.queued || awaited) {
        showRun(started.run);
    } else if (shownRun() == m_lastActive && !m_showsDraft) {
        // Nobody asked for it just now: a page that the user is on stays.
        setShown(started.run);
        Q_EMIT shownFollowed(started.run);
    }
}

void RunController::handleEnd(const RunEnded& ended) {
    m_active.reset();
    m_lastActive = ended.run;
    refreshRuns();
    m_views.messages.clear();
    if (ended.state == RunState::failed)
        m_views.messages.showMessage(MessageBar::Kind::error,
                                     QString("Run %1 failed.").arg(ended.run),
                                     toQString(ended.message));
    else if (!ended.message.empty())
        m_views.messages.showMessage(MessageBar::Kind::note,
                                     QString("Run %1 has ended.").arg(ended.run),
                                     toQString(ended.message));
}

Remedies RunController::remedies() const {
    if (m_bridge.isReadOnly()) return Remedies::none;
    if (showsActive()) return Remedies::live;
    const bool resumable =
        m_details && can_resume(m_details->record.state) && !m_details->checkpoints.empty();
    return resumable && !m_active ? Remedies::resume : Remedies::newRun;
}

void RunController::updateTransport() {
    TransportBar& transport = m_views.transport;
    m_diagnoses.setRemedies(remedies());
    transport.setNote({});
    if (m_bridge.isStarting()) {
        transport.setState(TransportState::starting);
        transport.setPhase("checking settings and files");
    } else if (m_showsDraft) {
        transport.setState(!draftIsSound() || m_bridge.isReadOnly() ? TransportState::nothing
                           : m_active                               ? TransportState::queueable
                                                                    : TransportState::draft);
        transport.setPhase(m_bridge.isReadOnly() ? "this workspace is read-only"
                           : draftIsSound()      ? "ready to start"
                                                 : "settings have problems");
        transport.setNote(m_active ? QString("run %1 is still going on").arg(m_active->run)
                                   : m_predictions.summary());
    } else if (showsActive()) {
        const Active& active = *m_active;
        transport.setState(active.paused    ? TransportState::paused
                           : active.pausing ? TransportState::pausing
                                            : TransportState::running);
        transport.setPhase(active.paused ? "paused" : active.phase);
        transport.setSteps(active.step, active.totalSteps);
        transport.setTimeLeft(active.paused ? -1 : active.secondsLeft);
        transport.setSpeed(active.paused ? 0 : active.tokensPerSecond);
        // Of a phase the time left is that of the phase alone.
        const bool training = !active.paused && active.phase == training_phase;
        m_views.train.memory().setTimeLeft(training ? active.secondsLeft : -1);
        if (active.pausing) transport.setNote("pausing after this step");
        if (active.paused && !active.pauseReason.isEmpty()) transport.setNote(active.pauseReason);
        m_views.train.setState(active.paused ? "paused" : active.phase);
    } else if (m_details) {
        const RunRecord& run = m_details->record;
        const bool resumable =
            can_resume(run.state) && !m_details->checkpoints.empty() && !m_bridge.isReadOnly();
        transport.setState(resumable && !m_active ? TransportState::resumable
                                                  : TransportState::ended);
        transport.setPhase(toQString(to_string(run.state)));
        transport.setSteps(run.step, run.total_steps);
        transport.setNote(endText(run, m_details->checkpoints));
        m_views.train.memory().setTimeLeft(-1);
        m_views.train.setState(
            run.message.empty() ? stateText(run) : stateText(run) + ": " + toQString(run.message));
    } else {
        transport.setState(TransportState::nothing);
        transport.setPhase({});
    }
}

}  // namespace plumb::ui
