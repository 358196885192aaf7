// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/chart_marks.h"

#include "config/presets.h"
#include "test_main.h"

using namespace plumb;

namespace {

MetricReader reader_of(std::map<std::string, std::vector<MetricPoint>> metrics) {
    return [metrics = std::move(metrics)](const std::string& key) {
        const auto found = metrics.find(key);
        return found == metrics.end() ? std::vector<MetricPoint>() : found->second;
    };
}

}  // namespace

class TestChartMarks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void edits_and_checkpoints_in_their_order() {
        EditRecord edit;
        edit.step = 7;
        edit.key = "beta";
        edit.old_value = "0";
        edit.new_value = "0.1";
        edit.reason = "the KL rises";
        CheckpointRecord best, other;
        best.step = 10;
        best.is_best = true;
        other.step = 5;
        const auto marks = chart_marks({edit}, {best, other});
        QCOMPARE(marks.size(), std::size_t{3});
        COMPARE_TEXT(marks[0].label, "checkpoint");
        COMPARE_TEXT(marks[1].label, "beta 0 → 0.1: the KL rises");
        COMPARE_TEXT(marks[2].label, "best checkpoint");
    }

    void a_refresh_of_the_reward_model_is_named_without_its_file() {
        EditRecord edit;
        edit.key = "reward_refresh_file";
        edit.new_value = "labels/3-samples.jsonl";
        edit.reason = "120 labels of the queue samples";
        COMPARE_TEXT(chart_marks({edit}, {})[0].label,
                     "reward model refreshed: 120 labels of the queue samples");
    }

    void phases_before_the_training_are_told() {
        auto settings = preset_settings("ppo-reviews");
        VERIFY_OK(settings);
        const auto marks = phase_marks(*settings, reader_of({{"start/loss", {{1, 3}, {250, 1}}},
                                                             {"reward_model/loss", {{64, 1}}}}));
        QCOMPARE(marks.size(), std::size_t{1});
        QCOMPARE(marks[0].step, 0);
        QCOMPARE(marks[0].kind, MarkKind::phase);
        const std::string pairs = std::to_string(settings->pairs_prompts);
        COMPARE_TEXT(marks[0].label,
                     "Before the training: supervised start, 250 steps; preference pairs of " +
                         pairs + " prompts; reward model, 64 steps");
        const auto cached = phase_marks(*settings, reader_of({}));
        QVERIFY(cached[0].label.find("from the cache") != std::string::npos);

        Settings own;
        own.algorithm = "sft";
        QVERIFY(phase_marks(own, reader_of({})).empty());
    }

    void steps_left_out_are_alerts_and_a_row_of_them_is_one() {
        const auto marks = alert_marks(
            reader_of({{"non_finite_skipped", {{3, 1}, {4, 1}, {5, 1}, {9, 1}, {12, 0}}}}));
        QCOMPARE(marks.size(), std::size_t{2});
        QCOMPARE(marks[0].step, 3);
        COMPARE_TEXT(marks[0].label, "3 steps left out: the loss or the gradient was not finite");
        QCOMPARE(marks[1].step, 9);
        QCOMPARE(marks[1].kind, MarkKind::alert);
        COMPARE_TEXT(marks[1].label, "step left out: the loss or the gradient was not finite");
    }

    void lists_become_one() {
        const auto all =
            merged_marks({{{5, MarkKind::edit, "a"}}, {{0, MarkKind::phase, "b"}}, {}});
        QCOMPARE(all.size(), std::size_t{2});
        COMPARE_TEXT(all[0].label, "b");
    }
};

PLUMB_REGISTER_TEST(TestChartMarks)
#include "chart_marks_test.moc"
