// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/controllers.h"

#include <limits>

#include "algorithms/kl.h"
#include "algorithms/overlong.h"
#include "numeric_gradient.h"
#include "tensors.h"
#include "test_main.h"

using namespace plumb;

class TestControllers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fixed_kl_price_stays() { QCOMPARE(updated(KlController{0.3, {}}, 99, 512).coef, 0.3); }

    void adaptive_kl_price_by_hand() {
        const KlController controller{0.2, AdaptiveKl{6, 10000}};
        // 6.6 / 6 - 1 = .1; 1 + .1 * 500 / 10000 = 1.005.
        QVERIFY(close(updated(controller, 6.6, 500).coef, 0.2 * 1.005));
        // The error is held to -.2 .. .2: 1 + .2 * .05 and 1 - .2 * .05.
        QVERIFY(close(updated(controller, 60, 500).coef, 0.2 * 1.01));
        QVERIFY(close(updated(controller, 0, 500).coef, 0.2 * 0.99));
        QCOMPARE(updated(controller, 6, 500).coef, 0.2);
    }

    void kl_that_is_not_finite_changes_nothing() {
        const KlController controller{0.2, AdaptiveKl{}};
        QCOMPARE(updated(controller, std::numeric_limits<double>::quiet_NaN(), 500).coef, 0.2);
        QCOMPARE(updated(controller, std::numeric_limits<double>::infinity(), 500).coef, 0.2);
    }

    void entropy_bonus_follows_the_entropy() {
        EntropyController controller{0.01, 0.0, 0.02, 0.006, 0.3};
        controller = updated(controller, 0.2);  // too certain
        QVERIFY(close(controller.coef, 0.016));
        controller = updated(controller, 0.3);  // at the target counts as too certain
        QVERIFY(close(controller.coef, 0.02));  // no more than max
        controller = updated(controller, 0.9);
        QVERIFY(close(controller.coef, 0.014));
        QCOMPARE(updated({0.001, 0, 1, 0.005, 0.2}, 1.0).coef, 0.0);
        QCOMPARE(applied_coef(controller, 0.3), controller.coef);
        QCOMPARE(applied_coef(controller, 0.31), 0.0);
    }

    void overlong_penalty_by_hand() {
        // 20 at most, soft from 10: 8 and 10 are free, 16 costs 6 / 10, 20 and more cost 1.
        const at::Tensor lengths = at::tensor(std::vector<std::int64_t>{8, 10, 16, 20, 25});
        const at::Tensor penalty = overlong_penalty(lengths, 20, 10);
        QVERIFY(at::allclose(penalty, vector({0, 0, -0.6, -1, -1}).to(at::kFloat)));
        // Without a free part.
        QVERIFY(at::allclose(overlong_penalty(lengths, 10, 10).narrow(0, 0, 2),
                             vector({-0.8, -1}).to(at::kFloat)));
    }

    void kl_gradients_data() {
        QTest::addColumn<bool>("k3");
        QTest::newRow("k1") << false;
        QTest::newRow("k3") << true;
    }
    void kl_gradients() {
        QFETCH(bool, k3);
        const at::Tensor ref = matrix({-1, -2, -0.5, -3}, 2);
        const auto function = [&](const at::Tensor& logprobs) {
            return kl_estimate(logprobs, ref, k3 ? KlEstimator::k3 : KlEstimator::k1).sum();
        };
        QVERIFY(gradient_error(function, ref + matrix({0.5, -0.5, 0.1, -1}, 2)) < 1e-8);
    }

    void kl_estimators_agree_near_the_reference() {
        // Over all tokens of a distribution both have the expectation KL(p || q).
        const at::Tensor p = vector({0.5, 0.3, 0.2}), q = vector({0.4, 0.4, 0.2});
        const double exact = (p * (p / q).log()).sum().item<double>();
        QVERIFY(close((p * kl_k1(p.log(), q.log())).sum().item<double>(), exact));
        QVERIFY(close((p * kl_k3(p.log(), q.log())).sum().item<double>(), exact));
    }
};

PLUMB_REGISTER_TEST(TestControllers)
#include "controllers_test.moc"
