// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/rloo.h"

#include <limits>

#include "numeric_gradient.h"
#include "tensors.h"
#include "test_main.h"

using namespace plumb;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

RlooConfig without_kl() {
    RlooConfig config;
    config.beta = 0;
    return config;
}

RlooBatch small_batch() {
    RlooBatch batch;
    batch.logprobs = matrix({-1, -2, -0.5, -1.5}, 2);
    batch.old_logprobs = matrix({-1.1, -2.2, -0.6, -9}, 2);
    batch.mask = matrix({1, 1, 1, 0}, 2);
    batch.advantages = vector({1, -0.5});
    return batch;
}

}  // namespace

class TestRloo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void advantages_by_hand() {
        // Each less the mean of the other two: 1 - 2/2, 0 - 3/2, 2 - 1/2.
        const auto result = rloo_advantages(vector({1, 0, 2}), {}, 3, without_kl());
        QVERIFY(close(result.advantages, vector({0, -1.5, 1.5})));
    }

    void kl_and_range_come_before_the_baseline() {
        RlooConfig config;
        config.beta = 0.5;
        config.reward_clip_range = {-1.0, 1.0};
        // Rewards clipped to 1, -1, less half the KL: 1 - 1 = 0, -1 - .5 = -1.5.
        const auto result = rloo_advantages(vector({5, -3}), vector({2, 1}), 2, config);
        QVERIFY(close(result.rewards, vector({0, -1.5})));
        QVERIFY(close(result.advantages, vector({1.5, -1.5})));
        QVERIFY(close(result.kl, 1.5));
    }

    void missing_rewards_do_not_count() {
        // 2 and 0 are each other's baseline; a row that is alone in its group has none.
        const auto result =
            rloo_advantages(vector({2, missing, 0, missing, 7, missing}), {}, 3, without_kl());
        QVERIFY(close(result.advantages, vector({2, 0, -2, 0, 0, 0})));
    }

    void normalising_is_over_the_batch() {
        RlooConfig config = without_kl();
        config.normalize_advantages = true;
        // 2, -2, 1, -1: mean 0, variance 10 / 3.
        const auto result = rloo_advantages(vector({2, 0, 1, 0}), {}, 2, config);
        QVERIFY(close(result.advantages, vector({2, -2, 1, -1}) / (std::sqrt(10.0 / 3) + 1e-4)));
    }

    void loss_by_hand() {
        // Sequence ratios e^.3 = 1.35 (A > 0: clipped at 1.2), e^.1 = 1.105 (kept).
        const LossResult result = rloo_loss(small_batch(), {});
        QVERIFY(close(result.loss.item<double>(), -(1.2 - 0.5 * std::exp(0.1)) / 2));
        QVERIFY(close(result.metrics.at("clip_ratio/high_mean"), 0.5));
        QVERIFY(close(result.metrics.at("clip_ratio/low_mean"), 0));
        QVERIFY(close(result.metrics.at("clip_ratio/region_mean"), 0.5));
    }

    void on_policy_it_is_reinforce() {
        RlooBatch batch = small_batch();
        batch.old_logprobs = at::Tensor();
        batch.logprobs.requires_grad_(true);
        rloo_loss(batch, {}).loss.backward();
        QVERIFY(close(batch.logprobs.grad(), matrix({-0.5, -0.5, 0.25, 0}, 2)));
    }

    void gradients() {
        RlooBatch batch = small_batch();
        const auto function = [&](const at::Tensor& logprobs) {
            batch.logprobs = logprobs;
            return rloo_loss(batch, {}).loss;
        };
        QVERIFY(gradient_error(function, at::Tensor(batch.logprobs)) < 1e-8);
        batch.advantages = -batch.advantages;  // the first row is no longer clipped
        QVERIFY(gradient_error(function, matrix({-1, -2, -0.5, -1.5}, 2)) < 1e-8);
    }
};

PLUMB_REGISTER_TEST(TestRloo)
#include "rloo_test.moc"
