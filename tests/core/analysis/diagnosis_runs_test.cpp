// SPDX-License-Identifier: GPL-3.0-or-later
// Diagnoses of runs that were really made, whole and as they stood at each of their steps.
#include "recorded_run.h"

using namespace plumb;

class TestDiagnosisRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sound_runs_have_no_diagnosis() {
        COMPARE_LIST(
            standing(recorded_run("grpo-arithmetic", preset_with("grpo-arithmetic-smoke"))), {});
        COMPARE_LIST(standing(recorded_run("ppo-reviews", preset_with("ppo-reviews-smoke"))), {});
        // Both log-probabilities fall a little, which is told as what it is.
        const auto dpo =
            diagnose(recorded_run("dpo-arithmetic", preset_with("dpo-arithmetic-smoke")));
        QCOMPARE(dpo.size(), std::size_t{1});
        COMPARE_TEXT(dpo[0].id, "chosen_falls");
        QVERIFY(dpo[0].severity == Severity::note && dpo[0].suggestions.empty());
    }

    void sound_runs_have_none_at_any_step() {
        for (const auto& [name, preset] : {std::pair{"grpo-arithmetic", "grpo-arithmetic-smoke"},
                                           std::pair{"ppo-reviews", "ppo-reviews-smoke"}}) {
            const DiagnosisInput run = recorded_run(name, preset_with(preset));
            for (std::int64_t step = 0; step <= 60; ++step)
                COMPARE_LIST(standing(until(run, step)), {});
        }
    }

    void a_reward_that_costs_nothing_to_exploit() {
        const DiagnosisInput run =
            recorded_run("ppo-reviews-hacked", preset_with("ppo-reviews-hacked-smoke"));
        COMPARE_LIST(standing(run), {"kl_blow_up", "reward_hacking!"});
        const auto found = diagnose(run);
        COMPARE_TEXT(found[0].id, "reward_hacking");
        const Diagnosis& hacking = found[0];
        QVERIFY(hacking.first_step > 31 && hacking.first_step < 45);
        QCOMPARE(hacking.last_step, std::int64_t{60});
        QCOMPARE(hacking.evidence.first_step, std::int64_t{31});  // the best of gold
        COMPARE_TEXT(hacking.evidence.metrics.at(0), "reward");
        COMPARE_TEXT(hacking.evidence.metrics.at(1), "gold_reward");
        COMPARE_TEXT(hacking.evidence.samples->by, "gold");
        QVERIFY(!hacking.evidence.samples->largest_first);
        QVERIFY2(hacking.sentence.find("from 1.36 to 1.66 while gold fell from 1.69") !=
                     std::string::npos,
                 hacking.sentence.c_str());
        COMPARE_LIST(edits(hacking),
                     {"kl_coef 0 → 0.1", "pairs_prompts 800 → 1600", "max_steps 60 → 31"});
        QVERIFY(hacking.suggestions[0].live && !hacking.suggestions[1].live);
        QVERIFY(!hacking.suggestions[2].live);  // the step has gone by
    }

    void a_free_policy_that_says_one_sentence() {
        const DiagnosisInput run =
            recorded_run("grpo-reviews-free",
                         preset_with("grpo-reviews-smoke", {{"beta", "0"}, {"max_steps", "150"}}));
        COMPARE_LIST(standing(run), {"entropy_collapse", "reward_hacking"});
        const auto found = diagnose(run);
        const Diagnosis* collapse = with_id(found, "entropy_collapse");
        QVERIFY(collapse->first_step > 100);
        COMPARE_LIST(edits(*collapse), {"learning_rate 0.001 → 0.00033", "entropy_coef 0 → 0.01",
                                        "temperature 1 → 1.2"});
    }

    void a_learning_rate_that_ruins_the_policy() {
        const DiagnosisInput run =
            recorded_run("grpo-arithmetic-fast",
                         preset_with("grpo-arithmetic-smoke", {{"learning_rate", "0.01"}}));
        COMPARE_LIST(standing(run),
                     {"all_cut!", "dead_groups!", "kl_blow_up!", "length_explosion"});
        const auto found = diagnose(run);
        QVERIFY2(
            with_id(found, "all_cut")->sentence.find("nothing to learn from") != std::string::npos,
            with_id(found, "all_cut")->sentence.c_str());
        // Within some steps, not at the end.
        COMPARE_LIST(standing(until(run, 12)), {"all_cut!", "dead_groups!", "length_explosion"});
    }

    void an_entropy_bonus_that_drowns_the_reward() {
        const DiagnosisInput run =
            recorded_run("grpo-arithmetic-bonus",
                         preset_with("grpo-arithmetic-smoke", {{"entropy_coef", "0.3"}}));
        COMPARE_LIST(standing(run), {"entropy_climb!"});
        COMPARE_LIST(edits(diagnose(run)[0]),
                     {"entropy_coef 0.3 → 0.1", "learning_rate 5e-04 → 0.00017"});
    }

    void dpo_that_leaves_both_sides() {
        const DiagnosisInput run = recorded_run(
            "dpo-reviews-fast",
            preset_with("dpo-reviews-smoke", {{"dpo_beta", "0.02"}, {"learning_rate", "0.003"}}));
        COMPARE_LIST(standing(run), {"chosen_falls!", "kl_blow_up!", "reward_hacking!"});
        const auto found = diagnose(run);
        const Diagnosis* chosen = with_id(found, "chosen_falls");
        QVERIFY2(chosen->sentence.find("eval/gold_reward fell from 1.32 at step 20 to -0.664") !=
                     std::string::npos,
                 chosen->sentence.c_str());
        COMPARE_LIST(edits(*chosen),
                     {"learning_rate 0.003 → 0.001", "dpo_beta 0.02 → 0.06",
                      "dpo_loss_type [sigmoid] → [sigmoid, sft], loss_weights [] → [1, 1]"});
    }

    /// A diagnosis that was told stands from the same step whenever the run is looked at again, and
    /// is there at every step of its stretch.
    void what_was_said_of_a_step_is_not_taken_back_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("preset");
        QTest::newRow("hacked") << "ppo-reviews-hacked"
                                << "ppo-reviews-hacked-smoke";
        QTest::newRow("fast") << "grpo-arithmetic-fast"
                              << "grpo-arithmetic-smoke";
        QTest::newRow("free") << "grpo-reviews-free"
                              << "grpo-reviews-smoke";
        QTest::newRow("bonus") << "grpo-arithmetic-bonus"
                               << "grpo-arithmetic-smoke";
    }
    void what_was_said_of_a_step_is_not_taken_back() {
        QFETCH(QString, name);
        QFETCH(QString, preset);
        const DiagnosisInput run =
            recorded_run(name.toStdString(), preset_with(preset.toStdString()));
        std::map<std::string, std::int64_t> first;
        for (std::int64_t step = 1; step <= 150; ++step) {
            std::map<std::string, std::int64_t> now;
            for (const Diagnosis& diagnosis : diagnose(until(run, step)))
                if (diagnosis.standing) now[diagnosis.id] = diagnosis.first_step;
            for (const auto& [id, start] : now) {
                QVERIFY(start <= step);
                if (first.contains(id)) QCOMPARE(start, first[id]);
            }
            first = now;
        }
        QVERIFY(!first.empty());
    }
};

PLUMB_REGISTER_TEST(TestDiagnosisRuns)
#include "diagnosis_runs_test.moc"
