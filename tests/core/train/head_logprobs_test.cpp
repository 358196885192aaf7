// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/head_logprobs.h"

#include "model/memory_ledger.h"
#include "small_policy.h"

using namespace plumb;

namespace {

bool close(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-5, 1e-6); }

at::Tensor some_hidden(std::int64_t rows, std::int64_t size) {
    return at::sin(at::arange(rows * size, at::kFloat) * 1.7).view({rows, size});
}

}  // namespace

class TestHeadLogprobs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void slices_equal_the_whole() {
        const at::Tensor ids = at::arange(10) % 11;
        const auto outputs = [&](std::int64_t rows_at_once, at::Tensor& gradients,
                                 at::Tensor& hidden_gradient) {
            Decoder model = tiny_model(3);
            model.enable_training();
            const at::Tensor hidden = some_hidden(10, 16).requires_grad_(true);
            HeadOutputs head = head_logprobs(model, hidden, ids,
                                             {.temperature = 0.8,
                                              .suppressed_ids = {0},
                                              .second_temperature = 1.5,
                                              .argmax = true,
                                              .mean_logits = true,
                                              .log_collision = true,
                                              .rows_at_once = rows_at_once});
            const at::Tensor kept = ids != 0;
            ((head.tokens.logprobs + 0.1 * head.second) * kept + 0.3 * head.tokens.entropy)
                .sum()
                .backward();
            gradients = model.flat_gradients().clone();
            hidden_gradient = hidden.grad();
            return head;
        };
        at::Tensor whole_gradients, whole_hidden, gradients, hidden;
        const HeadOutputs whole = outputs(0, whole_gradients, whole_hidden);
        for (const std::int64_t rows : {1, 3, 9}) {
            const HeadOutputs slices = outputs(rows, gradients, hidden);
            QVERIFY(at::equal(slices.tokens.logprobs, whole.tokens.logprobs));
            QVERIFY(at::equal(slices.tokens.entropy, whole.tokens.entropy));
            QVERIFY(at::equal(slices.second, whole.second));
            QVERIFY(at::equal(slices.is_argmax, whole.is_argmax));
            QVERIFY(close(slices.mean_logits, whole.mean_logits));
            QVERIFY(close(slices.log_collision, whole.log_collision));
            QVERIFY(close(hidden, whole_hidden));
            QVERIFY(close(gradients, whole_gradients));
        }
        QVERIFY(whole_gradients.abs().sum().item<double>() > 0);
    }

    void without_gradients() {
        const Decoder model = tiny_model(3);
        const at::Tensor ids = at::arange(10) % 11, hidden = some_hidden(10, 16);
        const at::NoGradGuard no_gradient;
        const auto slices = head_logprobs(model, hidden, ids, {.rows_at_once = 4});
        QVERIFY(
            at::equal(slices.tokens.logprobs, token_logprobs(model.logits(hidden), ids).logprobs));
    }

    /// 1024 tokens of a vocabulary of 49152: the logits alone would be 200 MB.
    void logits_of_a_large_vocabulary_are_never_whole() {
        begin_memory_account();
        ModelConfig config = tiny_config();
        config.vocab_size = 49152;
        Decoder model(config, at::kCPU);
        model.initialise(1);
        model.enable_training();
        const std::int64_t rows = 1024;
        const auto peak = [&](std::int64_t at_once) {
            reset_memory_peaks();
            const at::Tensor hidden = some_hidden(rows, 16).requires_grad_(true);
            const auto head =
                head_logprobs(model, hidden, at::arange(rows), {.rows_at_once = at_once});
            head.tokens.logprobs.sum().backward();
            return static_cast<double>(memory_use().peak_of(MemoryOwner::activations)) / 1e6;
        };
        const double sliced = peak(0), whole = peak(rows);
        qInfo("%.0f MB in slices, %.0f MB at once", sliced, whole);
        QVERIFY(sliced < 150);
        QVERIFY(whole > 400);
    }

    void probabilities_of_bfloat16_are_float32() {
        const Decoder model = tiny_model(3).with_dtype(WeightType::bfloat16);
        const at::NoGradGuard no_gradient;
        const auto head = head_logprobs(model, some_hidden(4, 16).to(at::kBFloat16), at::arange(4));
        QCOMPARE(head.tokens.logprobs.scalar_type(), at::kFloat);
    }
};

PLUMB_REGISTER_TEST(TestHeadLogprobs)
#include "head_logprobs_test.moc"
