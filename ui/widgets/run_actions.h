// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include <QObject>

#include "store/records.h"

class QAction;
class QMenu;
class QWidget;

namespace plumb::ui {

/// What can be done with runs of the list.
enum class RunAction {
    open,
    overlay,    ///< lay over the charts of the shown run, or take off
    compare,    ///< beside each other, on the Compare page
    duplicate,  ///< a draft with the settings
    repeat,     ///< the same with the edits that were made
    resume,
    rename,
    note,
    archive,
    unarchive,
    exportMetrics,
    exportSettings,
    exportModel,
    remove,   ///< delete; can be undone
    restore,  ///< bring a deleted one back
    purge,    ///< take a deleted one away for good
    undo,     ///< of the last delete
};

/// The actions on the chosen runs with their keys, as a menu and as shortcuts of the list.
class RunActions : public QObject {
    Q_OBJECT

public:
    /// The shortcuts hold while the list has the keyboard.
    explicit RunActions(QWidget* list);

    /// What of it is possible with these runs. overlaid: all of them lie over the charts.
    void update(const std::vector<RunRecord>& chosen, bool overlaid, bool readOnly);
    /// Of those that fit the runs; deletes itself when it closes.
    QMenu* makeMenu(QWidget* parent);

Q_SIGNALS:
    void triggered(plumb::ui::RunAction action);
    void shadeChosen(int shade);

private:
    /// name: its id in the table of shortcuts.
    void add(RunAction action, const char* name, const QString& text);
    void addShades(QMenu* menu);

    QWidget* m_list;
    std::map<RunAction, QAction*> m_actions;
    std::vector<RunRecord> m_chosen;
    bool m_readOnly = false;
};

}  // namespace plumb::ui
