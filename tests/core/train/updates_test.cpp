// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "algorithms/logprobs.h"
#include "small_policy.h"
#include "train/batches.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/update.h"

using namespace plumb;

class TestUpdates : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void schedules_by_hand() {
        // 10 updates, 2 of them warm-up.
        const auto factor = [](const char* type, std::int64_t step) {
            return schedule_factor(type, step, 2, 10, 0.1);
        };
        QCOMPARE(factor("constant", 0), 1.0);
        QCOMPARE(factor("linear", 0), 0.0);
        QCOMPARE(factor("linear", 1), 0.5);
        QCOMPARE(factor("linear", 2), 1.0);
        QCOMPARE(factor("linear", 6), 0.5);
        QCOMPARE(factor("cosine", 6), 0.5);
        QCOMPARE(factor("cosine_with_min_lr", 6), 0.1 + 0.9 * 0.5);
        QCOMPARE(factor("constant_with_warmup", 9), 1.0);
        QCOMPARE(factor("inverse_sqrt", 8), std::sqrt(2.0 / 8.0));
        QVERIFY(std::abs(factor("cosine", 10)) < 1e-12);
    }

    void schedules_are_as_far_on_as_the_budget() {
        const auto factor = [](const char* type, std::int64_t step, double used) {
            return schedule_factor(type, step, 2, 10, 0.1, used);
        };
        QCOMPARE(factor("linear", 3, 0.6), 0.5);
        QCOMPARE(factor("cosine", 3, 0.6), 0.5);
        QCOMPARE(factor("linear", 6, 0.1), 0.5);
        QCOMPARE(factor("linear", 3, 1.0), 0.0);
        QCOMPARE(factor("linear", 3, 1.5), 0.0);
        // The warm-up is counted in steps, also where the budget is nearly used up.
        QCOMPARE(factor("linear", 1, 0.9), 0.5);
        QCOMPARE(factor("constant_with_warmup", 3, 0.9), 1.0);
        QCOMPARE(factor("inverse_sqrt", 8, 0.9), std::sqrt(2.0 / 8.0));
        QCOMPARE(schedule_factor("linear", 10, 0, 1'000'000, 0.1, 0.75), 0.25);
    }

    void adamw_by_hand() {
        Decoder model = tiny_model(1);
        model.enable_training();
        AdamW optimizer(model, {0.9, 0.999, 1e-8, 0.1});
        const at::Tensor before = model.flat_parameters().detach().clone();
        model.flat_gradients().fill_(0.5);
        optimizer.step(0.01);
        const at::Tensor after = model.flat_parameters().detach();
        // First step: both moments, corrected, give g / |g| = 1; decay multiplies matrices by 1 -
        // lr wd.
        const auto expected = [](const at::Tensor& p, double decay) {
            return p * (1 - 0.01 * decay) - 0.01;
        };
        const std::int64_t n = model.decay_size();
        QVERIFY(
            at::allclose(after.narrow(0, 0, n), expected(before.narrow(0, 0, n), 0.1), 1e-5, 1e-6));
        const std::int64_t rest = before.numel() - n;
        QVERIFY(rest > 0);
        QVERIFY(at::allclose(after.narrow(0, n, rest), expected(before.narrow(0, n, rest), 0.0),
                             1e-5, 1e-6));
    }

    void a_parameter_without_gradient_does_not_move() {
        Decoder model = tiny_model(2);
        model.enable_training();
        AdamW optimizer(model, {});
        const at::Tensor before = model.flat_parameters().detach().clone();
        optimizer.step(0.1);
        QVERIFY(at::equal(model.flat_parameters().detach(), before));
    }

    void master_weights_keep_small_updates() {
        Decoder model = tiny_model(2).with_dtype(WeightType::bfloat16);
        {
            const at::NoGradGuard no_gradient;
            model.flat_parameters().fill_(1.0);
        }
        model.enable_training();
        AdamW optimizer(model, {});
        const auto step = [&] {
            model.flat_gradients().fill_(1.0);
            optimizer.step(1e-3);  // next to 1 bfloat16 tells steps of 2^-8 below and 2^-7 above
        };
        step();
        QCOMPARE(model.flat_parameters().min().item<float>(), 1.0f);
        QVERIFY(std::abs(optimizer.state().at("master_weights").max().item<float>() - 0.999f) <
                1e-5f);
        for (int i = 1; i < 8; ++i) step();
        QCOMPARE(model.flat_parameters().max().item<float>(), 1.0f - 0x1p-7f);
        QVERIFY(std::abs(optimizer.state().at("master_weights").max().item<float>() - 0.992f) <
                1e-5f);
        QCOMPARE(optimizer.state().at("first_moment").scalar_type(), at::kFloat);
    }

    void master_weights_come_back() {
        const auto train = [](Decoder& model, AdamW& optimizer, int steps) {
            for (int i = 0; i < steps; ++i) {
                model.flat_gradients().fill_(0.3);
                optimizer.step(1e-4);
            }
        };
        const auto model_at = [](const Decoder& start) {
            Decoder model = start.with_dtype(WeightType::bfloat16);
            model.enable_training();
            return model;
        };
        Decoder whole = model_at(tiny_model(2));
        AdamW optimizer(whole, {});
        train(whole, optimizer, 5);
        Decoder again = model_at(whole);
        AdamW resumed(again, {});
        TensorMap kept;
        for (const auto& [name, tensor] : optimizer.state()) kept["adam." + name] = tensor.clone();
        VERIFY_OK(resumed.load_state(kept, "adam.", 5, "here"));
        train(whole, optimizer, 5);
        train(again, resumed, 5);
        QVERIFY(at::equal(whole.flat_parameters().detach(), again.flat_parameters().detach()));
        for (const auto& [name, tensor] : optimizer.state())
            QVERIFY(at::equal(tensor, resumed.state().at(name)));
    }

    void bfloat16_updates_follow_float32_ones() {
        const std::vector<TokenIds> rows{{2, 3, 4, 1}, {5, 6, 1}, {7, 8, 9, 10, 1}, {3, 1}};
        const auto losses = [&](WeightType dtype) {
            Decoder model = tiny_model(4).with_dtype(dtype);
            model.enable_training();
            AdamW optimizer(model, {});
            std::vector<double> values;
            for (int i = 0; i < 20; ++i) {
                MetricMeans means;
                accumulate_sft(model, make_labelled_batch(rows, rows), 10, SftLossType::nll, means);
                values.push_back(means.result().at("loss"));
                apply_update(model, optimizer, 0.01, 1.0);
            }
            return values;
        };
        const auto exact = losses(WeightType::float32), rounded = losses(WeightType::bfloat16);
        QVERIFY(exact.back() < 0.5 * exact.front());
        for (std::size_t i = 0; i < exact.size(); ++i)
            QVERIFY(std::abs(exact[i] - rounded[i]) < 0.05 * exact.front());
    }

    void clipping_keeps_the_direction() {
        at::Tensor gradients = at::tensor(std::vector<float>{3, 4});
        QCOMPARE(clip_gradients({gradients}, 1.0), 5.0);
        QVERIFY(at::allclose(gradients, at::tensor(std::vector<float>{0.6f, 0.8f}), 1e-5));
        at::Tensor small = at::tensor(std::vector<float>{0.3f, 0.4f});
        clip_gradients({small}, 1.0);
        QCOMPARE(small[0].item<float>(), 0.3f);
        at::Tensor measured = at::tensor(std::vector<float>{3, 4});
        QCOMPARE(clip_gradients({measured}, 0.0), 5.0);
        QCOMPARE(measured[1].item<float>(), 4.0f);
    }

    void labelled_batch_scores_the_next_token() {
        const auto batch = make_labelled_batch({{5, 6, 7}, {8, 9}}, {{-100, -100, 7}, {8, 9}});
        QVERIFY(at::equal(batch.tokens.ids, at::tensor(std::vector<std::int64_t>{5, 6, 7, 8, 9})));
        QVERIFY(at::equal(batch.predictors, at::tensor(std::vector<std::int64_t>{1, 3})));
        QVERIFY(at::equal(batch.labels, at::tensor(std::vector<std::int64_t>{7, 9})));
    }

    void completion_logprobs_equal_those_of_single_rows() {
        const Decoder model = tiny_model(3);
        const std::vector<TokenIds> prompts{{2, 3, 4}, {5}}, completions{{6, 1}, {7, 8, 9}};
        const auto batch = make_completion_batch(prompts, completions);
        const auto both = completion_logprobs(model, batch, 0.8, {0});
        for (std::int64_t row = 0; row < 2; ++row) {
            const auto i = static_cast<std::size_t>(row);
            TokenIds ids = prompts[i];
            ids.insert(ids.end(), completions[i].begin(), completions[i].end());
            const at::Tensor hidden = model.hidden_states(pad_right({ids}, 0));
            const at::Tensor logits = model.logits(hidden.squeeze(0));
            for (std::size_t t = 0; t < completions[i].size(); ++t) {
                at::Tensor z = logits[static_cast<std::int64_t>(prompts[i].size() + t) - 1] / 0.8;
                z[0] = -INFINITY;
                const at::Tensor expected = at::log_softmax(z, 0)[completions[i][t]];
                const at::Tensor actual = both.logprobs[row][static_cast<std::int64_t>(t)];
                QVERIFY(std::abs(expected.item<float>() - actual.item<float>()) < 1e-5f);
            }
        }
        QCOMPARE(both.logprobs[0][2].item<float>(), 0.0f);
    }

    void accumulation_equals_one_large_batch() {
        const std::vector<TokenIds> rows{{2, 3, 4, 1}, {5, 6, 1}, {7, 8, 9, 10, 1}, {3, 1}};
        const auto gradient = [&](const std::vector<std::pair<std::size_t, std::size_t>>& parts) {
            Decoder model = tiny_model(4);
            model.enable_training();
            MetricMeans means;
            for (const auto& [first, end] : parts) {
                const std::vector<TokenIds> part(rows.begin() + static_cast<std::ptrdiff_t>(first),
                                                 rows.begin() + static_cast<std::ptrdiff_t>(end));
                accumulate_sft(model, make_labelled_batch(part, part), 10, SftLossType::nll, means);
            }
            return std::pair(model.flat_gradients().clone(), means.result().at("loss"));
        };
        const auto [whole, loss] = gradient({{0, 4}});
        const auto [parts, loss_of_parts] = gradient({{0, 1}, {1, 3}, {3, 4}});
        QVERIFY(at::allclose(whole, parts, 1e-4, 1e-6));
        QVERIFY(std::abs(loss - loss_of_parts) < 1e-5);
        QVERIFY(whole.abs().max().item<float>() > 0);
    }

    void a_slice_keeps_the_logprobs_of_its_first_pass() {
        Decoder model = tiny_model(5);
        model.enable_training();
        AdamW optimizer(model, {});
        RolloutSlice slice;
        slice.batch = make_completion_batch({{2, 3}, {2, 3}}, {{4, 1}, {5, 6}});
        slice.mask = at::ones({2, 2});
        slice.advantages = at::tensor(std::vector<float>{1, -1});
        GrpoUpdateOptions options;
        MetricMeans first, second;
        accumulate_grpo(model, slice, options, first);
        QCOMPARE(first.result().at("clip_ratio/region_mean"), 0.0);
        QVERIFY(slice.old_logprobs.defined());
        const at::Tensor kept = slice.old_logprobs.clone();
        apply_update(model, optimizer, 0.5, 0.0);
        accumulate_grpo(model, slice, options, second);
        QVERIFY(at::equal(slice.old_logprobs, kept));
        QVERIFY(second.result().at("loss") != first.result().at("loss"));
        QVERIFY(second.result().at("clip_ratio/region_mean") > 0.0);
    }
};

PLUMB_REGISTER_TEST(TestUpdates)
#include "updates_test.moc"
