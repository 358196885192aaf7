// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/ticks.h"

#include <cmath>
#include <set>

#include "base/random.h"
#include "base/strings.h"
#include "test_main.h"

using namespace plumb;

namespace {

std::string labels(const Axis& axis) {
    std::vector<std::string> all;
    for (const Tick& tick : axis.ticks) all.push_back(tick.label);
    return join(all, " ");
}

}  // namespace

class TestTicks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ticks_are_round() {
        COMPARE_TEXT(labels(value_axis(0.35, 0.98)), "0.2 0.4 0.6 0.8 1.0");
        COMPARE_TEXT(labels(value_axis(0, 100)), "0 20 40 60 80 100");
        COMPARE_TEXT(labels(value_axis(-3, 7)), "-5.0 -2.5 0 2.5 5.0 7.5");
    }

    void small_and_large_numbers_are_short() {
        COMPARE_TEXT(labels(value_axis(0, 3e-4)), "0 1e-4 2e-4 3e-4");
        COMPARE_TEXT(labels(value_axis(-9e-5, 9e-5)), "-1e-4 -5e-5 0 5e-5 1e-4");
        COMPARE_TEXT(labels(value_axis(0, 50000)), "0 10k 20k 30k 40k 50k");
        COMPARE_TEXT(labels(value_axis(0, 3e6)), "0 1M 2M 3M");
    }

    void any_range_gets_four_to_six_ticks_and_is_covered() {
        Random random(3);
        for (int i = 0; i < 2000; ++i) {
            const double scale = std::pow(10.0, random.uniform() * 16 - 8);
            const double low = (random.uniform() - 0.5) * scale;
            const double high = low + random.uniform() * scale;
            const Axis axis = value_axis(low, high);
            QVERIFY(axis.ticks.size() >= 4 && axis.ticks.size() <= 6);
            QVERIFY(axis.minimum <= low + 1e-6 * scale && axis.maximum >= high - 1e-6 * scale);
            QVERIFY(high - low > 0.39 * (axis.maximum - axis.minimum));
            std::set<std::string> distinct;
            for (const Tick& tick : axis.ticks) distinct.insert(tick.label);
            QCOMPARE(distinct.size(), axis.ticks.size());
        }
    }

    void a_single_value_gets_room() {
        for (const double value : {0.0, 1.0, -3.5, 1e-7, 1e9}) {
            const Axis axis = value_axis(value, value);
            QVERIFY(axis.minimum <= value && value <= axis.maximum);
            QVERIFY(axis.minimum < axis.maximum && axis.ticks.size() >= 4);
        }
    }

    void positions_are_shares_of_the_axis() {
        const Axis axis = value_axis(0, 100);
        QCOMPARE(axis.position(25), 0.25);
        QVERIFY(std::isnan(axis.position(NAN)));
        const Axis log = log_axis(1, 100);
        QCOMPARE(log.position(10), 0.5);
        QVERIFY(std::isnan(log.position(0)));
    }

    void logarithmic_ticks() {
        COMPARE_TEXT(labels(log_axis(0.001, 30)), "0.001 0.01 0.1 1 10 100");
        COMPARE_TEXT(labels(log_axis(2, 60)), "1 2 5 10 20 50 100");
        COMPARE_TEXT(labels(log_axis(1e-9, 1)), "1e-9 1e-7 1e-5 0.001 0.1");
        COMPARE_TEXT(labels(log_axis(1, 1)), "1 2 5 10");
    }

    void steps_are_whole_and_exact() {
        const Axis axis = step_axis(0, 97);
        QCOMPARE(axis.maximum, 97.0);
        COMPARE_TEXT(labels(axis), "0 20 40 60 80");
        COMPARE_TEXT(labels(step_axis(0, 3)), "0 1 2 3");
        COMPARE_TEXT(labels(step_axis(50, 100)), "50 60 70 80 90 100");
        COMPARE_TEXT(labels(step_axis(7, 7)), "7 8");
        COMPARE_TEXT(labels(step_axis(0, 25000)), "0 5k 10k 15k 20k 25k");
    }

    void times_are_round() {
        COMPARE_TEXT(labels(time_axis(0, 97)), "0 30s 1m 1m30");
        COMPARE_TEXT(labels(time_axis(0, 4000)), "0 15m 30m 45m 1h");
        COMPARE_TEXT(labels(time_axis(0, 10000)), "0 1h 2h");
        COMPARE_TEXT(labels(time_axis(0, 2)), "0 0.5s 1.0s 1.5s 2.0s");
        COMPARE_TEXT(labels(time_axis(0, 400000)), "0 1d 2d 3d 4d");
        QCOMPARE(time_axis(0, 97).maximum, 97.0);
        COMPARE_TEXT(short_time(5400), "1h30");
        COMPARE_TEXT(short_time(3660), "1h01");
        COMPARE_TEXT(short_time(86400 + 4 * 3600), "1d04h");
        COMPARE_TEXT(short_time(12.34, 0.1), "12.3s");
        COMPARE_TEXT(short_time(59.7), "1m");
    }

    void any_time_gets_few_ticks() {
        for (double range = 0.01; range < 1e8; range *= 1.37) {
            const auto ticks = time_axis(0, range).ticks.size();
            QVERIFY2(ticks >= 3 && ticks <= 6, qPrintable(QString::number(range)));
        }
    }

    void an_axis_can_be_cut() {
        const Axis axis = cut_axis(value_axis(3, 97), 3, 97);
        QCOMPARE(axis.minimum, 3.0);
        QCOMPARE(axis.maximum, 97.0);
        COMPARE_TEXT(labels(axis), "20 40 60 80");
    }

    void numbers_are_short() {
        COMPARE_TEXT(short_number(0.97413), "0.974");
        COMPARE_TEXT(short_number(12.34), "12.3");
        COMPARE_TEXT(short_number(100), "100");
        COMPARE_TEXT(short_number(1280000), "1.28M");
        COMPARE_TEXT(short_number(-0.5), "-0.5");
        COMPARE_TEXT(short_number(3e-4), "3e-4");
        COMPARE_TEXT(short_number(0.0015), "0.0015");
        COMPARE_TEXT(short_number(0.02144), "0.0214");
        COMPARE_TEXT(short_number(1.234), "1.23");
        COMPARE_TEXT(short_number(0), "0");
        COMPARE_TEXT(short_number(NAN), "NaN");
        COMPARE_TEXT(short_number(-INFINITY), "-inf");
    }

    void tick_labels_have_one_suffix_and_tell_neighbours_apart() {
        COMPARE_TEXT(tick_label(0, 1e12, 2.5e11), "0");
        COMPARE_TEXT(tick_label(2.5e11, 1.25e12, 2.5e11), "0.25T");
        COMPARE_TEXT(tick_label(1.25e12, 1.25e12, 2.5e11), "1.25T");
        COMPARE_TEXT(tick_label(1e12, 1.2e12, 2e11), "1T");
        COMPARE_TEXT(tick_label(100'100, 100'300, 100), "100.1k");
        COMPARE_TEXT(tick_label(-20'000, 20'000, 10'000), "-20k");
        COMPARE_TEXT(tick_label(5, 10, 5), "5");
    }
};

PLUMB_REGISTER_TEST(TestTicks)
#include "ticks_test.moc"
