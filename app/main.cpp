// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>

#include "common/theme.h"

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    plumb::ui::applyTheme(application, plumb::ui::ThemeChoice::dark);
    return 0;
}
