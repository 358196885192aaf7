// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/words.h"

#include "test_main.h"

using namespace plumb;

class TestWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void one_has_no_s() {
        QCOMPARE(counted(1, "run"), std::string("1 run"));
        QCOMPARE(counted(0, "run"), std::string("0 runs"));
        QCOMPARE(counted(3, "seed"), std::string("3 seeds"));
    }

    void letters_alone_become_capitals() {
        QCOMPARE(upper_case("online dpo 2, ä"), std::string("ONLINE DPO 2, ä"));
    }
};

PLUMB_REGISTER_TEST(TestWords)
#include "words_test.moc"
