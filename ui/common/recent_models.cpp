// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/recent_models.h"

#include <QSettings>

namespace plumb::ui {
namespace {

constexpr const char* key = "models/recent";
constexpr qsizetype most_kept = 8;

}  // namespace

QStringList recentModels() { return QSettings().value(key).toStringList(); }

void rememberModel(const QString& folder) {
    QStringList all = recentModels();
    all.removeAll(folder);
    all.prepend(folder);
    QSettings().setValue(key, QStringList(all.mid(0, most_kept)));
}

}  // namespace plumb::ui
