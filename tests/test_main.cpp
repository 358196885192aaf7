// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_main.h"

#include <QCoreApplication>

#include "test_child.h"

int main(int argc, char** argv) {
    if (const auto status = run_child(argc, argv)) return *status;
    QCoreApplication application(argc, argv);
    int failures = 0;
    for (const auto& make : test_classes()) failures += QTest::qExec(make().get(), argc, argv);
    return failures == 0 ? 0 : 1;
}
