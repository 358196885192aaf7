// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/logprobs.h"

#include <cmath>

#include "numeric_gradient.h"
#include "test_main.h"

using namespace plumb;

namespace {

at::Tensor double_tensor(const std::vector<double>& values, at::IntArrayRef sizes) {
    return at::tensor(values, at::kDouble).view(sizes);
}

at::Tensor random_logits(std::int64_t rows, std::int64_t vocab) {
    at::manual_seed(3);
    return at::randn({rows, vocab}, at::kDouble) * 2;
}

}  // namespace

class TestLogprobs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void by_hand() {
        // softmax([0, ln 3]) = [1/4, 3/4]
        const at::Tensor logits = double_tensor({0, std::log(3.0)}, {1, 2});
        const auto result = token_logprobs(logits, at::tensor({std::int64_t{1}}));
        QVERIFY(std::abs(result.logprobs.item<double>() - std::log(0.75)) < 1e-12);
        const double entropy = -(0.25 * std::log(0.25) + 0.75 * std::log(0.75));
        QVERIFY(std::abs(result.entropy.item<double>() - entropy) < 1e-12);
    }

    void temperature_divides_the_logits() {
        const at::Tensor logits = random_logits(4, 5);
        const at::Tensor ids = at::tensor(std::vector<std::int64_t>{0, 3, 4, 1});
        const auto warm = token_logprobs(logits, ids, 2.0);
        const auto same = token_logprobs(logits / 2.0, ids);
        QVERIFY(at::allclose(warm.logprobs, same.logprobs));
        QVERIFY(at::allclose(warm.entropy, same.entropy));
    }

    void suppressed_ids_take_no_part() {
        const at::Tensor logits = random_logits(3, 6);
        const at::Tensor ids = at::tensor(std::vector<std::int64_t>{1, 3, 5});
        const auto result = token_logprobs(logits, ids, 1.0, {0, 4});
        const at::Tensor kept =
            logits.index_select(1, at::tensor(std::vector<std::int64_t>{1, 2, 3, 5}));
        const auto expected = token_logprobs(kept, at::tensor(std::vector<std::int64_t>{0, 2, 3}));
        QVERIFY(at::allclose(result.logprobs, expected.logprobs));
        QVERIFY(at::allclose(result.entropy, expected.entropy));
    }

    void gradients_data() {
        QTest::addColumn<double>("temperature");
        QTest::addColumn<double>("entropy_weight");
        QTest::addColumn<double>("logprob_weight");
        QTest::newRow("log-probability alone") << 1.0 << 0.0 << 1.0;
        QTest::newRow("entropy alone") << 1.0 << 1.0 << 0.0;
        QTest::newRow("both, warm") << 1.7 << 0.3 << 1.0;
    }
    void gradients() {
        QFETCH(double, temperature);
        QFETCH(double, entropy_weight);
        QFETCH(double, logprob_weight);
        const at::Tensor ids = at::tensor(std::vector<std::int64_t>{2, 0, 4});
        const at::Tensor weights = double_tensor({1.0, -2.0, 0.5}, {3});
        const auto function = [&](const at::Tensor& logits) {
            const auto result = token_logprobs(logits, ids, temperature, {1});
            at::Tensor sum = at::zeros({}, at::kDouble);
            if (logprob_weight != 0) sum = sum + logprob_weight * (result.logprobs * weights).sum();
            if (entropy_weight != 0) sum = sum + entropy_weight * (result.entropy * weights).sum();
            return sum;
        };
        QVERIFY(gradient_error(function, random_logits(3, 5)) < 1e-8);
    }

    void slices_agree_with_the_whole() {
        // More numbers than one slice holds.
        const at::Tensor logits = random_logits(3000, 1500).to(at::kFloat);
        const at::Tensor ids = at::randint(0, 1500, {3000}, at::kLong);
        const auto result = token_logprobs(logits, ids);
        const at::Tensor expected =
            at::log_softmax(logits, 1).gather(1, ids.unsqueeze(1)).squeeze(1);
        QVERIFY(at::equal(result.logprobs, expected));
    }

    void collision_probability_leaves_suppressed_ids_out() {
        const at::Tensor logits = random_logits(4, 6);
        const at::Tensor p = at::softmax(
            logits.index_select(1, at::tensor(std::vector<std::int64_t>{0, 2, 3, 5})) / 1.5, 1);
        QVERIFY(
            at::allclose(log_collision_probability(logits, 1.5, {1, 4}), p.square().sum(1).log()));
    }

    void argmax_ties_go_to_the_first() {
        const at::Tensor logits = double_tensor({1, 1, 0, 0, 2, 2}, {2, 3});
        const at::Tensor right = is_argmax(logits, at::tensor(std::vector<std::int64_t>{0, 2}));
        QVERIFY(right[0].item<bool>());
        QVERIFY(!right[1].item<bool>());
    }
};

PLUMB_REGISTER_TEST(TestLogprobs)
#include "logprobs_test.moc"
