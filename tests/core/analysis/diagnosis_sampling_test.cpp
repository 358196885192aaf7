// SPDX-License-Identifier: GPL-3.0-or-later
// Rules about what is sampled: cut completions, groups without spread, lengths.
#include "recorded_run.h"

using namespace plumb;

namespace {

DiagnosisInput arithmetic_run(
    const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    DiagnosisInput input;
    input.settings = preset_with("grpo-arithmetic-smoke", changes);
    return input;
}

DiagnosisInput with_groups(double best, double worst, std::int64_t steps = 10) {
    DiagnosisInput input = arithmetic_run({{"arithmetic_digits", "4"}});
    input.metrics["frac_all_best"] = level(steps, best);
    input.metrics["frac_all_worst"] = level(steps, worst);
    return input;
}

}  // namespace

class TestDiagnosisSampling : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cut_completions_data() {
        QTest::addColumn<double>("share");
        QTest::addColumn<QString>("expected");
        QTest::newRow("none") << 0.0 << "";
        QTest::newRow("fewer than half") << 0.49 << "";
        QTest::newRow("half") << 0.5 << "warning";
        QTest::newRow("most") << 0.89 << "warning";
        QTest::newRow("nearly all") << 0.9 << "problem";
        QTest::newRow("all") << 1.0 << "problem";
    }
    void cut_completions() {
        QFETCH(double, share);
        QFETCH(QString, expected);
        DiagnosisInput input = arithmetic_run();
        input.metrics["completions/clipped_ratio"] = level(6, share);
        const auto found = diagnose(input);
        const Diagnosis* cut = with_id(found, "all_cut");
        COMPARE_TEXT(cut ? std::string(severity_name(cut->severity)) : "", expected.toStdString());
        if (!cut) return;
        QCOMPARE(cut->first_step, std::int64_t{3});  // the third step makes the first mean
        COMPARE_LIST(edits(*cut), {"max_completion_length 12 → 24"});
        QVERIFY(cut->suggestions[0].live);
    }

    void two_cut_steps_say_nothing() {
        DiagnosisInput input = arithmetic_run();
        input.metrics["completions/clipped_ratio"] = level(2, 1);
        QVERIFY(diagnose(input).empty());
    }

    void a_sign_that_has_gone_is_told_as_past() {
        DiagnosisInput input = arithmetic_run();
        input.metrics["completions/clipped_ratio"] =
            curve(30, [](std::int64_t step) { return step <= 10 ? 1.0 : 0.0; });
        const auto found = diagnose(input);
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(!found[0].standing);
        QCOMPARE(found[0].first_step, std::int64_t{3});
        QCOMPARE(found[0].last_step, std::int64_t{11});
    }

    void a_share_that_trembles_about_a_threshold_is_one_stretch() {
        DiagnosisInput input = arithmetic_run();
        input.metrics["completions/clipped_ratio"] =
            curve(40, [](std::int64_t step) { return step % 6 < 3 ? 0.6 : 0.42; });
        const auto found = diagnose(input);
        QCOMPARE(found.size(), std::size_t{1});
        QVERIFY(found[0].standing && found[0].first_step < 9);
    }

    void longer_completions_fit_the_model() {
        // 6 tokens of prompt and 58 of completion are all that the positions hold.
        DiagnosisInput input = arithmetic_run({{"max_completion_length", "58"}});
        input.metrics["completions/clipped_ratio"] = level(5, 1);
        const auto found = diagnose(input);
        COMPARE_LIST(edits(found[0]),
                     {"max_completion_length 58 → 116, max_position_embeddings 64 → 128"});
        QVERIFY(!found[0].suggestions[0].live);
    }

    void an_end_that_is_never_paid_for() {
        DiagnosisInput input;
        input.settings = preset_with("ppo-reviews-smoke");
        input.metrics["completions/clipped_ratio"] = level(5, 1);
        COMPARE_LIST(edits(diagnose(input)[0]),
                     {"max_completion_length 28 → 56", "missing_eos_penalty null → 1"});
    }

    void dead_groups_data() {
        QTest::addColumn<double>("best");
        QTest::addColumn<double>("worst");
        QTest::addColumn<QString>("expected");
        QTest::newRow("alive") << 0.4 << 0.39 << "";
        QTest::newRow("learned") << 0.8 << 0.0 << "note";
        QTest::newRow("learned, nearly") << 0.75 << 0.1 << "note";
        QTest::newRow("decided, wrongly on some") << 0.6 << 0.25 << "warning";
        QTest::newRow("too hard") << 0.2 << 0.6 << "warning";
        QTest::newRow("much too hard") << 0.0 << 0.89 << "warning";
        QTest::newRow("hopeless") << 0.0 << 0.9 << "problem";
    }
    void dead_groups() {
        QFETCH(double, best);
        QFETCH(double, worst);
        QFETCH(QString, expected);
        const auto found = diagnose(with_groups(best, worst));
        const Diagnosis* dead = with_id(found, "dead_groups");
        COMPARE_TEXT(dead ? std::string(severity_name(dead->severity)) : "",
                     expected.toStdString());
    }

    void what_is_offered_depends_on_how_groups_are_dead() {
        const Diagnosis hard = diagnose(with_groups(0, 1))[0];
        COMPARE_LIST(edits(hard),
                     {"num_generations 8 → 16", "temperature 1 → 1.2", "arithmetic_digits 4 → 3"});
        QVERIFY(hard.suggestions[0].live && !hard.suggestions[2].live);
        QVERIFY2(hard.sentence.find("0 % all right, 100 % all wrong") != std::string::npos,
                 hard.sentence.c_str());
        const Diagnosis easy = diagnose(with_groups(1, 0))[0];
        COMPARE_LIST(edits(easy), {"arithmetic_digits 4 → 5"});
        QVERIFY(diagnose(with_groups(0, 1, 4)).empty());
    }

    void larger_groups_fit_the_batch() {
        DiagnosisInput input = with_groups(0, 1);
        input.settings = preset_with("grpo-arithmetic-smoke",
                                     {{"num_generations", "64"}, {"arithmetic_digits", "4"}});
        COMPARE_LIST(edits(diagnose(input)[0]), {"temperature 1 → 1.2", "arithmetic_digits 4 → 3"});
    }

    void lengths_data() {
        QTest::addColumn<double>("last");
        QTest::addColumn<QString>("expected");
        QTest::newRow("half") << 5.0 << "length_shrink";
        QTest::newRow("more than half") << 5.2 << "";
        QTest::newRow("same") << 10.0 << "";
        QTest::newRow("less than twice") << 19.8 << "";
        QTest::newRow("twice") << 20.0 << "length_explosion";
    }
    void lengths() {
        QFETCH(double, last);
        QFETCH(QString, expected);
        DiagnosisInput input;
        input.settings = preset_with("grpo-reviews-smoke");
        input.metrics["completions/mean_length"] =
            curve(30, [&](std::int64_t step) { return step <= 10 ? 10.0 : last; });
        const auto found = diagnose(input);
        COMPARE_TEXT(found.empty() ? "" : found[0].id, expected.toStdString());
    }

    void a_few_tokens_more_are_no_explosion() {
        DiagnosisInput input = arithmetic_run();
        input.metrics["completions/mean_length"] =
            curve(30, [](std::int64_t step) { return step <= 10 ? 3.0 : 6.9; });
        QVERIFY(diagnose(input).empty());
    }

    void growth_that_helps_is_only_noted() {
        DiagnosisInput input = arithmetic_run();
        input.metrics["completions/mean_length"] =
            curve(40, [](std::int64_t step) { return 5.0 + static_cast<double>(step) / 2; });
        input.metrics["eval/accuracy"] = {{0, 0.3}, {20, 0.6}, {40, 0.8}};
        QVERIFY(diagnose(input)[0].severity == Severity::note);
        input.metrics["eval/accuracy"] = {{0, 0.3}, {20, 0.3}, {40, 0.2}};
        QVERIFY(diagnose(input)[0].severity == Severity::warning);
    }

    void what_is_offered_against_length() {
        DiagnosisInput input = arithmetic_run({{"loss_type", "grpo"}});
        input.metrics["completions/mean_length"] =
            curve(40, [](std::int64_t step) { return 5.0 + static_cast<double>(step) / 2; });
        input.metrics["reward_correlation/length"] = level(40, 0.75);
        const auto found = diagnose(input);
        COMPARE_LIST(edits(found[0]),
                     {"loss_type grpo → dr_grpo",
                      "reward_funcs [] → [arithmetic, overlong], reward_weights [] → [1, 1]"});
        QVERIFY2(found[0].sentence.find("correlate at 0.75") != std::string::npos,
                 found[0].sentence.c_str());

        DiagnosisInput pairs;
        pairs.settings = preset_with("dpo-reviews-smoke");
        pairs.metrics["eval/mean_length"] = {{0, 12}, {20, 20}, {40, 26}};
        COMPARE_LIST(edits(diagnose(pairs)[0]), {"ld_alpha null → 0.5"});
    }
};

PLUMB_REGISTER_TEST(TestDiagnosisSampling)
#include "diagnosis_sampling_test.moc"
