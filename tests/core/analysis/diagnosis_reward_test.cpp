// SPDX-License-Identifier: GPL-3.0-or-later
// Rules about what is rewarded: proxies and gold, rewards for the form, and DPO's pairs.
#include "recorded_run.h"

using namespace plumb;

namespace {

/// Gold rises from 0 to 2 over 30 steps and falls to `last` over 30 more; the reward rises on.
DiagnosisInput hacked_to(double last) {
    DiagnosisInput input;
    input.settings = preset_with("ppo-reviews-hacked-smoke");
    input.metrics["reward"] =
        curve(60, [](std::int64_t step) { return static_cast<double>(step) / 20; });
    input.metrics["gold_reward"] = curve(60, [&](std::int64_t step) {
        const double at = static_cast<double>(step);
        const double trend = step <= 30 ? at / 15 : 2 + (last - 2) * (at - 30) / 30;
        return trend + (step % 2 == 0 ? 0.02 : -0.02);
    });
    return input;
}

std::string hacking(const DiagnosisInput& input) {
    const auto found = diagnose(input);
    const Diagnosis* diagnosis = with_id(found, "reward_hacking");
    return diagnosis ? std::string(severity_name(diagnosis->severity)) : "";
}

DiagnosisInput no_gold(double correlation, double last_length) {
    DiagnosisInput input;
    input.settings = preset_with("grpo-reviews-smoke");
    input.metrics["reward"] =
        curve(40, [](std::int64_t step) { return static_cast<double>(step); });
    input.metrics["completions/mean_length"] =
        curve(40, [&](std::int64_t step) { return step <= 10 ? 20 : last_length; });
    input.metrics["reward_correlation/length"] = level(40, correlation);
    return input;
}

DiagnosisInput pairs_run(double chosen, double rejected) {
    DiagnosisInput input;
    input.settings = preset_with("dpo-reviews-smoke");
    input.metrics["eval/logps/chosen"] = {{0, -20}, {20, -20 + chosen / 2}, {40, -20 + chosen}};
    input.metrics["eval/logps/rejected"] = {
        {0, -22}, {20, -22 + rejected / 2}, {40, -22 + rejected}};
    return input;
}

}  // namespace

class TestDiagnosisReward : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gold_that_falls() {
        COMPARE_TEXT(hacking(hacked_to(2)), "");
        COMPARE_TEXT(hacking(hacked_to(1.8)), "");
        COMPARE_TEXT(hacking(hacked_to(1.4)), "warning");
        COMPARE_TEXT(hacking(hacked_to(0)), "problem");
    }

    void a_proxy_that_falls_with_gold_is_no_hacking() {
        DiagnosisInput input = hacked_to(0);
        input.metrics["reward"] = input.metrics["gold_reward"];
        COMPARE_TEXT(hacking(input), "");
    }

    void noise_is_no_fall() {
        DiagnosisInput input = hacked_to(1.5);
        for (MetricPoint& point : input.metrics["gold_reward"])
            point.value += point.step % 2 == 0 ? 0.5 : -0.5;
        COMPARE_TEXT(hacking(input), "");
    }

    void evaluations_tell_as_well() {
        DiagnosisInput input;
        input.settings = preset_with("dpo-reviews-smoke");
        input.metrics["rewards/margins"] =
            curve(60, [](std::int64_t step) { return static_cast<double>(step) / 60; });
        input.metrics["eval/gold_reward"] = {{0, -0.2}, {20, 1.3}, {40, 1.2}};
        input.metrics["eval/gold_reward_std"] = {{0, 1.2}, {20, 1.2}, {40, 1.2}};
        COMPARE_TEXT(hacking(input), "");
        input.metrics["eval/gold_reward"].push_back({60, 0.7});
        COMPARE_TEXT(hacking(input), "warning");
        // The same fall of evaluations of 128 completions with three times that spread.
        for (MetricPoint& point : input.metrics["eval/gold_reward_std"]) point.value = 3.6;
        COMPARE_TEXT(hacking(input), "");
    }

    void held_out_answers_that_get_worse() {
        DiagnosisInput input;
        input.settings = preset_with("grpo-arithmetic-smoke");
        input.metrics["reward"] =
            curve(60, [](std::int64_t step) { return static_cast<double>(step) / 60; });
        input.metrics["eval/accuracy"] = {{0, 0.3}, {20, 0.8}, {40, 0.75}};
        COMPARE_TEXT(hacking(input), "");
        input.metrics["eval/accuracy"].push_back({60, 0.5});
        COMPARE_TEXT(hacking(input), "problem");
    }

    void the_nearest_checkpoint_is_named() {
        DiagnosisInput input = hacked_to(0);
        input.checkpoints = {{.step = 15}, {.step = 30}, {.step = 45}};
        const auto found = diagnose(input);
        QVERIFY2(found[0].advice.find("that of step 30") != std::string::npos,
                 found[0].advice.c_str());
    }

    void a_reward_for_length() {
        QVERIFY(!with_id(diagnose(no_gold(0.59, 30)), "reward_for_length"));
        QVERIFY(!with_id(diagnose(no_gold(0.7, 24.8)), "reward_for_length"));
        const auto found = diagnose(no_gold(0.6, 25));
        const Diagnosis* length = with_id(found, "reward_for_length");
        QVERIFY(length && length->severity == Severity::warning);
        QVERIFY2(length->sentence.find("the length grew from 20 to 25") != std::string::npos,
                 length->sentence.c_str());
        // Where gold is measured it decides.
        DiagnosisInput input = no_gold(0.6, 25);
        input.metrics["gold_reward"] = input.metrics["reward"];
        QVERIFY(!with_id(diagnose(input), "reward_for_length"));
    }

    void a_reward_for_repetition() {
        DiagnosisInput input = no_gold(0, 20);
        input.metrics["reward_correlation/repetition"] = level(40, 0.65);
        input.metrics["completions/repetition"] =
            curve(40, [](std::int64_t step) { return step <= 10 ? 0.05 : 0.29; });
        QVERIFY(!with_id(diagnose(input), "reward_for_repetition"));
        input.metrics["completions/repetition"] =
            curve(40, [](std::int64_t step) { return step <= 10 ? 0.05 : 0.31; });
        QVERIFY(with_id(diagnose(input), "reward_for_repetition"));
    }

    void chosen_falls_data() {
        QTest::addColumn<double>("chosen");
        QTest::addColumn<double>("rejected");
        QTest::addColumn<QString>("expected");
        QTest::newRow("rises") << 2.0 << -5.0 << "";
        QTest::newRow("hardly falls") << -0.9 << -5.0 << "";
        QTest::newRow("within bounds") << -1.0 << -5.0 << "note";
        QTest::newRow("far for this text") << -9.9 << -20.0 << "note";
        QTest::newRow("far") << -10.0 << -20.0 << "warning";
    }
    void chosen_falls() {
        QFETCH(double, chosen);
        QFETCH(double, rejected);
        QFETCH(QString, expected);
        const auto found = diagnose(pairs_run(chosen, rejected));
        const Diagnosis* diagnosis = with_id(found, "chosen_falls");
        COMPARE_TEXT(diagnosis ? std::string(severity_name(diagnosis->severity)) : "",
                     expected.toStdString());
        if (diagnosis && diagnosis->severity == Severity::note)
            QVERIFY(diagnosis->suggestions.empty());
    }

    void long_texts_may_lose_more() {
        DiagnosisInput input = pairs_run(-12, -20);
        for (MetricPoint& point : input.metrics["eval/logps/chosen"]) point.value -= 180;
        QVERIFY(with_id(diagnose(input), "chosen_falls")->severity == Severity::note);
    }

    void samples_that_worsen_make_it_a_problem() {
        DiagnosisInput input = pairs_run(-3, -8);
        input.metrics["eval/gold_reward"] = {{0, 0}, {20, 1.2}, {40, 1.1}};
        QVERIFY(with_id(diagnose(input), "chosen_falls")->severity == Severity::note);
        input.metrics["eval/gold_reward"].back().value = 0.8;
        QVERIFY(with_id(diagnose(input), "chosen_falls")->severity == Severity::problem);
        // The margin may grow by rejected ones that rise less.
        input.metrics["eval/logps/rejected"] = {{0, -22}, {20, -21}, {40, -20}};
        QVERIFY(with_id(diagnose(input), "chosen_falls")->severity == Severity::note);
    }

    void implicit_rewards_stand_in_for_held_out_pairs() {
        DiagnosisInput input;
        input.settings = preset_with("dpo-reviews-smoke");  // dpo_beta 0.1
        input.metrics["rewards/chosen"] =
            curve(40, [](std::int64_t step) { return step < 20 ? 0.0 : -0.2; });
        input.metrics["rewards/rejected"] = level(40, -0.5);
        const auto found = diagnose(input);
        QVERIFY2(found.at(0).sentence.find("fallen by 2 nats") != std::string::npos,
                 found[0].sentence.c_str());
        input.metrics["rewards/chosen"] = level(40, -0.09);
        QVERIFY(diagnose(input).empty());
    }
};

PLUMB_REGISTER_TEST(TestDiagnosisReward)
#include "diagnosis_reward_test.moc"
