// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/start_page.h"

#include <QPushButton>
#include <QSignalSpy>

#include "common/text.h"
#include "config/presets.h"
#include "test_main.h"

using namespace plumb;
using namespace plumb::ui;

class TestStartPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_preset_is_one_click_away() {
        StartPage page;
        for (const Preset& preset : presets()) {
            const QString name = toQString(preset.name);
            auto* button = page.findChild<QPushButton*>("card:" + name);
            if (!button) button = page.findChild<QPushButton*>("preset:" + name);
            if (!button) {
                for (auto* other : page.findChildren<QPushButton*>())
                    if (other->objectName().endsWith(":" + name)) button = other;
            }
            QVERIFY2(button, preset.name.c_str());
            QSignalSpy chosen(&page, &StartPage::presetChosen);
            button->click();
            QCOMPARE(chosen.size(), 1);
            QCOMPARE(chosen.front().front().toString(), name);
        }
    }

    void the_cards_are_those_of_the_question() {
        StartPage page;
        for (const char* name :
             {"grpo-arithmetic", "ppo-reviews", "ppo-reviews-hacked", "dpo-reviews"})
            QVERIFY2(page.findChild<QPushButton*>(QString("card:") + name), name);
        QVERIFY(!page.findChild<QPushButton*>("card:rloo-arithmetic"));
    }
};

PLUMB_REGISTER_TEST(TestStartPage)
#include "start_page_test.moc"
