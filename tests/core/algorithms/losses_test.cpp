// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "algorithms/grpo.h"
#include "algorithms/sft.h"
#include "numeric_gradient.h"
#include "tensors.h"
#include "test_main.h"

using namespace plumb;

namespace {

GrpoBatch small_batch() {
    GrpoBatch batch;
    batch.logprobs = matrix({-1.0, -2.0, -0.5, -1.5}, 2);
    batch.old_logprobs = matrix({-1.1, -1.5, -0.9, -1.5}, 2);
    batch.ref_logprobs = matrix({-1.2, -2.2, -0.4, -1.0}, 2);
    batch.entropy = matrix({0.9, 1.2, 0.3, 0.7}, 2);
    batch.mask = matrix({1, 1, 1, 0}, 2);
    batch.advantages = at::tensor(std::vector<double>{1.0, -0.5}, at::kDouble);
    batch.max_completion_length = 4;
    return batch;
}

}  // namespace

class TestLosses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sft_by_hand() {
        TokenLogprobs tokens{
            at::tensor(std::vector<double>{std::log(0.5), std::log(0.25)}, at::kDouble),
            at::tensor(std::vector<double>{1.0, 3.0}, at::kDouble)};
        const at::Tensor right = at::tensor(std::vector<std::int64_t>{1, 0}) > 0;
        const auto nll = sft_loss(tokens, right, 2, SftLossType::nll);
        QVERIFY(std::abs(nll.loss.item<double>() - std::log(8.0) / 2) < 1e-12);
        QCOMPARE(nll.metrics.at("entropy"), 2.0);
        QCOMPARE(nll.metrics.at("mean_token_accuracy"), 0.5);
        const auto dft = sft_loss(tokens, right, 4, SftLossType::dft);
        const double expected = (0.5 * std::log(2.0) + 0.25 * std::log(4.0)) / 4;
        QVERIFY(std::abs(dft.loss.item<double>() - expected) < 1e-12);
    }

    void dft_does_not_differentiate_its_weight() {
        at::Tensor logp =
            at::tensor(std::vector<double>{-0.7, -2.0}, at::kDouble).requires_grad_(true);
        const TokenLogprobs tokens{logp, at::zeros({2}, at::kDouble)};
        sft_loss(tokens, at::zeros({2}, at::kBool), 2, SftLossType::dft).loss.backward();
        QVERIFY(at::allclose(logp.grad(), -logp.detach().exp() / 2));
    }

    void grpo_by_hand() {
        // On policy the ratio is 1: the loss is minus the mean advantage, its gradient -A / tokens.
        GrpoBatch batch = small_batch();
        batch.old_logprobs = at::Tensor();
        batch.logprobs.requires_grad_(true);
        const auto result = grpo_loss(batch, {});
        QVERIFY(std::abs(result.loss.item<double>() - -(1.0 + 1.0 - 0.5) / 3) < 1e-12);
        result.loss.backward();
        QVERIFY(at::allclose(batch.logprobs.grad(), matrix({-1, -1, 0.5, 0}, 2) / 3));
        QCOMPARE(result.metrics.at("clip_ratio/region_mean"), 0.0);
    }

    void clipping_by_hand() {
        // Ratios: exp(.1) = 1.105 (kept), exp(-.5) = .607 (A > 0: kept), exp(.4) = 1.49 with A < 0:
        // kept.
        const auto result = grpo_loss(small_batch(), {});
        const double expected = -(std::exp(0.1) + std::exp(-0.5) - 0.5 * std::exp(0.4)) / 3;
        QVERIFY(std::abs(result.loss.item<double>() - expected) < 1e-12);
        GrpoBatch reversed = small_batch();
        reversed.advantages = -reversed.advantages;
        // Now the second ratio is below 0.8 with A < 0, the third above 1.2 with A > 0: both
        // clipped.
        const auto clipped = grpo_loss(reversed, {});
        const double expected_clipped = -(-std::exp(0.1) - 0.8 + 0.5 * 1.2) / 3;
        QVERIFY(std::abs(clipped.loss.item<double>() - expected_clipped) < 1e-12);
        QVERIFY(std::abs(clipped.metrics.at("clip_ratio/low_mean") - 1.0 / 3) < 1e-12);
        QVERIFY(std::abs(clipped.metrics.at("clip_ratio/high_mean") - 1.0 / 3) < 1e-12);
    }

    void kl_is_zero_only_at_the_reference() {
        const at::Tensor a = matrix({-1, -2}, 1);
        QCOMPARE(kl_k3(a, a).abs().max().item<double>(), 0.0);
        QVERIFY(kl_k3(a, a + 0.3).min().item<double>() > 0);
        QVERIFY(std::abs(kl_k3(a, a - 1).min().item<double>() - std::exp(-1.0)) < 1e-12);
    }

    void gradients_data() {
        QTest::addColumn<int>("type");
        QTest::addColumn<bool>("sequence");
        QTest::addColumn<double>("beta");
        const char* names[] = {"grpo",  "bnpo", "dr_grpo", "dapo",
                               "cispo", "sapo", "vespo",   "luspo"};
        for (int type = 0; type < 8; ++type)
            for (bool sequence : {false, true})
                for (double beta : {0.0, 0.1})
                    QTest::addRow("%s %s beta %g", names[type], sequence ? "sequence" : "token",
                                  beta)
                        << type << sequence << beta;
    }
    void gradients() {
        QFETCH(int, type);
        QFETCH(bool, sequence);
        QFETCH(double, beta);
        GrpoLossConfig config;
        config.loss_type = static_cast<GrpoLossType>(type);
        config.importance_sampling =
            sequence ? ImportanceSampling::sequence : ImportanceSampling::token;
        config.beta = beta;
        // CISPO and VESPO hold their weight fixed; a numeric derivative sees it move.
        const bool fixed_weight =
            config.loss_type == GrpoLossType::cispo || config.loss_type == GrpoLossType::vespo;
        GrpoBatch batch = small_batch();
        const at::Tensor start = batch.logprobs;
        if (fixed_weight) {
            // Their gradient in logprobs is the constant weight: the loss minus KL is linear in a
            // copy of logprobs that enters only as the last factor.
            config.beta = 0;
            at::Tensor leaf = start.clone().requires_grad_(true);
            batch.logprobs = leaf;
            const auto result = grpo_loss(batch, config);
            result.loss.backward();
            // Euler: a function linear in its argument equals gradient times argument.
            const double linear = (leaf.grad() * start).sum().item<double>();
            QVERIFY(std::abs(linear - result.loss.item<double>()) < 1e-12);
            return;
        }
        const auto function = [&](const at::Tensor& logprobs) {
            batch.logprobs = logprobs;
            return grpo_loss(batch, config).loss;
        };
        QVERIFY(gradient_error(function, start) < 1e-8);
    }

    void entropy_bonus_has_a_gradient() {
        GrpoLossConfig config;
        config.entropy_coef = 0.2;
        GrpoBatch batch = small_batch();
        const auto function = [&](const at::Tensor& entropy) {
            batch.entropy = entropy;
            return grpo_loss(batch, config).loss;
        };
        QVERIFY(gradient_error(function, batch.entropy) < 1e-8);
    }

    void values_off_the_mask_are_ignored() {
        GrpoBatch batch = small_batch();
        const double loss = grpo_loss(batch, {}).loss.item<double>();
        batch.logprobs[1][1] = -9.0;
        QCOMPARE(grpo_loss(batch, {}).loss.item<double>(), loss);
    }
};

PLUMB_REGISTER_TEST(TestLosses)
#include "losses_test.moc"
