// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/reward.h"

#include "numeric_gradient.h"
#include "tensors.h"
#include "test_main.h"

using namespace plumb;

namespace {

RewardBatch pairs() { return {vector({2, 0.5}), vector({1, 1}), {}}; }

}  // namespace

class TestReward : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void by_hand() {
        // Leads 1 and -1/2: log(1 + e^-1) = .313262, log(1 + e^.5) = .974077, mean .643669.
        const LossResult result = reward_loss(pairs(), {});
        QVERIFY(std::abs(result.loss.item<double>() - 0.6436692) < 1e-6);
        QVERIFY(close(result.metrics.at("accuracy"), 0.5));
        QVERIFY(close(result.metrics.at("margin"), 0.25));
        QVERIFY(close(result.metrics.at("min_reward"), 0.5));
        QVERIFY(close(result.metrics.at("mean_reward"), 1.125));
        QVERIFY(close(result.metrics.at("max_reward"), 2));
    }

    void margin_is_taken_off_the_lead() {
        // Leads less the margins 1 and 0: 0 and -1/2; the metric keeps the plain lead.
        RewardBatch batch = pairs();
        batch.margin = vector({1, 0});
        const LossResult result = reward_loss(batch, {});
        QVERIFY(close(result.loss.item<double>(), (std::log(2.0) + std::log1p(std::exp(0.5))) / 2));
        QVERIFY(close(result.metrics.at("margin"), 0.25));
    }

    void centring_adds_the_mean_square_of_sums() {
        // Sums 3 and 3/2, squares 9 and 2.25, mean 5.625, times 0.1.
        const double plain = reward_loss(pairs(), {}).loss.item<double>();
        QVERIFY(close(reward_loss(pairs(), {0.1}).loss.item<double>(), plain + 0.5625));
    }

    void equal_rewards_are_not_right() {
        const RewardBatch batch{vector({1}), vector({1}), {}};
        QCOMPARE(reward_loss(batch, {}).metrics.at("accuracy"), 0.0);
    }

    void large_leads_stay_finite() {
        const RewardBatch batch{vector({1e4}), vector({-1e4}), {}};
        QCOMPARE(reward_loss(batch, {}).loss.item<double>(), 0.0);
        const RewardBatch wrong{batch.rejected, batch.chosen, {}};
        QVERIFY(close(reward_loss(wrong, {}).loss.item<double>(), 2e4));
    }

    void gradients_data() {
        QTest::addColumn<bool>("chosen");
        QTest::addColumn<bool>("margin");
        QTest::addColumn<double>("centring");
        for (bool chosen : {true, false})
            for (bool margin : {true, false})
                for (double centring : {0.0, 0.3})
                    QTest::addRow("%s%s centring %g", chosen ? "chosen" : "rejected",
                                  margin ? " with margin" : "", centring)
                        << chosen << margin << centring;
    }
    void gradients() {
        QFETCH(bool, chosen);
        QFETCH(bool, margin);
        QFETCH(double, centring);
        RewardLossConfig config;
        if (centring != 0) config.center_rewards_coefficient = centring;
        RewardBatch batch = pairs();
        if (margin) batch.margin = vector({0.7, 0.2});
        at::Tensor& moved = chosen ? batch.chosen : batch.rejected;
        const auto function = [&](const at::Tensor& scores) {
            moved = scores;
            return reward_loss(batch, config).loss;
        };
        QVERIFY(gradient_error(function, at::Tensor(moved)) < 1e-8);
    }
};

PLUMB_REGISTER_TEST(TestReward)
#include "reward_test.moc"
