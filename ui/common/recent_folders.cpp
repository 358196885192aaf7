// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/recent_workspaces.h"

#include <QSettings>

namespace plumb::ui {
namespace {

constexpr const char* key = "workspaces/recent";
constexpr qsizetype most_kept = 6;

}  // namespace

QStringList recentWorkspaces() { return QSettings().value(key).toStringList(); }

void rememberWorkspace(const QString& folder) {
    QStringList all = recentWorkspaces();
    all.removeAll(folder);
    all.prepend(folder);
    QSettings().setValue(key, QStringList(all.mid(0, most_kept)));
}

}  // namespace plumb::ui
