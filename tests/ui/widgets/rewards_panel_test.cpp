// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rewards_panel.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

#include "config/presets.h"
#include "core/reward/own_reward_helpers.h"
#include "test_main.h"
#include "widgets/reward_list.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

const char* const example_program = PLUMBLINE_SOURCE_DIR "/plugins/python-example/politeness.py";

/// The panel with a draft behind it, as a page has it.
struct Shown {
    TemporaryFolder folder;
    Settings settings = *preset_settings("grpo-arithmetic-smoke");
    RewardsPanel panel;
    int edits = 0;
    Shown() {
        panel.resize(760, 420);
        panel.show();
        QObject::connect(&panel, &RewardsPanel::edited, [this](const Settings& edited) {
            ++edits;
            settings = edited;
            panel.updateDraft(settings);
        });
        panel.showDraft(settings);
    }
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = panel.findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    QString text(const QString& label) {
        auto* found = find<QLabel>(label);
        return found->isHidden() ? QString() : found->text();
    }
    void add(const std::string& entry) {
        panel.findChild<RewardList*>()->add({QString::fromStdString(entry)});
    }
    void type(const QString& editor, const QString& text) {
        auto* line = find<QLineEdit>(editor);
        line->selectAll();
        QTest::keyClicks(line, text);
        QTest::keyClick(line, Qt::Key_Return);
    }
    QStringList rows() {
        QStringList names;
        for (const QFrame* row : panel.findChildren<QFrame*>())
            if (row->objectName().startsWith("reward:")) names << row->objectName().mid(7);
        return names;
    }
};

}  // namespace

class TestRewardsPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_reward_that_a_run_takes_by_itself_is_shown() {
        Shown shown;
        QVERIFY(shown.settings.reward_funcs.empty());
        QCOMPARE(shown.rows(), QStringList{"arithmetic"});
        QCOMPARE(shown.text("rewardKind:arithmetic"), "rule");
        QVERIFY(shown.find<QToolButton>("removeReward:arithmetic")->isHidden());
        shown.type("weight:arithmetic", "2");
        QVERIFY(shown.settings.reward_funcs.empty());
        QCOMPARE(shown.settings.reward_weights, std::vector<double>{2});
        // Named beside another it stays, with its weight.
        shown.add("ended");
        QCOMPARE(shown.settings.reward_funcs, (std::vector<std::string>{"arithmetic", "ended"}));
        QCOMPARE(shown.settings.reward_weights, (std::vector<double>{2, 1}));
    }

    void built_in_functions_come_from_the_menu() {
        Shown shown;
        auto* menu = shown.find<QMenu>("addRewardMenu");
        Q_EMIT menu->aboutToShow();
        auto* action = shown.find<QAction>("addReward:keywords");
        QVERIFY(action->text().contains("different keywords"));
        QVERIFY(!shown.find<QAction>("addReward:reviews")->isEnabled());
        QVERIFY(!shown.find<QAction>("addReward:arithmetic")->isEnabled());
        action->trigger();
        QCOMPARE(shown.rows(), (QStringList{"arithmetic", "keywords"}));
        QVERIFY(shown.text("error:reward_keywords").contains("reward_keywords"));
        shown.type("field:reward_keywords", "please, thanks");
        QCOMPARE(shown.settings.reward_keywords, (std::vector<std::string>{"please", "thanks"}));
        QCOMPARE(shown.text("error:reward_keywords"), "");
        shown.find<QToolButton>("removeReward:arithmetic")->click();
        QCOMPARE(shown.settings.reward_funcs, std::vector<std::string>{"keywords"});
    }

    void own_files_are_dropped() {
        Shown shown;
        auto* list = shown.panel.findChild<RewardList*>();
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(example_program),
                      QUrl::fromLocalFile(PLUMBLINE_EXAMPLE_PLUGIN)});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(list, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(list, &drop);
        QCOMPARE(shown.settings.reward_funcs,
                 (std::vector<std::string>{"arithmetic", example_program, PLUMBLINE_EXAMPLE_PLUGIN}));
        QCOMPARE(shown.text("rewardKind:politeness"), "program");
        QCOMPARE(shown.text("rewardKind:sentence_length"), "plug-in");
        shown.type("field:reward_timeout", "7");
        QCOMPARE(shown.settings.reward_timeout, 7.0);
        shown.type("weight:politeness", "-0.5");
        QCOMPARE(shown.settings.reward_weights, (std::vector<double>{1, -0.5, 1}));
        // Dropped again it is there already.
        QCoreApplication::sendEvent(list, &drop);
        QCOMPARE(shown.settings.reward_funcs.size(), 3u);
    }

    void what_the_settings_hold_stays() {
        Shown shown;
        shown.settings.reward_funcs = {"/own/second.py", "ended", "/own/first.so"};
        shown.settings.reward_weights = {3, 1, 0.25};
        shown.settings.reward_pattern = "unused";
        shown.panel.showDraft(shown.settings);
        QCOMPARE(shown.rows(), (QStringList{"second", "ended", "first"}));
        shown.type("weight:ended", "0.5");
        QCOMPARE(shown.settings.reward_funcs,
                 (std::vector<std::string>{"/own/second.py", "ended", "/own/first.so"}));
        QCOMPARE(shown.settings.reward_weights, (std::vector<double>{3, 0.5, 0.25}));
        QCOMPARE(QString::fromStdString(shown.settings.reward_pattern), "unused");
        QCOMPARE(rewardsSummary(shown.settings), QString("3 \u00D7 second, 0.5 \u00D7 ended, "
                                                         "0.25 \u00D7 first"));
    }

    void text_that_is_no_number_is_told() {
        Shown shown;
        shown.type("weight:arithmetic", "much");
        QVERIFY(shown.panel.unreadable().contains("much"));
        QVERIFY(shown.text("rewardsProblem").contains("much"));
        QCOMPARE(shown.find<QLineEdit>("weight:arithmetic")->text(), "much");
        shown.type("weight:arithmetic", "1e9");
        QCOMPARE(shown.panel.unreadable(), "");
        QVERIFY(shown.text("rewardsProblem").contains("reward_weights"));
        shown.type("weight:arithmetic", "1");
        QCOMPARE(shown.text("rewardsProblem"), "");
        shown.add("length_target");
        shown.type("field:reward_length", "long");
        QVERIFY(shown.text("error:reward_length").contains("long"));
        QVERIFY(!shown.panel.unreadable().isEmpty());
        // Another draft begins without it.
        shown.panel.showDraft(shown.settings);
        QCOMPARE(shown.panel.unreadable(), "");
        QCOMPARE(shown.find<QLineEdit>("field:reward_length")->text(), "40");
    }

    void files_that_cannot_be_started_are_told() {
        Shown shown;
        const std::string missing = (shown.folder.path() / "gone.py").string();
        const std::string plain = (shown.folder.path() / "judge").string();
        std::ofstream(plain) << "#!/bin/sh\n";
        shown.add(missing);
        shown.add(plain);
        QTRY_VERIFY(shown.text("rewardProblem:gone").contains("there is no file"));
        QTRY_VERIFY(shown.text("rewardProblem:judge").contains("chmod +x"));
        // Repaired in another program, seen when the window is taken up again.
        std::filesystem::permissions(plain, std::filesystem::perms::owner_all);
        QEvent back(QEvent::WindowActivate);
        QCoreApplication::sendEvent(shown.panel.findChild<RewardList*>(), &back);
        QTRY_COMPARE(shown.text("rewardProblem:judge"), "");
    }

    void one_name_for_two_files_is_told() {
        Shown shown;
        shown.add("/a/judge.py");
        shown.add("/b/judge.py");
        QVERIFY(shown.text("rewardsProblem").contains("shown as judge"));
    }

    void a_run_is_only_shown() {
        Shown shown;
        shown.settings.reward_funcs = {"arithmetic", "length_target"};
        shown.panel.showRun(shown.settings, shown.folder.path());
        QVERIFY(!shown.find<QLineEdit>("weight:arithmetic")->isEnabled());
        QVERIFY(!shown.find<QLineEdit>("field:reward_length")->isEnabled());
        QVERIFY(shown.find<QPushButton>("addReward")->isHidden());
        QVERIFY(shown.find<QToolButton>("removeReward:arithmetic")->isHidden());
        QVERIFY(shown.find<QPushButton>("tryRewards")->isEnabled());
        QCOMPARE(shown.edits, 0);
    }
};

PLUMB_REGISTER_TEST(TestRewardsPanel)
#include "rewards_panel_test.moc"
