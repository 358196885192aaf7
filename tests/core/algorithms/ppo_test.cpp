// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/ppo.h"

#include "algorithms/gae.h"
#include "algorithms/reductions.h"
#include "numeric_gradient.h"
#include "tensors.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// Two rows of three positions: one of 2 tokens that ended, one that fills all 3 and did not.
/// What stands behind the end of the first must not matter.
PpoRollout small_rollout() {
    PpoRollout rollout;
    rollout.logprobs = matrix({-1, -1, -9, -2, -1, -3}, 2);
    rollout.ref_logprobs = matrix({-1.5, -0.5, -700, -2.5, -1, -3}, 2);
    rollout.values = matrix({0.5, 0.25, 0.125, 0, 0.5, 1}, 2);
    rollout.scores = vector({2, 1});
    rollout.lengths = at::tensor(std::vector<std::int64_t>{2, 3});
    rollout.ended = at::tensor(std::vector<std::int64_t>{1, 0}) > 0;
    return rollout;
}

PpoConfig small_config() {
    PpoConfig config;
    config.kl_coef = 0.1;
    config.lam = 0.5;
    config.missing_eos_penalty = 1.5;
    return config;
}

/// A minibatch that moved away from the rollout, some ratios and values beyond the clipping.
PpoBatch moved_batch() {
    const PpoRollout rollout = small_rollout();
    PpoBatch batch = ppo_rows(rollout, ppo_targets(rollout, small_config()),
                              at::tensor(std::vector<std::int64_t>{1, 0}));
    batch.logprobs = batch.old_logprobs + matrix({0.1, 0.5, -0.4, -0.3, 0.05, 800}, 2);
    batch.values = batch.old_values + matrix({0.1, 0.6, -0.7, 0.5, -0.4, 0.15}, 2);
    return batch;
}

}  // namespace

class TestPpo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void masks() {
        const PpoMasks masks =
            ppo_masks(at::tensor(std::vector<std::int64_t>{1, 3, 2}), 3, at::kDouble);
        QVERIFY(close(masks.tokens, matrix({1, 0, 0, 1, 1, 1, 1, 1, 0}, 3)));
        QVERIFY(close(masks.values, matrix({1, 1, 0, 1, 1, 1, 1, 1, 1}, 3)));
    }

    void targets_by_hand() {
        // KL (k1): .5, -.5 | .5, 0, 0. Scores: 2 | 1 - 1.5 = -.5, the first at position 2, one past
        // its last token, the second at position 2 for want of room.
        // Rewards: -.05, .05, 2 | -.05, 0, -.5.
        // Deltas (gamma 1): -.05 + .25 - .5 = -.3, .05 + .125 - .25 = -.075, 2 - .125 = 1.875
        //                 | -.05 + .5 - 0 = .45,    0 + 1 - .5 = .5,        -.5 - 1 = -1.5.
        // Advantages (lam .5), from the back: 1.875, -.075 + .9375 = .8625, -.3 + .43125 = .13125
        //                                   | -1.5, .5 - .75 = -.25,        .45 - .125 = .325.
        const PpoTargets targets = ppo_targets(small_rollout(), small_config());
        QVERIFY(close(targets.kl, matrix({0.5, -0.5, 0, 0.5, 0, 0}, 2)));
        QVERIFY(close(targets.scores, vector({2, -0.5})));
        QVERIFY(close(targets.rewards, matrix({-0.05, 0.05, 2, -0.05, 0, -0.5}, 2)));
        QVERIFY(
            close(targets.raw_advantages, matrix({0.13125, 0.8625, 1.875, 0.325, -0.25, -1.5}, 2)));
        QVERIFY(close(targets.returns, matrix({0.63125, 1.1125, 2, 0.325, 0.25, -0.5}, 2)));
        // Whitened over the five tokens: their sum is -.43125, the mean -.08625.
        const std::vector<double> own = {0.13125, 0.8625, 0.325, -0.25, -1.5};
        double squares = 0;
        for (double a : own) squares += (a + 0.08625) * (a + 0.08625);
        const double spread = std::sqrt(squares / 4 + 1e-8);
        QVERIFY(close(targets.advantages,
                      matrix({(0.13125 + 0.08625) / spread, (0.8625 + 0.08625) / spread, 0,
                              (0.325 + 0.08625) / spread, (-0.25 + 0.08625) / spread,
                              (-1.5 + 0.08625) / spread},
                             2)));
    }

    void objective_by_hand() {
        const auto metrics = ppo_targets(small_rollout(), small_config()).metrics;
        QVERIFY(close(metrics.at("objective/kl"), 0.25));  // (0 + .5) / 2
        QVERIFY(close(metrics.at("objective/non_score_reward"), -0.025));
        QVERIFY(close(metrics.at("objective/scores"), 0.75));  // (2 - .5) / 2
        QVERIFY(close(metrics.at("objective/rlhf_reward"), 0.725));
        QVERIFY(close(metrics.at("objective/entropy"), 4));  // (2 + 6) / 2
        QVERIFY(close(metrics.at("val/num_eos_tokens"), 1));
        QVERIFY(metrics.contains("val/explained_variance"));
    }

    void k3_is_never_negative() {
        PpoConfig config = small_config();
        config.kl_estimator = KlEstimator::k3;
        // ref - logp = -.5, .5 | -.5: e^-.5 - 1 + .5 = .106531, e^.5 - 1 - .5 = .148721.
        const at::Tensor kl = ppo_targets(small_rollout(), config).kl;
        const double below = std::exp(-0.5) - 0.5, above = std::exp(0.5) - 1.5;
        QVERIFY(close(kl, matrix({below, above, 0, below, 0, 0}, 2)));
    }

    void whitened_rewards_keep_their_mean() {
        PpoConfig config = small_config();
        config.whiten_rewards = true;
        const PpoTargets targets = ppo_targets(small_rollout(), config);
        const at::Tensor& mask = targets.masks.values;
        QVERIFY(close(masked_mean(targets.rewards, mask), masked_mean(targets.raw_rewards, mask)));
        QVERIFY(std::abs(masked_variance(targets.rewards, mask).item<double>() - 1) < 1e-6);
    }

    void positions_after_the_end_change_nothing() {
        // Two more positions behind the end of every row give the same targets before it.
        const PpoRollout rollout = small_rollout();
        PpoRollout wider = rollout;
        const at::Tensor tail = at::full({2, 2}, 50.0, at::kDouble);
        wider.lengths = at::tensor(std::vector<std::int64_t>{2, 2});
        wider.logprobs = at::cat({rollout.logprobs, tail}, 1);
        wider.ref_logprobs = at::cat({rollout.ref_logprobs, tail * -20}, 1);
        wider.values = at::cat({rollout.values, tail}, 1);
        PpoRollout narrow = rollout;
        narrow.lengths = wider.lengths;
        const PpoTargets a = ppo_targets(narrow, small_config());
        const PpoTargets b = ppo_targets(wider, small_config());
        QVERIFY(close(a.advantages, b.advantages.narrow(1, 0, 3)));
        QVERIFY(close(a.returns, b.returns.narrow(1, 0, 3)));
        QCOMPARE(b.advantages.narrow(1, 3, 2).abs().max().item<double>(), 0.0);
        QCOMPARE(a.metrics.at("objective/kl"), b.metrics.at("objective/kl"));
    }

    void loss_by_hand() {
        // One row of two tokens, one value position beyond them. Ratios e^.1 = 1.105 (inside) and
        // e^.5 = 1.649 (clipped at 1.2 where A > 0).
        PpoBatch batch;
        batch.masks = ppo_masks(at::tensor(std::vector<std::int64_t>{2}), 3, at::kDouble);
        batch.old_logprobs = matrix({-1, -2, -5}, 1);
        batch.logprobs = matrix({-0.9, -1.5, -1}, 1);
        batch.advantages = matrix({-1, 2, 0}, 1);
        batch.old_values = matrix({0, 1, 0.5}, 1);
        batch.values = matrix({0.1, 2, 0.5}, 1);
        batch.returns = matrix({1, 1.5, 0}, 1);
        batch.entropy = matrix({1, 2, 6}, 1);
        // Policy: max(1.105, 1.105) and max(-3.297, -2.4) = -2.4; mean over 2.
        // Values: .1 -> (.9)^2 = .81 both ways; 2 -> .25, clipped to 1.2 -> .09; .5 -> .25 both.
        // Half the mean over 3: (.81 + .25 + .25) / 6.
        const LossResult result = ppo_loss(batch, {});
        const double policy = (std::exp(0.1) - 2.4) / 2, value = 1.31 / 6;
        QVERIFY(close(result.loss.item<double>(), policy + 0.1 * value));
        const auto& metrics = result.metrics;
        QVERIFY(close(metrics.at("loss/policy_avg"), policy));
        QVERIFY(close(metrics.at("loss/value_avg"), value));
        QVERIFY(close(metrics.at("policy/clipfrac_avg"), 0.5));
        QVERIFY(close(metrics.at("val/clipfrac_avg"), 0));
        QVERIFY(close(metrics.at("policy/approxkl_avg"), 0.5 * (0.01 + 0.25) / 3));
        QVERIFY(close(metrics.at("val/ratio"), (std::exp(0.1) + std::exp(0.5) + 1) / 3));
        QVERIFY(close(metrics.at("policy/entropy_avg"), 3));
        batch.entropy_mask = batch.masks.tokens;
        QVERIFY(close(ppo_loss(batch, {}).metrics.at("policy/entropy_avg"), 1.5));
    }

    void first_pass_is_on_policy() {
        PpoBatch batch = moved_batch();
        batch.logprobs = batch.old_logprobs.clone().requires_grad_(true);
        batch.values = batch.old_values.clone();
        const LossResult result = ppo_loss(batch, small_config());
        result.loss.backward();
        // The gradient of REINFORCE: -A / tokens.
        QVERIFY(close(batch.logprobs.grad(), -batch.advantages / 5));
        QCOMPARE(result.metrics.at("policy/clipfrac_avg"), 0.0);
        QCOMPARE(result.metrics.at("policy/approxkl_avg"), 0.0);
        QCOMPARE(result.metrics.at("val/ratio"), 1.0);
    }

    void gradients() {
        PpoBatch batch = moved_batch();
        QVERIFY(ppo_loss(batch, {}).metrics.at("policy/clipfrac_avg") > 0);
        QVERIFY(ppo_loss(batch, {}).metrics.at("val/clipfrac_avg") > 0);
        const auto of_policy = [&](const at::Tensor& logprobs) {
            PpoBatch moved = batch;
            moved.logprobs = logprobs;
            return ppo_loss(moved, {}).loss;
        };
        QVERIFY(gradient_error(of_policy, batch.logprobs) < 1e-8);
        const auto of_values = [&](const at::Tensor& values) {
            PpoBatch moved = batch;
            moved.values = values;
            return ppo_loss(moved, {}).loss;
        };
        QVERIFY(gradient_error(of_values, batch.values) < 1e-8);
    }

    void rows_of_a_minibatch() {
        const PpoRollout rollout = small_rollout();
        const PpoTargets targets = ppo_targets(rollout, small_config());
        const PpoBatch batch = ppo_rows(rollout, targets, at::tensor(std::vector<std::int64_t>{1}));
        QVERIFY(close(batch.old_logprobs, rollout.logprobs.narrow(0, 1, 1)));
        QVERIFY(close(batch.advantages, targets.advantages.narrow(0, 1, 1)));
        QVERIFY(close(batch.masks.tokens, matrix({1, 1, 1}, 1)));
    }

    void step_metrics_by_hand() {
        const auto metrics = ppo_step_metrics({{{"val/ratio", 1.0}, {"loss/policy_avg", 2.0}},
                                               {{"val/ratio", 1.5}, {"loss/policy_avg", 4.0}}});
        QVERIFY(close(metrics.at("val/ratio"), 1.25));
        QVERIFY(close(metrics.at("val/ratio_var"), 0.125));  // 2 * .25^2 / (2 - 1)
        QVERIFY(close(metrics.at("loss/policy_avg"), 3));
        QVERIFY(!ppo_step_metrics({{{"val/ratio", 1.0}}}).contains("val/ratio_var"));
    }
};

/// The parts that PPO's targets are made of.
class TestGae : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void by_hand() {
        // gamma .5, lam .5. Deltas: 1 + .5 * 2 - 1 = 1; 0 + .5 * 4 - 2 = 0; 4 - 4 = 0.
        const Gae gae =
            generalized_advantages(matrix({1, 0, 4}, 1), matrix({1, 2, 4}, 1), 0.5, 0.5);
        QVERIFY(close(gae.advantages, matrix({1, 0, 0}, 1)));
        QVERIFY(close(gae.returns, matrix({2, 2, 4}, 1)));
    }

    void lam_one_is_the_return_less_the_value() {
        const at::Tensor rewards = matrix({1, -2, 3, 0.5, 0, 1}, 2);
        const at::Tensor values = matrix({0.3, 0.2, -1, 4, 5, 6}, 2);
        const Gae gae = generalized_advantages(rewards, values, 1.0, 1.0);
        QVERIFY(close(gae.returns, matrix({2, 1, 3, 1.5, 1, 1}, 2)));  // sums to the end
        QVERIFY(close(gae.advantages, gae.returns - values));
    }

    void lam_zero_is_one_step() {
        const Gae gae =
            generalized_advantages(matrix({1, 2, 3}, 1), matrix({10, 20, 30}, 1), 0.9, 0.0);
        QVERIFY(close(gae.advantages, matrix({1 + 18 - 10, 2 + 27 - 20, 3 - 30}, 1)));
    }

    void whitening_by_hand() {
        // On the mask 1, 2, 3: mean 2, variance 1 with n - 1.
        const at::Tensor values = vector({1, 100, 2, 3}), mask = vector({1, 0, 1, 1});
        const double scale = 1 / std::sqrt(1 + 1e-8);
        QVERIFY(close(masked_variance(values, mask).item<double>(), 1));
        QVERIFY(close(masked_whiten(values, mask), vector({-scale, 0, 0, scale})));
        QVERIFY(close(masked_whiten(values, mask, true), vector({2 - scale, 0, 2, 2 + scale})));
    }

    void whitening_of_one_value_is_finite() {
        const at::Tensor whitened = masked_whiten(vector({7, 8}), vector({1, 0}));
        QVERIFY(close(whitened, vector({0, 0})));
    }

    void explained_variance_by_hand() {
        const at::Tensor returns = vector({1, 2, 3, 50}), mask = vector({1, 1, 1, 0});
        QVERIFY(close(explained_variance(returns, returns, mask), 1));
        QVERIFY(close(explained_variance(vector({5, 5, 5, 5}), returns, mask), 0));
        // Returns less 3, 2, 1 are -2, 0, 2 with variance 4, the returns' own is 1: 1 - 4.
        QVERIFY(close(explained_variance(vector({3, 2, 1, 0}), returns, mask), -3));
        QVERIFY(std::isnan(explained_variance(returns, vector({1, 1, 1, 1}), mask)));
    }
};

PLUMB_REGISTER_TEST(TestPpo)
PLUMB_REGISTER_TEST(TestGae)
#include "ppo_test.moc"
