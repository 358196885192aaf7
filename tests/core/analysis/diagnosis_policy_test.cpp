// SPDX-License-Identifier: GPL-3.0-or-later
// Rules about the policy itself: its distance to the reference, and its entropy.
#include "recorded_run.h"

using namespace plumb;

namespace {

DiagnosisInput ppo_run(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
    DiagnosisInput input;
    input.settings = preset_with("ppo-reviews-smoke", changes);
    return input;
}

/// A fall from 1.5 nats a token over 20 steps to `low`.
std::vector<MetricPoint> falling_entropy(double low) {
    return curve(40, [&](std::int64_t step) {
        const double share = std::clamp((static_cast<double>(step) - 5) / 15, 0.0, 1.0);
        return 1.5 + share * (low - 1.5);
    });
}

}  // namespace

class TestDiagnosisPolicy : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void distances_data() {
        QTest::addColumn<double>("kl");
        QTest::addColumn<double>("length");
        QTest::addColumn<QString>("expected");
        QTest::newRow("near") << 14.9 << 10.0 << "";
        QTest::newRow("far") << 15.0 << 10.0 << "kl_blow_up warning";
        QTest::newRow("very far") << 30.0 << 10.0 << "kl_blow_up problem";
        QTest::newRow("far, in many tokens") << 29.0 << 100.0 << "";
        QTest::newRow("far, in no more than that") << 29.0 << 96.0 << "kl_blow_up warning";
        QTest::newRow("about 0") << -0.9 << 10.0 << "";
        QTest::newRow("below 0") << -1.0 << 10.0 << "kl_negative warning";
    }
    void distances() {
        QFETCH(double, kl);
        QFETCH(double, length);
        QFETCH(QString, expected);
        DiagnosisInput input = ppo_run();
        input.metrics["objective/kl"] = level(12, kl);
        input.metrics["completions/mean_length"] = level(12, length);
        const auto found = diagnose(input);
        COMPARE_TEXT(
            found.empty() ? "" : found[0].id + " " + std::string(severity_name(found[0].severity)),
            expected.toStdString());
    }

    void one_far_step_is_no_blow_up() {
        DiagnosisInput input = ppo_run();
        input.metrics["objective/kl"] =
            curve(30, [](std::int64_t step) { return step == 20 ? 40.0 : 4.0; });
        input.metrics["completions/mean_length"] = level(30, 10);
        QVERIFY(diagnose(input).empty());
    }

    void kl_of_tokens_and_of_evaluations_tells_as_well() {
        DiagnosisInput grpo;
        grpo.settings = preset_with("grpo-reviews-smoke");
        grpo.metrics["kl"] = level(10, 2);
        grpo.metrics["kl_max_token"] = level(10, 17.5);
        grpo.metrics["completions/mean_length"] = level(10, 12);
        const auto found = diagnose(grpo);
        QVERIFY2(found[0].sentence.find("24 nats a completion from the reference, 2 a token, that "
                                        "of the worst token 17.5 nats") != std::string::npos,
                 found[0].sentence.c_str());
        COMPARE_LIST(edits(found[0]), {"beta 0.05 → 0.15", "learning_rate 0.001 → 0.00033"});

        DiagnosisInput free;
        free.settings = preset_with("grpo-arithmetic-smoke");
        free.metrics["eval/kl_sequence"] = {{0, 0}, {20, 60}};
        free.metrics["eval/mean_length"] = {{0, 5}, {20, 10}};
        QCOMPARE(diagnose(free)[0].first_step, std::int64_t{20});
        COMPARE_LIST(edits(diagnose(free)[0]), {"beta 0 → 0.1", "learning_rate 5e-04 → 0.00017"});
    }

    void a_negative_kl_comes_from_how_it_is_sampled() {
        DiagnosisInput input =
            ppo_run({{"top_p", "0.8"}, {"top_k", "5"}, {"repetition_penalty", "1.2"}});
        input.metrics["objective/kl"] = level(12, -3);
        const auto found = diagnose(input);
        COMPARE_LIST(edits(found[0]), {"top_k 5 → 0, top_p 0.8 → 1, repetition_penalty 1.2 → 1",
                                       "learning_rate 0.001 → 0.00033"});
        QVERIFY(!found[0].suggestions[0].live);  // the penalty is not
        DiagnosisInput live = ppo_run({{"top_p", "0.8"}});
        live.metrics["objective/kl"] = level(12, -3);
        QVERIFY(diagnose(live)[0].suggestions[0].live);
    }

    void clipped_shares() {
        DiagnosisInput input = ppo_run();
        input.metrics["policy/clipfrac_avg"] = level(10, 0.29);
        QVERIFY(diagnose(input).empty());
        input.metrics["policy/clipfrac_avg"] = level(10, 0.3);
        const auto found = diagnose(input);
        COMPARE_TEXT(found.at(0).id, "ratio_far");
        COMPARE_LIST(edits(found[0]), {"learning_rate 0.001 → 0.00033", "num_ppo_epochs 2 → 1"});
    }

    void a_low_entropy_alone_is_no_collapse() {
        DiagnosisInput input;
        input.settings = preset_with("grpo-arithmetic-smoke");
        input.metrics["entropy"] = falling_entropy(0.05);
        // Nothing says that the policy is not done.
        QVERIFY(diagnose(input).empty());
        input.metrics["eval/accuracy"] = {{0, 0.3}, {20, 0.9}};
        QVERIFY(diagnose(input).empty());
        input.metrics["eval/accuracy"] = {{0, 0.3}, {20, 0.89}};
        QCOMPARE(diagnose(input).at(0).id, std::string("entropy_collapse"));
        QVERIFY(diagnose(input)[0].severity == Severity::warning);
        input.metrics["entropy"] = falling_entropy(0.029);
        QVERIFY(diagnose(input)[0].severity == Severity::problem);
        input.metrics["entropy"] = falling_entropy(0.16);
        QVERIFY(diagnose(input).empty());
    }

    void alike_completions_are_a_collapse_where_there_are_no_answers() {
        DiagnosisInput input = ppo_run();
        input.metrics["policy/entropy_avg"] = falling_entropy(0.1);
        input.metrics["completions/distinct_ratio"] =
            curve(40, [](std::int64_t step) { return step < 20 ? 1.0 : 0.51; });
        QVERIFY(diagnose(input).empty());
        input.metrics["completions/distinct_ratio"] =
            curve(40, [](std::int64_t step) { return step < 20 ? 1.0 : 0.5; });
        const auto found = diagnose(input);
        COMPARE_TEXT(found.at(0).id, "entropy_collapse");
        COMPARE_LIST(edits(found[0]),
                     {"learning_rate 0.001 → 0.00033", "temperature 1 → 1.2", "kl_coef 0.1 → 0.3"});
    }

    void a_climb_needs_both_a_share_and_nats() {
        DiagnosisInput input = ppo_run();
        const auto from_to = [](double before, double after) {
            return curve(30, [=](std::int64_t step) { return step <= 10 ? before : after; });
        };
        input.metrics["policy/entropy_avg"] = from_to(1, 1.49);
        QVERIFY(diagnose(input).empty());
        input.metrics["policy/entropy_avg"] = from_to(0.5, 0.78);
        QVERIFY(diagnose(input).empty());
        input.metrics["policy/entropy_avg"] = from_to(1, 1.5);
        COMPARE_TEXT(diagnose(input).at(0).id, "entropy_climb");
        QVERIFY(diagnose(input)[0].severity == Severity::warning);
        input.metrics["reward"] = from_to(1, 0.9);
        QVERIFY(diagnose(input)[0].severity == Severity::problem);
    }

    void a_supervised_run_may_become_sure_of_itself() {
        DiagnosisInput input;
        input.settings = preset_with("sft-arithmetic-smoke");
        input.metrics["entropy"] = falling_entropy(0.01);
        input.metrics["eval/accuracy"] = {{0, 0.1}, {20, 0.3}};
        QVERIFY(diagnose(input).empty());
    }
};

PLUMB_REGISTER_TEST(TestDiagnosisPolicy)
#include "diagnosis_policy_test.moc"
