// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/advantages.h"

#include <cmath>
#include <limits>

#include "test_main.h"

using namespace plumb;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

GroupAdvantages of(const std::vector<double>& rewards, std::int64_t group,
                   RewardScaling scaling = RewardScaling::group) {
    return group_advantages(at::tensor(rewards, at::kDouble).unsqueeze(1),
                            at::ones({1}, at::kDouble), group, scaling,
                            RewardAggregation::sum_then_normalize);
}

bool close(const at::Tensor& tensor, const std::vector<double>& expected) {
    return at::allclose(tensor, at::tensor(expected, at::kDouble), 1e-9, 1e-9);
}

}  // namespace

class TestAdvantages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void by_hand() {
        // Group one: mean 1/2, std with n - 1 = sqrt(1/2); group two has no spread.
        const auto result = of({1, 0, 1, 1}, 2);
        const double a = 0.5 / (std::sqrt(0.5) + 1e-4);
        QVERIFY(close(result.advantages, {a, -a, 0, 0}));
        QCOMPARE(result.frac_reward_zero_std, 0.5);
        QCOMPARE(result.frac_all_best, 0.5);
        QCOMPARE(result.frac_all_worst, 0.0);
        QCOMPARE(result.reward_mean, 0.75);
    }

    void groups_all_wrong_are_told_from_all_right() {
        const auto result = of({1, 1, 0, 0, 0, 1}, 2);
        QCOMPARE(result.frac_all_best, 1.0 / 3);
        QCOMPARE(result.frac_all_worst, 1.0 / 3);
    }

    void batch_without_any_difference_is_judged_by_sign() {
        const auto wrong = of({0, 0, 0, 0}, 2);
        QCOMPARE(wrong.frac_all_best, 0.0);
        QCOMPARE(wrong.frac_all_worst, 1.0);
        const auto right = of({1, 1, 1, 1}, 2);
        QCOMPARE(right.frac_all_best, 1.0);
        QCOMPARE(right.frac_all_worst, 0.0);
        QCOMPARE(of({-1, -1}, 2).frac_all_worst, 1.0);
    }

    void scaling_none_and_batch() {
        QVERIFY(close(of({1, 0, 3, 1}, 2, RewardScaling::none).advantages, {0.5, -0.5, 1, -1}));
        // Batch: mean 1.25, squares of differences sum to 4.75, variance 4.75 / 3.
        const double std = std::sqrt(4.75 / 3) + 1e-4;
        QVERIFY(close(of({1, 0, 3, 1}, 2, RewardScaling::batch).advantages,
                      {0.5 / std, -0.5 / std, 1 / std, -1 / std}));
    }

    void missing_rewards_do_not_count() {
        const auto result = of({2, missing, 0, 1, 1, 1}, 3, RewardScaling::none);
        QVERIFY(close(result.advantages, {1, 0, -1, 0, 0, 0}));
        QVERIFY(std::isnan(result.rewards[1].item<double>()));
        QCOMPARE(result.reward_mean, 1.0);
    }

    void weights_sum_functions_and_skip_missing_values() {
        const at::Tensor rewards =
            at::tensor(std::vector<double>{1, 4, missing, 2}, at::kDouble).view({2, 2});
        const at::Tensor weights = at::tensor(std::vector<double>{1, 0.5}, at::kDouble);
        const auto result = group_advantages(rewards, weights, 2, RewardScaling::none,
                                             RewardAggregation::sum_then_normalize);
        QVERIFY(close(result.rewards, {3, 1}));
    }

    void normalising_first_makes_functions_comparable() {
        // The second function is the first times 1000: each has the same say.
        const at::Tensor rewards =
            at::tensor(std::vector<double>{0, 1000, 1, 0}, at::kDouble).view({2, 2});
        const auto result =
            group_advantages(rewards, at::ones({2}, at::kDouble), 2, RewardScaling::group,
                             RewardAggregation::normalize_then_sum);
        QVERIFY(result.advantages.abs().max().item<double>() < 0.71);
    }
};

PLUMB_REGISTER_TEST(TestAdvantages)
#include "advantages_test.moc"
