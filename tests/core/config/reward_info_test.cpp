// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/reward_info.h"

#include "config/fields.h"
#include "config/roles.h"
#include "test_main.h"

using namespace plumb;

class TestRewardInfo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_setting_of_a_reward_applies_with_it() {
        for (const RewardInfo& info : reward_infos()) {
            QVERIFY(!info.help.empty() && info.help.size() < 90);
            for (const std::string_view key : info.settings) {
                const Field* field = find_field(key);
                QVERIFY2(field, std::string(key).c_str());
                Settings settings;
                settings.reward_funcs = {"ended"};
                QVERIFY(!field_applies(*field, settings));
                settings.reward_funcs.emplace_back(info.name);
                QVERIFY(field_applies(*field, settings));
            }
        }
    }

    void entries_have_a_kind() {
        QVERIFY(reward_kind("reward_model") == RewardKind::learned);
        QVERIFY(reward_kind("keywords") == RewardKind::rule);
        QVERIFY(reward_kind("/mine/polite.py") == RewardKind::program);
        QVERIFY(reward_kind("./mine") == RewardKind::program);
        QVERIFY(reward_kind("mine.so") == RewardKind::plugin);
        QVERIFY(reward_kind("keyword") == RewardKind::unknown);
        QCOMPARE(reward_settings("./mine"), std::vector<std::string_view>{"reward_timeout"});
    }

    void a_run_without_functions_takes_one_by_itself() {
        Settings settings;
        QCOMPARE(scoring_functions(settings), std::vector<std::string>{"arithmetic"});
        settings.algorithm = "ppo";
        QCOMPARE(scoring_functions(settings), std::vector<std::string>{"reward_model"});
        settings.algorithm = "grpo";
        settings.task = "data";
        QVERIFY(scoring_functions(settings).empty());
        settings.reward_funcs = {"ended", "keywords"};
        settings.reward_weights = {0.5};
        QCOMPARE(scoring_functions(settings), settings.reward_funcs);
        QCOMPARE(reward_weight(settings, 0), 0.5);
        QCOMPARE(reward_weight(settings, 1), 1.0);
    }
};

PLUMB_REGISTER_TEST(TestRewardInfo)
#include "reward_info_test.moc"
