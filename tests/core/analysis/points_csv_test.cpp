// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/points_csv.h"

#include <limits>

#include <QString>
#include <QStringList>

#include "test_main.h"

using namespace plumb;

namespace {

QStringList lines_of(const std::string& csv) {
    return QString::fromStdString(csv).trimmed().split('\n');
}

}  // namespace

class TestPointsCsv : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_line_for_each_step_with_every_axis() {
        const auto csv =
            points_as_csv({"reward", "eval/reward"}, {{"reward", {{1, 0.5}, {2, 0.25}}},
                                                      {"eval/reward", {{0, 0.125}, {2, 1}}},
                                                      {"step_time", {{1, 2}, {2, 3}}},
                                                      {"num_tokens", {{1, 100}, {2, 200}}},
                                                      {"cost/flops", {{1, 1e9}, {2, 2e12}}},
                                                      {"objective/kl", {{1, 0.5}, {2, -0.5}}}});
        QCOMPARE(lines_of(csv), QStringList({"step,seconds,tokens,flops,kl,reward,eval/reward",
                                             "0,0,0,0,0.5,,0.125", "1,2,100,1e+09,0.5,0.5,",
                                             "2,5,200,2e+12,-0.5,0.25,1"}));
    }

    void all_points_are_there() {
        std::vector<MetricPoint> points;
        for (std::int64_t step = 1; step <= 20'000; ++step)
            points.push_back({step, static_cast<double>(step) / 3});
        const QStringList lines = lines_of(points_as_csv({"loss"}, {{"loss", points}}));
        QCOMPARE(lines.size(), 20'001);
        QCOMPARE(lines[12'346].section(',', 1).toDouble(), 12'346.0 / 3);
    }

    void phases_count_steps_of_their_own() {
        const auto csv = points_as_csv(
            {"reward", "start/loss"},
            {{"reward", {{1, 2}}}, {"start/loss", {{1, 3}, {2, 4}}}, {"step_time", {{1, 0.5}}}});
        QCOMPARE(lines_of(csv), QStringList({"phase,step,seconds,reward,start/loss",
                                             "training,1,0.5,2,", "start,1,,,3", "start,2,,,4"}));
    }

    void odd_keys_and_values_survive() {
        const double nan = std::numeric_limits<double>::quiet_NaN();
        const auto csv = points_as_csv({"a,\"b\"", "missing"}, {{"a,\"b\"", {{1, nan}, {2, 0.1}}}});
        QCOMPARE(lines_of(csv), QStringList({"step,\"a,\"\"b\"\"\",missing", "1,nan,", "2,0.1,"}));
    }
};

PLUMB_REGISTER_TEST(TestPointsCsv)
#include "points_csv_test.moc"
