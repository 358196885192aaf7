// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/ppo_batch.h"

#include "small_policy.h"

using namespace plumb;

namespace {

const std::vector<TokenIds> prompts = {{2, 3, 4}, {5}}, completions = {{6, 1}, {7, 8, 9}};

at::Tensor numbers(const std::vector<std::int64_t>& values) {
    return at::tensor(values, at::kLong);
}

}  // namespace

class TestPpoBatch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_row_has_values_up_to_one_past_its_last_token() {
        const PpoRows rows = make_ppo_rows(prompts, completions, 4);
        QVERIFY(at::equal(rows.batch.sequences.ids, numbers({2, 3, 4, 6, 1, 5, 7, 8, 9})));
        // The state before the t-th token is the one at its predecessor.
        QVERIFY(at::equal(rows.value_positions, numbers({2, 3, 4, 5, 6, 7, 8})));
        QVERIFY(at::equal(rows.value_slots, numbers({0, 1, 2, 4, 5, 6, 7})));
    }

    void a_row_as_long_as_the_grid_has_no_value_past_it() {
        const PpoRows rows = make_ppo_rows(prompts, completions, 3);
        QVERIFY(at::equal(rows.value_positions, numbers({2, 3, 4, 5, 6, 7})));
        QVERIFY(at::equal(rows.value_slots, numbers({0, 1, 2, 3, 4, 5})));
    }

    void the_grid_has_room_for_the_score_below_the_limit() {
        QCOMPARE(ppo_width(completions, 8), std::int64_t{4});
        QCOMPARE(ppo_width(completions, 4), std::int64_t{4});
        QCOMPARE(ppo_width(completions, 3), std::int64_t{3});
        QCOMPARE(ppo_width(completions, 2), std::int64_t{3});  // given by reference data
        QCOMPARE(ppo_width({{1}}, 20), std::int64_t{2});
    }

    void the_masks_of_the_loss_lie_on_the_same_grid() {
        for (const std::int64_t width : {3, 4, 6}) {
            const PpoRows rows = make_ppo_rows(prompts, completions, width);
            const PpoMasks masks = ppo_masks(numbers({2, 3}), width, at::kFloat);
            const at::Tensor values =
                at::zeros({2 * width}).index_fill_(0, rows.value_slots, 1).view({2, width});
            QVERIFY(at::equal(values, masks.values));
            const at::Tensor tokens = completion_token_mask(rows.batch);
            QVERIFY(at::equal(at::constant_pad_nd(tokens, {0, width - 3}), masks.tokens));
        }
    }

    void logprobs_are_those_of_the_completions() {
        const Decoder model = tiny_model(3);
        const PpoRows rows = make_ppo_rows(prompts, completions, 5);
        const TokenLogprobs wide = ppo_logprobs(model, rows, 0.8, {0});
        const TokenLogprobs plain = completion_logprobs(model, rows.batch, 0.8, {0});
        for (const auto& [actual, expected] :
             {std::pair(wide.logprobs, plain.logprobs), std::pair(wide.entropy, plain.entropy)}) {
            QVERIFY(actual.sizes() == at::IntArrayRef({2, 5}));
            QVERIFY(at::equal(actual.narrow(1, 0, 3), expected));
            QVERIFY(at::equal(actual.narrow(1, 3, 2), at::zeros({2, 2})));
        }
        QVERIFY(plain.logprobs.max().item<float>() <= 0 && plain.logprobs.min().item<float>() < -1);
    }

    void values_are_the_scores_of_the_states() {
        const Decoder value = tiny_scorer(3);
        const PpoRows rows = make_ppo_rows(prompts, completions, 5);
        const at::Tensor values = ppo_values(value, rows);
        QVERIFY(values.sizes() == at::IntArrayRef({2, 5}));
        const at::Tensor scores =
            value.scores(value.hidden_states(numbers({2, 3, 4, 6, 1, 5, 7, 8, 9, 0}).view({2, 5})));
        QVERIFY(at::allclose(values[0].narrow(0, 0, 3), scores[0].narrow(0, 2, 3), 1e-5, 1e-6));
        QVERIFY(at::allclose(values[1].narrow(0, 0, 4), scores[1].narrow(0, 0, 4), 1e-5, 1e-6));
        QVERIFY(at::equal(values[0].narrow(0, 3, 2), at::zeros({2})));
        QCOMPARE(values[1][4].item<float>(), 0.0f);
        QVERIFY(values.abs().max().item<float>() > 0.01f);
    }

    void settings_reach_the_loss() {
        Settings settings;
        settings.kl_coef = 0.5;
        settings.kl_estimator = "k3";
        settings.gamma = 0.9;
        settings.lam = 0.8;
        settings.whiten_rewards = true;
        settings.missing_eos_penalty = 1.5;
        settings.cliprange = 0.11;
        settings.cliprange_value = 0.12;
        settings.vf_coef = 0.13;
        const PpoConfig config = ppo_config(settings, 0.07);
        QCOMPARE(config.kl_coef, 0.07);  // where the controller has moved it
        QVERIFY(config.kl_estimator == KlEstimator::k3);
        QCOMPARE(config.gamma, 0.9);
        QCOMPARE(config.lam, 0.8);
        QVERIFY(config.whiten_rewards);
        QCOMPARE(config.missing_eos_penalty, std::optional(1.5));
        QCOMPARE(config.cliprange, 0.11);
        QCOMPARE(config.cliprange_value, 0.12);
        QCOMPARE(config.vf_coef, 0.13);
    }
};

PLUMB_REGISTER_TEST(TestPpoBatch)
#include "ppo_batch_test.moc"
