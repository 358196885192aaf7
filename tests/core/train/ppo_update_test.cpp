// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/ppo_update.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "small_policy.h"

using namespace plumb;

namespace {

constexpr double temperature = 0.9;
const std::vector<std::int64_t> all_rows = {0, 1, 2, 3};

/// Policy, value and reference models, and a rollout of four completions of unequal length.
struct Bench {
    Decoder policy = tiny_model(1);
    Decoder value = tiny_scorer(2);
    Decoder reference = tiny_model(3);
    PpoModels models{policy, value, reference, {0}};
    AdamW policy_optimizer, value_optimizer;
    PpoConfig config;
    PpoExperience experience;

    explicit Bench(std::int64_t at_once = 3, bool keep_graph = false)
        : policy_optimizer((policy.enable_training(), policy), {}),
          value_optimizer((value.enable_training(), value), {}) {
        PpoSamples samples;
        samples.prompts = {{2, 3, 4}, {5}, {6, 7}, {8}};
        samples.completions = {{6, 1}, {7, 8, 9, 2}, {1}, {3, 3, 1}};
        samples.lengths = at::tensor(std::vector<std::int64_t>{2, 4, 1, 3}, at::kLong);
        samples.ended = at::tensor(std::vector<std::int64_t>{1, 0, 1, 1}).to(at::kBool);
        samples.scores = at::tensor(std::vector<float>{1, -2, 0.5f, 0});
        const auto batch = make_completion_batch(samples.prompts, samples.completions);
        samples.logprobs = completion_logprobs(policy, batch, temperature, {0}).logprobs.detach();
        auto made = make_experience(std::move(samples), models, config, temperature, 5, at_once, {},
                                    keep_graph);
        if (!made) qFatal("%s", made.error().message.c_str());
        experience = std::move(*made);
    }

    PpoUpdateResult update(std::int64_t at_once, double rate = 1e-3) {
        const auto result =
            update_on_rows(experience, all_rows, models, policy_optimizer, value_optimizer, config,
                           temperature, rate, 0, at_once, {});
        if (!result) qFatal("%s", result.error().message.c_str());
        return *result;
    }

    /// The loss of some rows, by the pieces that an update is made of.
    at::Tensor loss_of(const std::vector<std::int64_t>& numbers) {
        std::vector<TokenIds> prompts, completions;
        for (const std::int64_t i : numbers) {
            prompts.push_back(experience.prompts[static_cast<std::size_t>(i)]);
            completions.push_back(experience.completions[static_cast<std::size_t>(i)]);
        }
        const PpoRows rows = make_ppo_rows(prompts, completions, 5);
        PpoBatch batch =
            ppo_rows(experience.rollout, experience.targets, at::tensor(numbers, at::kLong));
        batch.logprobs = ppo_logprobs(policy, rows, temperature, {0}).logprobs;
        batch.values = ppo_values(value, rows);
        return ppo_loss(batch, config).loss;
    }
};

double norm_of(Bench& bench) {
    const double policy = bench.policy.flat_gradients().norm().item<double>();
    const double value = bench.value.flat_gradients().norm().item<double>();
    return std::hypot(policy, value);
}

}  // namespace

class TestPpoUpdate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void experience_has_what_the_models_say() {
        const Bench bench;
        const PpoExperience& experience = bench.experience;
        const PpoRows rows = make_ppo_rows(experience.prompts, experience.completions, 5);
        // Made in parts of 3 rows and 1 row.
        QVERIFY(at::allclose(experience.rollout.ref_logprobs,
                             ppo_logprobs(bench.reference, rows, temperature, {0}).logprobs, 1e-5,
                             1e-6));
        QVERIFY(at::allclose(experience.rollout.values, ppo_values(bench.value, rows), 1e-5, 1e-6));
        QVERIFY(!experience.rollout.values.requires_grad());
        QVERIFY(!experience.targets.advantages.requires_grad());
        // The score comes one past the last token.
        const at::Tensor kl = experience.rollout.logprobs - experience.rollout.ref_logprobs;
        const float reward = experience.targets.raw_rewards[0][2].item<float>();
        QVERIFY(std::abs(reward - 1.0f) < 1e-5f);
        const float before = experience.targets.raw_rewards[0][1].item<float>();
        QVERIFY(std::abs(before + 0.05f * kl[0][1].item<float>()) < 1e-5f);
    }

    void kept_values_give_the_same_updates() {
        Bench anew(4), kept(4, true);
        QVERIFY(kept.experience.differentiable_values.requires_grad());
        QVERIFY(!kept.experience.rollout.values.requires_grad());
        QVERIFY(kept.experience.targets.returns.equal(anew.experience.targets.returns));
        for (int epoch = 0; epoch < 2; ++epoch) {
            const PpoUpdateResult expected = anew.update(4), result = kept.update(4);
            QVERIFY(!kept.experience.differentiable_values.defined());
            QCOMPARE(result.metrics, expected.metrics);
            QVERIFY(kept.value.flat_parameters().equal(anew.value.flat_parameters()));
            QVERIFY(kept.policy.flat_parameters().equal(anew.policy.flat_parameters()));
        }
        // Rows that are cut up need values of their own.
        Bench cut(4, true), whole(4);
        QVERIFY(std::abs(cut.update(2).metrics.at("loss/value_avg") -
                         whole.update(2).metrics.at("loss/value_avg")) < 1e-6);
    }

    void the_first_update_has_ratio_1() {
        Bench bench;
        const PpoUpdateResult first = bench.update(4, 0.05);
        QVERIFY(std::abs(first.metrics.at("val/ratio") - 1) < 1e-5);
        QVERIFY(first.metrics.at("policy/approxkl_avg") < 1e-10);
        QCOMPARE(first.metrics.at("policy/clipfrac_avg"), 0.0);
        QCOMPARE(first.metrics.at("val/clipfrac_avg"), 0.0);
        QVERIFY(first.metrics.at("policy/entropy_avg") > 1);
        const PpoUpdateResult second = bench.update(4, 0.05);
        QVERIFY(std::abs(second.metrics.at("val/ratio") - 1) > 1e-3);
        QVERIFY(second.metrics.at("policy/approxkl_avg") > 1e-4);
        QVERIFY(second.metrics.at("policy/clipfrac_avg") > 0);
        QVERIFY(second.metrics.at("loss") != first.metrics.at("loss"));
    }

    void both_models_move() {
        Bench bench;
        const at::Tensor policy = bench.policy.flat_parameters().detach().clone();
        const at::Tensor value = bench.value.flat_parameters().detach().clone();
        const at::Tensor reference = bench.reference.flat_parameters().clone();
        QVERIFY(bench.update(4).grad_norm.value > 1e-3);
        QVERIFY(!at::equal(bench.policy.flat_parameters(), policy));
        QVERIFY(!at::equal(bench.value.flat_parameters(), value));
        QVERIFY(at::equal(bench.reference.flat_parameters(), reference));
        QCOMPARE(bench.policy_optimizer.steps(), std::int64_t{1});
        QCOMPARE(bench.value_optimizer.steps(), std::int64_t{1});
    }

    void the_gradient_reaches_all_layers_of_both() {
        Bench bench;
        bench.loss_of(all_rows).backward();
        for (const Decoder* model : {&bench.policy, &bench.value})
            for (const auto& [name, gradient] : model->named_tensors(true))
                QVERIFY2(gradient.abs().max().item<float>() > 0, name.c_str());
    }

    void micro_batches_are_averaged() {
        Bench whole, parts, by_hand;
        const PpoUpdateResult together = whole.update(4), cut = parts.update(3);
        const at::Tensor first = by_hand.loss_of({0, 1, 2}), second = by_hand.loss_of({3});
        ((first + second) / 2).backward();
        const double loss = (first.item<double>() + second.item<double>()) / 2;
        QVERIFY(std::abs(cut.metrics.at("loss") - loss) < 1e-5);
        QVERIFY(std::abs(cut.grad_norm.value - norm_of(by_hand)) < 1e-4);
        // Rows of unequal length: that is not the mean over all tokens.
        QVERIFY(std::abs(together.metrics.at("loss") - loss) > 1e-4);
        Bench hand_whole;
        hand_whole.loss_of(all_rows).backward();
        QVERIFY(std::abs(together.grad_norm.value - norm_of(hand_whole)) < 1e-4);
    }

    void the_order_of_rows_is_no_matter() {
        Bench bench, other;
        const auto update = [](Bench& on, const std::vector<std::int64_t>& rows) {
            const auto result =
                update_on_rows(on.experience, rows, on.models, on.policy_optimizer,
                               on.value_optimizer, on.config, temperature, 1e-3, 0, 4, {});
            if (!result) qFatal("%s", result.error().message.c_str());
            return result->metrics.at("loss");
        };
        QVERIFY(std::abs(update(bench, {0, 1, 2, 3}) - update(other, {3, 1, 0, 2})) < 1e-5);
    }

    void a_gradient_that_is_not_finite_leaves_the_weights() {
        Bench bench;
        bench.experience.targets.advantages[1][1] = std::numeric_limits<float>::quiet_NaN();
        const at::Tensor policy = bench.policy.flat_parameters().detach().clone();
        const at::Tensor value = bench.value.flat_parameters().detach().clone();
        const PpoUpdateResult result = bench.update(4);
        QVERIFY(!std::isfinite(result.grad_norm.value));
        QVERIFY(at::equal(bench.policy.flat_parameters(), policy));
        QVERIFY(at::equal(bench.value.flat_parameters(), value));
        QCOMPARE(bench.policy_optimizer.steps(), std::int64_t{0});
        // The next update starts from nothing.
        QVERIFY(at::equal(bench.policy.flat_gradients(), at::zeros_like(policy)));
        QVERIFY(at::equal(bench.value.flat_gradients(), at::zeros_like(value)));
    }

    void a_stop_is_looked_at() {
        Bench bench;
        std::stop_source stop;
        stop.request_stop();
        const auto result = update_on_rows(bench.experience, all_rows, bench.models,
                                           bench.policy_optimizer, bench.value_optimizer,
                                           bench.config, temperature, 1e-3, 0, 2, stop.get_token());
        QVERIFY(!result.ok());
        QCOMPARE(static_cast<int>(result.error().code), static_cast<int>(ErrorCode::cancelled));
    }
};

PLUMB_REGISTER_TEST(TestPpoUpdate)
#include "ppo_update_test.moc"
