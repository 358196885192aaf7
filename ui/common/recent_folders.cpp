// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/recent_folders.h"

#include <QSettings>

namespace plumb::ui {
namespace {

struct RecentList {
    const char* key;  ///< in the settings of the program
    qsizetype most;
};

constexpr RecentList workspaces{"workspaces/recent", 6}, models{"models/recent", 8};

QStringList foldersOf(const RecentList& list) { return QSettings().value(list.key).toStringList(); }

void remember(const RecentList& list, const QString& folder) {
    QStringList all = foldersOf(list);
    all.removeAll(folder);
    all.prepend(folder);
    QSettings().setValue(list.key, QStringList(all.mid(0, list.most)));
}

}  // namespace

QStringList recentWorkspaces() { return foldersOf(workspaces); }
void rememberWorkspace(const QString& folder) { remember(workspaces, folder); }

QStringList recentModels() { return foldersOf(models); }
void rememberModel(const QString& folder) { remember(models, folder); }

}  // namespace plumb::ui
