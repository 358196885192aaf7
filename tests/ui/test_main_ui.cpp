// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_child.h"
#include "test_main.h"

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

#include "common/theme.h"

int main(int argc, char** argv) {
    if (const auto status = run_child(argc, argv)) return *status;
    QApplication application(argc, argv);
    QApplication::setOrganizationName("plumbline-test");
    QApplication::setApplicationName("plumbline-test");
    // Programs that run at the same time must not share what the window keeps, nor touch the
    // user's.
    const QTemporaryDir kept;
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, kept.path());
    plumb::ui::applyTheme(application, plumb::ui::ThemeChoice::light);
    int failures = 0;
    for (const auto& make : test_classes()) failures += QTest::qExec(make().get(), argc, argv);
    return failures == 0 ? 0 : 1;
}
