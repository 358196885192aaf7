// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/run_commands.h"

#include <algorithm>

#include <QInputDialog>

#include "common/shortcuts.h"
#include "common/text.h"
#include "session/run_plan.h"
#include "widgets/message_bar.h"
#include "widgets/note_dialog.h"
#include "window/run_controller.h"
#include "window/run_export.h"
#include "window/run_overlays.h"

namespace plumb::ui {
namespace {

QString nameOf(const RunRecord& run) {
    return QString("run %1, %2").arg(run.id).arg(toQString(run.name));
}

QString usersText(const RunUsers& users) {
    constexpr std::size_t most_named = 4;
    QStringList all;
    for (const RunRecord& run : users.runs) all << nameOf(run);
    for (const QueuedRun& run : users.queued) all << toQString(run.name) + " in the queue";
    QString text = all.first(std::min<qsizetype>(all.size(), most_named)).join("; ");
    if (all.size() > qsizetype(most_named))
        text += QString("; and %1 more").arg(all.size() - qsizetype(most_named));
    return text;
}

}  // namespace

RunCommands::RunCommands(Parts parts, QWidget* window)
    : QObject(window), m_parts(parts), m_window(window) {
    connect(&parts.bridge, &SessionBridge::eventReceived, this, [this](const Event& event) {
        const auto* removed = std::get_if<RunRemoved>(&event);
        if (!removed) return;
        if (!removed->problem.empty())
            m_parts.messages.showMessage(MessageBar::Kind::error,
                                         QString("Run %1 was not removed.").arg(removed->run),
                                         toQString(removed->problem));
        m_parts.controller.refreshRuns();
    });
}

QString RunCommands::names(const std::vector<RunId>& runs) const {
    if (runs.size() > 1) return QString("%1 runs").arg(runs.size());
    const auto run = m_parts.runs.run(runs.front());
    return run ? nameOf(*run) : QString("run %1").arg(runs.front());
}

void RunCommands::perform(RunAction action, const std::vector<RunId>& runs) {
    const auto change = [&](auto command) {
        m_parts.bridge.change(
            this, [runs, command](Session& session) { return command(session.store(), runs); });
    };
    const auto exported = [&](RunExport what) {
        std::vector<RunRecord> records;
        for (const RunId id : runs)
            if (auto run = m_parts.runs.run(id)) records.push_back(std::move(*run));
        exportRuns(m_window, m_parts.bridge.workspace(), records, what,
                   [this](bool ok, const QString& text) {
                       m_parts.messages.showMessage(
                           ok ? MessageBar::Kind::note : MessageBar::Kind::error, {}, text);
                   });
    };
    if (runs.empty() && action != RunAction::undo) return;
    switch (action) {
        case RunAction::open: m_parts.controller.showRun(runs.front()); break;
        case RunAction::overlay: m_parts.overlays.toggle(runs); break;
        case RunAction::compare: Q_EMIT compareRequested(runs); break;
        case RunAction::duplicate: m_parts.controller.duplicate(runs.front()); break;
        case RunAction::repeat: m_parts.controller.repeat(runs.front()); break;
        case RunAction::resume: resume(runs); break;
        case RunAction::rename: rename(runs.front()); break;
        case RunAction::note: editNote(runs.front()); break;
        case RunAction::archive:
            change([](Store& store, const auto& ids) { return store.archive_runs(ids, true); });
            break;
        case RunAction::unarchive:
            change([](Store& store, const auto& ids) { return store.archive_runs(ids, false); });
            break;
        case RunAction::exportMetrics: exported(RunExport::metrics); break;
        case RunAction::exportSettings: exported(RunExport::settings); break;
        case RunAction::exportModel: exportModel(runs.front()); break;
        case RunAction::remove: askToDelete(runs); break;
        case RunAction::restore: restore(runs); break;
        case RunAction::purge: askToPurge(runs); break;
        case RunAction::undo: restore(std::exchange(m_lastDeleted, {})); break;
    }
}

void RunCommands::setShade(const std::vector<RunId>& runs, int shade) {
    m_parts.bridge.change(
        this, [runs, shade](Session& session) { return session.store().set_shade(runs, shade); });
}

void RunCommands::rename(RunId id) {
    const auto run = m_parts.runs.run(id);
    if (!run) return;
    auto* dialog = new QInputDialog(m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName("renameDialog");
    dialog->setWindowTitle("Rename run");
    dialog->setLabelText(QString("Name of run %1").arg(id));
    dialog->setTextValue(toQString(run->name));
    connect(dialog, &QInputDialog::textValueSelected, this, [this, id](const QString& text) {
        const std::string name = toStd(text.trimmed());
        if (name.empty()) return;
        m_parts.bridge.change(
            this, [id, name](Session& session) { return session.store().rename_run(id, name); });
    });
    dialog->open();
}

void RunCommands::editNote(RunId id) {
    const auto run = m_parts.runs.run(id);
    if (!run || m_parts.bridge.isReadOnly()) return;
    auto* dialog = new NoteDialog(nameOf(*run), toQString(run->note), m_window);
    connect(dialog, &NoteDialog::saved, this, [this, id](const QString& text) {
        m_parts.bridge.change(this, [id, note = toStd(text)](Session& session) {
            return session.store().set_note(id, note);
        });
    });
    dialog->open();
}

void RunCommands::resume(const std::vector<RunId>& runs) {
    std::vector<RunId> waiting = runs;
    if (!m_parts.bridge.activeRun()) {
        m_parts.controller.resume(waiting.front());
        waiting.erase(waiting.begin());
    }
    if (waiting.empty()) return;
    m_parts.bridge.change(
        this,
        [waiting](Session& session) -> Status {
            for (const RunId id : waiting) {
                const auto added = session.enqueue_resume(id);
                if (!added) return added.error();
            }
            return {};
        },
        [this, waiting] {
            m_parts.messages.showMessage(
                MessageBar::Kind::note, {},
                "To go on after the run before: " + names(waiting) + ", in the queue.");
        });
}

void RunCommands::askToDelete(const std::vector<RunId>& runs) {
    m_parts.bridge.query(
        this, [runs](StoreReader& reader) { return users_of(reader, runs); },
        [this, runs](const Result<RunUsers>& users) {
            if (users.ok() && users->runs.empty() && users->queued.empty()) {
                deleteRuns(runs);
                return;
            }
            m_parts.messages.showMessage(
                users.ok() ? MessageBar::Kind::note : MessageBar::Kind::error,
                "Delete " + names(runs) + "?",
                users.ok() ? "It is the model of others, which cannot be started or repeated "
                             "without it: " +
                                 usersText(*users) + "."
                           : toQString(users.error().message),
                {{"Delete", [this, runs] { deleteRuns(runs); }}});
        });
}

void RunCommands::deleteRuns(const std::vector<RunId>& runs) {
    const QString what = names(runs);
    m_parts.bridge.change(
        this, [runs](Session& session) { return session.store().delete_runs(runs); },
        [this, runs, what] {
            m_lastDeleted = runs;
            const auto shown = m_parts.controller.shownRun();
            if (shown && std::ranges::find(runs, *shown) != runs.end())
                m_parts.controller.showNothing();
            m_parts.messages.showMessage(
                MessageBar::Kind::note, "Deleted: " + what + ".",
                "For a day it can be brought back, also by View, Show deleted runs.",
                {{"Undo  " + keyText("runUndo"), [this] { perform(RunAction::undo, {}); }}});
        });
}

void RunCommands::restore(const std::vector<RunId>& runs) {
    if (runs.empty()) return;
    m_parts.bridge.change(
        this, [runs](Session& session) { return session.store().undelete_runs(runs); },
        [this] { m_parts.messages.clear(); });
}

void RunCommands::askToPurge(const std::vector<RunId>& runs) {
    m_parts.messages.showMessage(
        MessageBar::Kind::note, "Remove " + names(runs) + " for good?",
        "Curves, completions, checkpoints and log are taken away and cannot be brought back.",
        {{"Remove for good", [this, runs] { m_parts.bridge.removeRuns(runs); }}});
}

}  // namespace plumb::ui
