// SPDX-License-Identifier: GPL-3.0-or-later
#include "own_reward_helpers.h"
#include "reward/program_reward.h"

using namespace plumb;

namespace {

using Scores = RewardFunction::Scores;

Result<Scores> score(const std::string& file, double seconds = 20) {
    Settings settings;
    settings.reward_timeout = seconds;
    const RewardRows rows({"Dear", "You fool"});
    PLUMB_TRY(const auto reward, make_reward(file, settings));
    return reward->score(rows.rows);
}

std::string bad(const char* name) { return std::string(PLUMBLINE_TEST_PLUGINS "/") + name + ".so"; }

std::string error_of(const Result<Scores>& scores) {
    return scores.ok() ? "no error" : scores.error().message;
}

}  // namespace

/// Native plug-ins, good ones and bad ones.
class TestPluginReward : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_example_measures_sentences() {
        const auto reward = make_reward(PLUMBLINE_EXAMPLE_PLUGIN, {});
        VERIFY_OK(reward);
        COMPARE_TEXT((*reward)->name(), "sentence_length");
        const RewardRows rows({"One two three four five six seven eight nine ten.",
                               "One two. Three!", " ... ", "a b"});
        for (int batch = 0; batch < 2; ++batch) {
            const auto scores = (*reward)->score(rows.rows);
            VERIFY_OK(scores);
            QCOMPARE(*(*scores)[0], 1.0);
            QCOMPARE(*(*scores)[1], 0.15);
            QVERIFY(!(*scores)[2]);
            QCOMPARE(*(*scores)[3], 0.2);
        }
    }

    void what_it_prints_is_no_answer() {
        const auto scores = score(bad("prints"));
        VERIFY_OK(scores);
        QVERIFY((*scores == Scores{5, std::nullopt}));
    }

    void a_crash_is_told() {
        const std::string message = error_of(score(bad("crash")));
        VERIFY_PART(message, "The reward plug-in crash (" + bad("crash") + ")");
        VERIFY_PART(message, "crashed with signal 11");
        VERIFY_PART(message, "while scoring completions 1 to 2");
    }

    void a_plugin_that_hangs_is_ended() {
        VERIFY_PART(error_of(score(bad("hang"), 1)), "no answer within 1 seconds");
    }

    void failures_are_told() {
        VERIFY_PART(error_of(score(bad("refuses"))),
                    "reports an error: no opinion of 2 completions");
        const std::string message = error_of(score(bad("not_finite")));
        VERIFY_PART(message, "not finite, or was never written");
        VERIFY_PART(message, "completion 2 of 2, \"You fool\"");
    }

    void what_cannot_be_loaded_is_told() {
        VERIFY_PART(error_of(score(bad("wrong_abi"))),
                    "built for version 7 of the plug-in interface");
        VERIFY_PART(error_of(score(bad("no_symbol"))), "has no function plumbline_reward");
        TemporaryFolder folder;
        const std::string text = write_program(folder, "text.so", "no shared object\n");
        VERIFY_PART(error_of(score(text)), "cannot be loaded");
        VERIFY_PART(error_of(score(text)), "-shared -fPIC");
        VERIFY_PART(error_of(score((folder.path() / "gone.so").string())), "there is no file");
    }
};

PLUMB_REGISTER_TEST(TestPluginReward)
#include "plugin_reward_test.moc"
