// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace plumb::ui {

/// Folders of the workspaces that were opened last, the newest first; kept over restarts.
QStringList recentWorkspaces();
/// It is the newest from now on.
void rememberWorkspace(const QString& folder);

}  // namespace plumb::ui
