// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace plumb::ui {

/// Folders of the models that were looked at last, the newest first; kept over restarts.
QStringList recentModels();
/// It is the newest from now on.
void rememberModel(const QString& folder);

}  // namespace plumb::ui
