// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/x_axis.h"

#include <cmath>
#include <limits>

#include "test_main.h"

using namespace plumb;

class TestXAxis : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void steps_are_themselves() {
        const XScale scale;
        QCOMPARE(scale.at(7), 7.0);
        QCOMPARE(scale.step_at(7.5), 7.5);
        QVERIFY(scale.is_monotone());
    }

    void time_is_the_sum_of_the_steps_seconds() {
        const std::vector<MetricPoint> seconds = {{1, 0.5}, {2, 1.5}, {4, 2}};
        const XScale scale(XAxis::time, seconds);
        QCOMPARE(scale.at(0), 0.0);
        QCOMPARE(scale.at(1), 0.5);
        QCOMPARE(scale.at(2), 2.0);
        QCOMPARE(scale.at(3), 3.0);  // Between two steps.
        QCOMPARE(scale.at(4), 4.0);
        QCOMPARE(scale.at(9), 4.0);  // Nothing is known beyond.
        QCOMPARE(scale.step_at(3), 3.0);
        QCOMPARE(scale.step_at(0.25), 0.5);
        QCOMPARE(scale.step_at(99), 4.0);
        QCOMPARE(scale.lowest(), 0.0);
        QCOMPARE(scale.highest(), 4.0);
    }

    void tokens_are_counted_from_nothing() {
        const XScale scale(XAxis::tokens, std::vector<MetricPoint>{{10, 1000}, {20, 3000}});
        QCOMPARE(scale.at(0), 0.0);
        QCOMPARE(scale.at(5), 500.0);
        QCOMPARE(scale.at(15), 2000.0);
    }

    void operations_are_counted_from_nothing_too() {
        const XScale scale(XAxis::flops, std::vector<MetricPoint>{{10, 1e12}, {20, 4e12}});
        QCOMPARE(scale.at(0), 0.0);
        QCOMPARE(scale.at(15), 2.5e12);
        QCOMPARE(scale.step_at(4e12), 20.0);
    }

    void known_places_are_taken_as_they_are() {
        const std::vector<MetricPoint> places = {{0, 3}, {10, 1}, {20, 5}};
        const XScale kl = XScale::of_places(XAxis::kl, places);
        QCOMPARE(kl.at(10), 1.0);
        QCOMPARE(kl.lowest(), 1.0);
        QCOMPARE(kl.highest(), 5.0);
        // What has to rise does.
        QCOMPARE(XScale::of_places(XAxis::time, places).at(10), 3.0);
        QCOMPARE(XScale::of_places(XAxis::time, {}).axis(), XAxis::step);
    }

    void many_steps_are_placed_in_one_pass_as_one_by_one() {
        std::vector<MetricPoint> tokens;
        for (std::int64_t i = 1; i <= 100; ++i)
            tokens.push_back({3 * i, std::sqrt(static_cast<double>(i))});
        const XScale scale(XAxis::tokens, tokens);
        std::vector<MetricPoint> points;
        for (std::int64_t step = 0; step < 310; step += 7) points.push_back({step, 0});
        const std::vector<double> places = scale.at_each(points);
        for (std::size_t i = 0; i < points.size(); ++i)
            QCOMPARE(places[i], scale.at(points[i].step));
    }

    void kl_goes_back_and_forth() {
        const std::vector<MetricPoint> kl = {
            {1, 0}, {2, 4}, {3, std::numeric_limits<double>::quiet_NaN()}, {4, -1}, {5, 3}};
        const XScale scale(XAxis::kl, kl);
        QVERIFY(!scale.is_monotone());
        QCOMPARE(scale.at(2), 4.0);
        QCOMPARE(scale.at(3), 1.5);  // What is not finite is passed over.
        QCOMPARE(scale.at(4), -1.0);
        QCOMPARE(scale.lowest(), -1.0);
        QCOMPARE(scale.highest(), 4.0);
        const XScale averaged(XAxis::kl, kl, 0.9);
        QVERIFY(averaged.highest() < 4 && averaged.lowest() == 0);
    }

    void a_run_without_the_metric_keeps_steps() {
        const XScale scale(XAxis::tokens, {});
        QCOMPARE(scale.axis(), XAxis::step);
        QCOMPARE(scale.at(7), 7.0);
    }

    void the_axis_takes_the_metric_that_the_run_has() {
        const auto key = [](XAxis axis, const std::vector<std::string_view>& known) {
            return std::string(x_axis_key(axis, [&](std::string_view each) {
                return std::ranges::find(known, each) != known.end();
            }));
        };
        COMPARE_TEXT(key(XAxis::kl, {"objective/kl", "eval/kl_sequence"}), "objective/kl");
        COMPARE_TEXT(key(XAxis::kl, {"eval/kl_sequence", "kl"}), "eval/kl_sequence");
        COMPARE_TEXT(key(XAxis::kl, {"kl"}), "");
        COMPARE_TEXT(key(XAxis::time, {"step_time"}), "step_time");
        COMPARE_TEXT(key(XAxis::flops, {"step_time", "cost/flops"}), "cost/flops");
        for (const XAxis axis : all_x_axes) QCOMPARE(parse_x_axis(x_axis_info(axis).id), axis);
        QVERIFY(!parse_x_axis("epochs"));
    }
};

PLUMB_REGISTER_TEST(TestXAxis)
#include "x_axis_test.moc"
