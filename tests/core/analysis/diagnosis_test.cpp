// SPDX-License-Identifier: GPL-3.0-or-later
// Rules about the run as a process, what all rules have in common, and the watch on a run.
#include <limits>
#include <set>

#include "analysis/diagnosis_watch.h"
#include "analysis/metric_info.h"
#include "config/validation.h"
#include "recorded_run.h"

using namespace plumb;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// 1000 MB that grow by so many a step after step 20.
DiagnosisInput creeping(double per_step, std::int64_t steps = 80) {
    DiagnosisInput input;
    input.settings = preset_with("grpo-arithmetic-smoke", {{"max_steps", "500"}});
    input.total_steps = 500;
    input.metrics["memory/resident"] = curve(steps, [&](std::int64_t step) {
        return 1000 + per_step * std::max(0.0, static_cast<double>(step) - 20) +
               (step % 2 == 0 ? 1.0 : -1.0);
    });
    return input;
}

}  // namespace

class TestDiagnosis : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_run_that_ended_by_it() {
        DiagnosisInput input;
        input.settings = preset_with("grpo-arithmetic-smoke", {{"max_grad_norm", "0"}});
        input.metrics["loss"] =
            curve(12, [](std::int64_t step) { return step < 12 ? 0.1 : not_a_number; });
        input.metrics["grad_norm"] = curve(12, [](std::int64_t step) {
            return step < 12 ? static_cast<double>(step) : not_a_number;
        });
        input.metrics["non_finite/loss"] = {{12, 1}};
        const auto found = diagnose(input);
        QCOMPARE(found.size(), std::size_t{1});
        COMPARE_TEXT(found[0].id, "non_finite");
        QVERIFY(found[0].standing && found[0].severity == Severity::problem);
        COMPARE_TEXT(found[0].sentence,
                     "The loss of step 12 was not finite. The gradient norms before it were 9, "
                     "10, 11.");
        QCOMPARE(found[0].evidence.samples->step, std::int64_t{12});
        COMPARE_LIST(edits(found[0]), {"learning_rate 5e-04 → 0.00017", "max_grad_norm 0 → 1",
                                       "on_non_finite stop → skip"});
    }

    void steps_that_were_left_out() {
        DiagnosisInput input;
        input.settings = preset_with("sft-arithmetic-smoke", {{"on_non_finite", "skip"}});
        input.metrics["loss"] = level(60, 0.5);
        input.metrics["grad_norm"] = curve(60, [](std::int64_t step) {
            return step == 10 || step == 12 ? std::numeric_limits<double>::infinity() : 1.0;
        });
        input.metrics["non_finite_skipped"] = {{10, 1}, {12, 1}};
        input.metrics["non_finite/model.layers.1.mlp.down_proj.weight"] = {{10, 0.5}};
        auto found = diagnose(until(input, 30));
        QVERIFY2(found.at(0).sentence.starts_with(
                     "The gradient of step 10 was not finite, first in "
                     "model.layers.1.mlp.down_proj.weight, and that of 1 more since."),
                 found[0].sentence.c_str());
        QVERIFY(found[0].standing);
        QVERIFY(!diagnose(input).at(0).standing);  // sound for more than 20 steps
        input.metrics["grad_norm"] = level(60, 1);
        input.metrics.erase("non_finite_skipped");
        QVERIFY(diagnose(input).empty());
    }

    void memory_that_creeps() {
        QVERIFY(diagnose(creeping(0)).empty());
        QVERIFY(diagnose(creeping(1)).empty());  // 4 % over the window
        DiagnosisInput input = creeping(5);
        auto found = diagnose(input);
        COMPARE_TEXT(found.at(0).id, "memory_creep");
        QVERIFY(found[0].severity == Severity::warning);
        COMPARE_LIST(edits(found[0]), {"max_completion_length 12 → 6",
                                       "per_device_train_batch_size 64 → 32, "
                                       "gradient_accumulation_steps 1 → 2"});
        input.memory_limit = 2300;  // 1300 MB at step 80, so that 200 steps are left
        found = diagnose(input);
        QVERIFY(found[0].severity == Severity::problem);
        QVERIFY2(found[0].sentence.find("2.3 GB end at step 280") != std::string::npos,
                 found[0].sentence.c_str());
        input.memory_limit = 16000;
        found = diagnose(input);
        QVERIFY(found[0].severity == Severity::warning);
        QVERIFY2(found[0].sentence.find("after the run's last") != std::string::npos,
                 found[0].sentence.c_str());
    }

    void memory_that_jumps_once_does_not_creep() {
        DiagnosisInput input = creeping(0);
        for (MetricPoint& point : input.metrics["memory/resident"])
            if (point.step > 40) point.value += 300;
        QVERIFY(diagnose(until(input, 45)).empty());
        QVERIFY(diagnose(input).empty());
    }

    void what_grows_is_named() {
        DiagnosisInput input = creeping(5);
        input.metrics["memory/cache"] = curve(80, [](std::int64_t step) {
            return 100 + 4 * std::max(0.0, static_cast<double>(step) - 20);
        });
        input.metrics["memory/activations"] = level(80, 200);
        QVERIFY2(diagnose(input)[0].sentence.find("most of it cache") != std::string::npos,
                 diagnose(input)[0].sentence.c_str());
    }

    void nothing_is_said_of_nothing() {
        DiagnosisInput input;
        QVERIFY(diagnose(input).empty());
        for (const char* preset : {"grpo-arithmetic", "ppo-reviews", "dpo-reviews", "sft-reviews",
                                   "reward-reviews", "rloo-arithmetic", "online-dpo-reviews"}) {
            input.settings = preset_with(preset);
            QVERIFY(diagnose(input).empty());
        }
    }

    /// Every metric of a run may be missing, have one point, or not be finite.
    void any_recording_can_be_read() {
        for (const char* name :
             {"ppo-reviews-hacked", "grpo-arithmetic-fast", "dpo-reviews-fast"}) {
            const DiagnosisInput whole = recorded_run(name, preset_with("ppo-reviews-smoke"));
            for (const auto& [key, points] : whole.metrics) {
                DiagnosisInput run = whole;
                run.metrics.erase(key);
                (void)diagnose(run);
                run.metrics[key] = {points.front()};
                (void)diagnose(run);
                run.metrics[key] = points;
                for (MetricPoint& point : run.metrics[key]) point.value = not_a_number;
                (void)diagnose(run);
                run.metrics[key].clear();
                (void)diagnose(run);
            }
        }
    }

    void suggestions_are_as_valid_as_what_they_change() {
        const std::pair<const char*, const char*> runs[] = {
            {"ppo-reviews-hacked", "ppo-reviews-hacked-smoke"},
            {"grpo-arithmetic-fast", "grpo-arithmetic-smoke"},
            {"grpo-reviews-free", "grpo-reviews-smoke"},
            {"dpo-reviews-fast", "dpo-reviews-smoke"}};
        int count = 0;
        for (const auto& [name, preset] : runs) {
            const DiagnosisInput run = recorded_run(name, preset_with(preset));
            for (const Diagnosis& diagnosis : diagnose(run))
                for (const Suggestion& suggestion : diagnosis.suggestions) {
                    Settings edited = run.settings;
                    for (const SettingChange& change : suggestion.changes) {
                        const Field* field = find_field(change.key);
                        QVERIFY(field);
                        COMPARE_TEXT(field_text(*field, run.settings), change.old_value);
                        QVERIFY(set_field(*field, edited, change.new_value).ok());
                        QVERIFY(!suggestion.live || field->live);
                    }
                    QVERIFY2(validate(edited).ok(), changes_text(suggestion).c_str());
                    ++count;
                }
        }
        QVERIFY(count > 10);
    }

    void evidence_is_of_known_metrics_that_the_run_has() {
        for (const char* name :
             {"ppo-reviews-hacked", "grpo-arithmetic-fast", "dpo-reviews-fast"}) {
            const DiagnosisInput run = recorded_run(name, preset_with("ppo-reviews-smoke"));
            for (const Diagnosis& diagnosis : diagnose(run)) {
                QVERIFY(!diagnosis.evidence.metrics.empty());
                for (const std::string& key : diagnosis.evidence.metrics)
                    QVERIFY2(!metric_info(key).help.empty() && run.metrics.contains(key),
                             key.c_str());
                QVERIFY(diagnosis.evidence.first_step <= diagnosis.first_step);
                QVERIFY(diagnosis.evidence.last_step >= diagnosis.last_step);
            }
        }
    }

    void every_threshold_is_documented() {
        const auto document = read_file(std::string(PLUMBLINE_SOURCE_DIR) + "/docs/diagnoses.md");
        QVERIFY(document.ok());
        std::set<std::string> names;
        QCOMPARE(diagnosis_rules().size(), std::size_t{9});
        for (const DiagnosisRule& rule : diagnosis_rules()) {
            QVERIFY2(document->find("## " + std::string(rule.title) + "\n") != std::string::npos,
                     std::string(rule.title).c_str());
            for (const Threshold& threshold : rule.thresholds) {
                const std::string row = "| `" + std::string(threshold.name) + "` | " +
                                        format_number(threshold) + " | " +
                                        std::string(threshold.meaning) + " |";
                QVERIFY2(document->find(row) != std::string::npos, row.c_str());
                QVERIFY2(names.insert(std::string(threshold.name)).second, row.c_str());
            }
        }
    }

    void a_watch_tells_each_diagnosis_once() {
        const DiagnosisInput run =
            recorded_run("ppo-reviews-hacked", preset_with("ppo-reviews-hacked-smoke"));
        std::map<std::int64_t, Metrics> steps;
        for (const auto& [key, points] : run.metrics)
            for (const MetricPoint& point : points) steps[point.step][key] = point.value;
        DiagnosisInput start;
        start.settings = run.settings;
        DiagnosisWatch watch(start);
        std::vector<std::string> told;
        for (const auto& [step, metrics] : steps) {
            watch.add(step, metrics, 60);
            for (const Diagnosis& diagnosis : watch.news())
                told.push_back(diagnosis.id + " " + std::string(severity_name(diagnosis.severity)));
        }
        COMPARE_LIST(told,
                     {"reward_hacking warning", "kl_blow_up warning", "reward_hacking problem"});
        QCOMPARE(watch.look().size(), diagnose(run).size());
        COMPARE_TEXT(watch.look()[0].sentence, diagnose(run)[0].sentence);
        QCOMPARE(watch.input().total_steps, std::int64_t{60});
    }

    void a_watch_follows_edits_and_goes_back() {
        const DiagnosisInput run =
            recorded_run("ppo-reviews-hacked", preset_with("ppo-reviews-hacked-smoke"));
        DiagnosisWatch watch(run);
        watch.set("kl_coef", "0.1");
        COMPARE_TEXT(edits(watch.look()[0])[0], "kl_coef 0.1 → 0.3");
        watch.rewind(30);
        QVERIFY(watch.look().empty());
        watch.add(30, {{"reward", 9}}, 0);
        watch.add(29, {{"my/own", 1}}, 0);
        QCOMPARE(watch.input().metrics.at("reward").back().value, 9.0);
        QCOMPARE(watch.input().metrics.at("reward").size(), std::size_t{30});
        QCOMPARE(watch.input().metrics.at("my/own").front().step, std::int64_t{29});
    }
};

PLUMB_REGISTER_TEST(TestDiagnosis)
#include "diagnosis_test.moc"
