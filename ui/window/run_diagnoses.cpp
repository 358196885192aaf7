// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/run_diagnoses.h"

#include <variant>

#include "common/text.h"
#include "config/fields.h"
#include "widgets/diagnoses_panel.h"

namespace plumb::ui {

RunDiagnoses::RunDiagnoses(SessionBridge& bridge, RunFeed& feed, DiagnosesPanel& panel,
                           QObject* parent)
    : QObject(parent), m_bridge(bridge), m_panel(panel) {
    connect(&feed, &RunFeed::loaded, this, &RunDiagnoses::showRun);
    connect(&feed, &RunFeed::stepDone, this, [this](qint64 step, const Metrics& metrics) {
        m_feed.append(step, metrics, m_run ? m_run->total_steps : 0);
    });
    connect(&bridge, &SessionBridge::eventReceived, this, &RunDiagnoses::handle);
    connect(&m_feed, &DiagnosisFeed::changed, &m_panel, &DiagnosesPanel::setDiagnoses);
    connect(&m_feed, &DiagnosisFeed::changed, this,
            [this] { Q_EMIT countChanged(m_panel.count()); });
    connect(&m_panel, &DiagnosesPanel::editRequested, this, &RunDiagnoses::edit);
    connect(&m_panel, &DiagnosesPanel::resumeRequested, this, &RunDiagnoses::resume);
    connect(&m_panel, &DiagnosesPanel::newRunRequested, this, &RunDiagnoses::draft);
}

void RunDiagnoses::clear() {
    m_run.reset();
    m_feed.show(nullptr);
}

void RunDiagnoses::setRemedies(Remedies remedies) { m_panel.setRemedies(remedies); }

void RunDiagnoses::showRun(const RunDetails& details) {
    m_run = details.record;
    m_settings = details.settings;
    m_feed.show(details.watch);
}

void RunDiagnoses::handle(const Event& event) {
    const auto* edited = std::get_if<SettingEdited>(&event);
    if (!edited || !m_run || edited->run != m_run->id) return;
    m_feed.edit(edited->edit.key, edited->edit.new_value);
    if (const Status set = set_field(edited->edit.key, m_settings, edited->edit.new_value); !set)
        Q_EMIT problem(toQString(set.error().message));
}

void RunDiagnoses::edit(const Suggestion& suggestion, const QString& reason) {
    for (const SettingChange& change : suggestion.changes)
        if (const Status done = m_bridge.edit(change.key, change.new_value, toStd(reason)); !done) {
            Q_EMIT problem(toQString(done.error().message));
            return;
        }
}

void RunDiagnoses::resume(const Suggestion& suggestion, const QString& reason) {
    if (m_run) m_bridge.resumeWith(m_run->id, suggestion.changes, toStd(reason));
}

void RunDiagnoses::draft(const Suggestion& suggestion) {
    if (!m_run) return;
    Settings settings = m_settings;
    for (const SettingChange& change : suggestion.changes)
        if (const Status set = set_field(change.key, settings, change.new_value); !set) {
            Q_EMIT problem(toQString(set.error().message));
            return;
        }
    Q_EMIT draftRequested(settings, toQString(m_run->name));
}

}  // namespace plumb::ui
