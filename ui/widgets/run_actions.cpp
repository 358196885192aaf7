// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_actions.h"

#include <algorithm>
#include <functional>

#include <QAction>
#include <QActionGroup>
#include <QMenu>
#include <QPainter>
#include <QPixmap>
#include <QWidget>

#include "analysis/colours.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

QIcon shadeIcon(const std::string& algorithm, std::int64_t shade, const QWidget& widget) {
    constexpr int size = 14;
    const qreal ratio = widget.devicePixelRatioF();
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(runColour(algorithm, shade, widget.palette()));
    painter.drawRoundedRect(QRectF(1, 1, size - 2, size - 2), 2, 2);
    return pixmap;
}

QString shadeText(std::string_view name) {
    if (name == shade_names.front()) return "As the algorithm";
    const QString text = toQString(name);
    return text.left(1).toUpper() + text.mid(1);
}

}  // namespace

RunActions::RunActions(QWidget* list) : QObject(list), m_list(list) {
    add(RunAction::open, "runOpen", "Open");
    add(RunAction::overlay, "runOverlay", "Lay over the charts");
    add(RunAction::compare, "runCompare", "Compare");
    add(RunAction::duplicate, "runDuplicate", "New run with these settings");
    add(RunAction::repeat, "runRepeat", "Repeat with its edits");
    add(RunAction::resume, "runResume", "Resume from the last checkpoint");
    add(RunAction::rename, "runRename", "Rename...");
    add(RunAction::note, "runNoteAction", "Note...");
    add(RunAction::archive, "runArchive", "Archive");
    add(RunAction::unarchive, "runUnarchive", "Take out of the archive");
    add(RunAction::exportMetrics, "runExportMetrics", "Export metrics as CSV...");
    add(RunAction::exportSettings, "runExportSettings", "Export settings as YAML...");
    add(RunAction::exportModel, "runExportModel", "Export model...");
    add(RunAction::remove, "runDelete", "Delete");
    add(RunAction::restore, "runRestore", "Restore");
    add(RunAction::purge, "runPurge", "Remove for good...");
    add(RunAction::undo, "runUndo", "Undo delete");
    update({}, false, false);
}

void RunActions::add(RunAction action, const char* name, const QString& text) {
    auto* made = new QAction(text, this);
    made->setObjectName(name);
    made->setShortcut(keysOf(name));
    made->setShortcutContext(Qt::WidgetShortcut);
    connect(made, &QAction::triggered, this, [this, action] { Q_EMIT triggered(action); });
    m_list->addAction(made);
    m_actions[action] = made;
}

void RunActions::update(const std::vector<RunRecord>& chosen, bool overlaid, bool readOnly) {
    m_chosen = chosen;
    m_readOnly = readOnly;
    const auto all = [&](auto holds) {
        return !chosen.empty() && std::ranges::all_of(chosen, holds);
    };
    const auto any = [&](auto holds) { return std::ranges::any_of(chosen, holds); };
    const auto deleted = [](const RunRecord& run) { return run.deleted_ms != 0; };
    const bool kept = !chosen.empty() && !any(deleted), one = chosen.size() == 1;
    const auto allow = [&](RunAction action, bool possible) {
        m_actions.at(action)->setEnabled(possible);
    };
    allow(RunAction::open, one);
    allow(RunAction::overlay, kept);
    allow(RunAction::compare, kept);
    m_actions.at(RunAction::overlay)
        ->setText(overlaid ? "Take off the charts" : "Lay over the charts");
    allow(RunAction::duplicate, one);
    allow(RunAction::repeat, one);
    allow(RunAction::resume,
          kept && !readOnly && all([](const RunRecord& run) { return can_resume(run.state); }));
    allow(RunAction::rename, kept && one && !readOnly);
    allow(RunAction::note, kept && one && !readOnly);
    allow(RunAction::archive,
          kept && !readOnly && any([](const RunRecord& run) { return !run.archived; }));
    allow(RunAction::unarchive, kept && !readOnly && any(std::mem_fn(&RunRecord::archived)));
    allow(RunAction::exportMetrics, kept);
    allow(RunAction::exportSettings, kept);
    allow(RunAction::exportModel,
          kept && one && all([](const RunRecord& run) { return run.step > 0; }));
    allow(RunAction::remove,
          kept && !readOnly && all([](const RunRecord& run) { return is_over(run.state); }));
    const bool back = !readOnly && all([](const RunRecord& run) { return run.deleted_ms > 0; });
    allow(RunAction::restore, back);
    allow(RunAction::purge, back);
    allow(RunAction::undo, !readOnly);
}

void RunActions::addShades(QMenu* menu) {
    auto* group = new QActionGroup(menu);
    const std::int64_t now = m_chosen.front().shade;
    const bool same =
        std::ranges::all_of(m_chosen, [&](const RunRecord& run) { return run.shade == now; });
    for (std::size_t i = 0; i < shade_names.size(); ++i) {
        const int shade = static_cast<int>(i);
        QAction* action = menu->addAction(shadeIcon(m_chosen.front().algorithm, shade, *m_list),
                                          shadeText(shade_names[i]), this,
                                          [this, shade] { Q_EMIT shadeChosen(shade); });
        action->setObjectName(QString("shade%1").arg(shade));
        action->setCheckable(true);
        action->setChecked(same && now == shade);
        group->addAction(action);
    }
}

QMenu* RunActions::makeMenu(QWidget* parent) {
    auto* menu = new QMenu(parent);
    menu->setObjectName("runMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const bool deleted = !m_chosen.empty() && m_chosen.front().deleted_ms != 0;
    const auto group = [&](std::initializer_list<RunAction> actions) {
        if (!menu->isEmpty()) menu->addSeparator();
        for (const RunAction action : actions) menu->addAction(m_actions.at(action));
    };
    group({RunAction::open});
    if (!deleted) {
        menu->addAction(m_actions.at(RunAction::overlay));
        menu->addAction(m_actions.at(RunAction::compare));
    }
    if (deleted) {
        group({RunAction::restore, RunAction::purge});
        return menu;
    }
    group({RunAction::duplicate, RunAction::repeat, RunAction::resume});
    group({RunAction::rename, RunAction::note});
    QMenu* shades = menu->addMenu("Colour");
    shades->setObjectName("runShades");
    shades->setEnabled(!m_chosen.empty() && !m_readOnly);
    if (!m_chosen.empty()) addShades(shades);
    const bool archived = std::ranges::all_of(m_chosen, std::mem_fn(&RunRecord::archived));
    menu->addAction(m_actions.at(archived ? RunAction::unarchive : RunAction::archive));
    group({RunAction::exportMetrics, RunAction::exportSettings, RunAction::exportModel});
    group({RunAction::remove});
    return menu;
}

}  // namespace plumb::ui
