// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/random.h"

#include <set>

#include "test_main.h"

using namespace plumb;

class TestRandom : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keyed_uniform_depends_on_each_key() {
        std::set<double> values;
        for (std::uint64_t seed = 0; seed < 4; ++seed)
            for (std::uint64_t step = 0; step < 4; ++step)
                for (std::uint64_t row = 0; row < 4; ++row)
                    for (std::uint64_t position = 0; position < 4; ++position)
                        values.insert(keyed_uniform(seed, step, row, position));
        QCOMPARE(values.size(), std::size_t{256});
        QVERIFY(*values.begin() >= 0.0 && *values.rbegin() < 1.0);
    }

    void keyed_uniform_is_uniform() {
        double sum = 0, sum_of_squares = 0;
        constexpr int n = 100000;
        for (int i = 0; i < n; ++i) {
            const double u = keyed_uniform(7, 3, i / 100, i % 100);
            sum += u;
            sum_of_squares += u * u;
        }
        QVERIFY(std::abs(sum / n - 0.5) < 0.005);
        QVERIFY(std::abs(sum_of_squares / n - 1.0 / 3) < 0.005);
    }

    void purposes_do_not_share_seeds() {
        QVERIFY(derive_seed(1, "rollout") != derive_seed(1, "data order"));
        QVERIFY(derive_seed(1, "rollout") != derive_seed(2, "rollout"));
        QCOMPARE(derive_seed(1, "rollout"), derive_seed(1, "rollout"));
    }

    void permutation_holds_every_number_once() {
        Random random(5);
        const auto order = random.permutation(100);
        QCOMPARE(std::set<std::int64_t>(order.begin(), order.end()).size(), std::size_t{100});
        QVERIFY(order != Random(6).permutation(100));
    }

    void copies_go_on_alike() {
        Random random(9);
        random.next();
        Random copy = random;
        QCOMPARE(copy.next(), random.next());
    }

    void normal_has_unit_variance() {
        Random random(11);
        double sum = 0, sum_of_squares = 0;
        constexpr int n = 50000;
        for (int i = 0; i < n; ++i) {
            const double x = random.normal();
            sum += x;
            sum_of_squares += x * x;
        }
        QVERIFY(std::abs(sum / n) < 0.02);
        QVERIFY(std::abs(sum_of_squares / n - 1) < 0.03);
    }
};

PLUMB_REGISTER_TEST(TestRandom)
#include "random_test.moc"
