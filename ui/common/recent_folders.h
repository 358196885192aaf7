// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace plumb::ui {

// Folders that were opened last, the newest first; kept over restarts. The one that is remembered
// is the newest from then on.

QStringList recentWorkspaces();
void rememberWorkspace(const QString& folder);

QStringList recentModels();
void rememberModel(const QString& folder);

}  // namespace plumb::ui
