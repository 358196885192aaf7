// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/reward_trial.h"

#include <fstream>

#include "core/reward/own_reward_helpers.h"
#include "core/train/small_policy.h"
#include "test_main.h"
#include "train/checkpoint.h"
#include "train/reward_model.h"
#include "train/run.h"

using namespace plumb;

namespace {

Settings own_data() {
    Settings settings;
    settings.task = "data";
    return settings;
}

double value_of(const Result<RewardTrial>& trial) {
    if (!trial.ok()) qFatal("%s", trial.error().message.c_str());
    return trial.value().value.value_or(-100);
}

std::string error_of(const Result<RewardTrial>& trial) {
    return trial.ok() ? "no error" : trial.error().message;
}

}  // namespace

class TestRewardTrial : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_built_in_task_has_its_own_tokens() {
        Settings arithmetic;
        const TrialText right{"1+2+4=", "3,7#7", "7"};
        const auto trial = try_reward("arithmetic", arithmetic, right);
        QCOMPARE(value_of(trial), 1.0);
        QCOMPARE(trial->length, std::int64_t{6});
        QVERIFY(!trial->in_characters);
        // The end token may be typed, and is missing where the completion was cut.
        QCOMPARE(value_of(try_reward("arithmetic", arithmetic, {"1+2+4=", "3,7#7$", "7"})), 1.0);
        QCOMPARE(value_of(try_reward("arithmetic", arithmetic, {"1+2+4=", "3,7#7", "7", false})),
                 0.0);
        QCOMPARE(value_of(try_reward("ended", arithmetic, {"1+2+4=", "3,7#7", "7", false})), 0.0);

        Settings reviews;
        reviews.task = "reviews";
        reviews.reward_length = 4;
        const TrialText words{"the cast", "was very good", ""};
        QCOMPARE(value_of(try_reward("length_target", reviews, words)), 1.0);
    }

    void text_that_no_tokenizer_writes_counts_in_characters() {
        Settings settings;
        settings.reward_length = 4;
        for (const Settings& each : {settings, own_data()}) {
            const auto trial = try_reward("length_target", each, {"p", "d\u00E9j\u00E0", ""});
            VERIFY_OK(trial);
            QVERIFY(trial->in_characters);
            QCOMPARE(trial->length, std::int64_t{4});
        }
    }

    void the_run_that_made_a_reward_model_lends_it() {
        TemporaryFolder folder;
        const Settings settings = small_reviews();
        const auto small = small_task(settings);
        const TrialText text{"the cast", "was good", ""};
        const TrialPlace run{.workspace = folder.path(), .run_folder = folder.path() / "run"};
        VERIFY_PART(error_of(try_reward("reward_model", settings, text)), "reward_model is empty");
        VERIFY_PART(error_of(try_reward("reward_model", settings, text, run)), "before its first");
        const Policy scorer =
            to_reward_model(make_policy(small.policy.model.frozen_copy(), small.policy.tokenizer), 1);
        VERIFY_OK(publish_policy(run.run_folder / run_reward_model, scorer));
        const auto trial = try_reward("reward_model", settings, text, run);
        VERIFY_OK(trial);
        QVERIFY(trial->value && trial->length == 3);
        // The same folder named in the settings of a draft.
        Settings named = settings;
        named.reward_model = (run.run_folder / run_reward_model).string();
        QCOMPARE(value_of(try_reward("reward_model", named, text)), *trial->value);
    }

    void a_stop_ends_a_program_that_hangs() {
        TemporaryFolder folder;
        const std::string program = write_program(
            folder, "hangs.py",
            "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n");
        std::stop_source stop;
        std::jthread stopper([&] {
            while (pid_in(folder.path() / "pid") == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
            stop.request_stop();
        });
        const auto trial = try_reward(program, own_data(), {"p", "c"}, {}, stop.get_token());
        QVERIFY(!trial.ok() && trial.error().code == ErrorCode::cancelled);
        QVERIFY(goes(pid_in(folder.path() / "pid")));
    }

    void totals_leave_out_what_has_no_opinion() {
        Settings settings;
        const std::vector<std::optional<double>> values = {1.0, std::nullopt, 0.5};
        QCOMPARE(weighted_total(values, settings), std::optional(1.5));
        settings.reward_weights = {2, 5, -1};
        QCOMPARE(weighted_total(values, settings), std::optional(1.5));
        QVERIFY(!weighted_total(std::vector<std::optional<double>>(2), settings));
    }

    void what_a_start_would_refuse_is_told() {
        TemporaryFolder folder;
        Settings settings = own_data();
        COMPARE_TEXT(reward_problem("ended", settings), "");
        VERIFY_PART(reward_problem("/gone/away.py", settings), "there is no file /gone/away.py");
        const auto file = folder.path() / "reward";
        std::ofstream(file) << "#!/bin/sh\n";
        VERIFY_PART(reward_problem(file.string(), settings), "chmod +x");
        settings.reward_pattern = "(";
        QVERIFY(!reward_problem("regex_match", settings).empty());
    }

    void rows_of_a_built_in_task_are_those_of_the_run() {
        const Settings settings;
        const auto rows = trial_rows(settings, {});
        VERIFY_OK(rows);
        QCOMPARE(rows->total, std::int64_t{0});
        const auto task = make_task(settings, false);
        COMPARE_TEXT(rows->rows.at(3).prompt, (*task)->train_prompt(3).text);
        COMPARE_TEXT(rows->rows.at(3).answer, (*task)->train_prompt(3).answer);
    }

    void rows_of_own_files_stand_in_their_order() {
        TemporaryFolder folder;
        const auto file = folder.path() / "rows.jsonl";
        std::ofstream(file) << "{\"prompt\": \"1+1\", \"answer\": \"2\"}\n"
                               "{\"prompt\": \"hello\"}\n";
        Settings settings = own_data();
        VERIFY_PART(trial_rows(settings, {}).error().message, "train_files is empty");
        settings.train_files = {file.string()};
        const auto rows = trial_rows(settings, {});
        VERIFY_OK(rows);
        QCOMPARE(rows->total, std::int64_t{2});
        COMPARE_TEXT(rows->rows[0].answer, "2");
        COMPARE_TEXT(rows->rows[1].prompt, "hello");
        VERIFY_PART(rows->rows[1].source, "rows.jsonl");
    }
};

PLUMB_REGISTER_TEST(TestRewardTrial)
#include "reward_trial_test.moc"
