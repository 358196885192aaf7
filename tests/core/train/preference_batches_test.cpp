// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/preference_batches.h"

#include <cmath>

#include "small_policy.h"

using namespace plumb;

namespace {

const std::vector<PreferenceRow>& rows() {
    static const std::vector<PreferenceRow> all = {{{2, 3, 4}, {5, 6, 1}, {7, 1}, {}},
                                                   {{2}, {8, 9, 10, 1}, {6, 6, 1}, {}},
                                                   {{5, 4}, {3, 1}, {9, 8, 7, 6, 5}, {}},
                                                   {{6}, {1}, {10, 1}, {}},
                                                   {{3, 2}, {7, 7, 1}, {4, 1}, {}}};
    return all;
}

DpoLossConfig sigmoid() { return {}; }

float score_of(const Decoder& model, TokenIds ids) {
    return model.scores(model.hidden_states(pad_right({ids}, 0)))[0].select(0, -1).item<float>();
}

/// What the micro-batches of an update left.
struct Accumulated {
    at::Tensor gradient;
    Metrics metrics;
};

}  // namespace

class TestPreferenceBatches : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void chosen_rows_stand_before_rejected_ones() {
        const auto batch = make_preference_batch(std::span(rows()).first(2));
        // Each prompt once, then what goes on from it.
        const at::Tensor ids =
            at::tensor(std::vector<std::int64_t>{2, 3, 4, 5, 6, 1, 2, 8, 9, 10, 1, 7, 1, 6, 6, 1});
        QVERIFY(at::equal(batch.rows.sequences.ids, ids));
        const at::Tensor segments = at::tensor(
            std::vector<std::int64_t>{0, 3, -1, 3, 3, 0, 6, 1, -1, 7, 4, 2, 11, 2, 0, 13, 3, 2});
        QVERIFY(at::equal(batch.rows.sequences.segments, segments.view({6, 3})));
        QCOMPARE(batch.texts.size(), std::size_t{4});
        QVERIFY((batch.texts[1] == TokenIds{2, 8, 9, 10, 1}));
        QVERIFY((batch.texts[2] == TokenIds{2, 3, 4, 7, 1}));
        QVERIFY(!batch.margin.defined());
    }

    void a_missing_margin_is_zero_where_another_pair_has_one() {
        std::vector<PreferenceRow> some(rows().begin(), rows().begin() + 3);
        some[1].margin = 0.75;
        const auto batch = make_preference_batch(some);
        QVERIFY(at::equal(batch.margin, at::tensor(std::vector<float>{0, 0.75f, 0})));
    }

    void scores_are_those_of_the_last_tokens() {
        const Decoder model = tiny_scorer(3);
        const at::Tensor scores = preference_scores(model, make_preference_batch(rows()));
        QCOMPARE(scores.size(0), std::int64_t{10});
        for (std::size_t i = 0; i < 10; ++i) {
            const PreferenceRow& row = rows()[i % 5];
            TokenIds ids = row.prompt;
            const TokenIds& completion = i < 5 ? row.chosen : row.rejected;
            ids.insert(ids.end(), completion.begin(), completion.end());
            const float actual = scores[static_cast<std::int64_t>(i)].item<float>();
            QVERIFY(std::abs(actual - score_of(model, ids)) < 1e-5f);
        }
        QVERIFY(scores.std().item<float>() > 0.01f);
    }

    void a_reward_row_may_have_no_prompt() {
        const Decoder model = tiny_scorer(3);
        const std::vector<PreferenceRow> some = {{{}, {5, 6, 1}, {7}, {}}};
        const at::Tensor scores = preference_scores(model, make_preference_batch(some));
        QVERIFY(std::abs(scores[0].item<float>() - score_of(model, {5, 6, 1})) < 1e-5f);
        QVERIFY(std::abs(scores[1].item<float>() - score_of(model, {7})) < 1e-5f);
        // Nothing but single tokens.
        const std::vector<PreferenceRow> shortest = {{{}, {5}, {7}, {}}};
        const at::Tensor both = preference_scores(model, make_preference_batch(shortest));
        QVERIFY(std::abs(both[0].item<float>() - score_of(model, {5})) < 1e-5f);
    }

    void a_score_is_read_at_the_last_token_that_is_no_padding_of_the_model() {
        const std::vector<PreferenceRow> some = {{{2, 3}, {5, 6, 1}, {7, 1}, {}}};
        // Without a padding token the end token counts, whatever fills the batch.
        const Decoder without = tiny_scorer(3);
        QVERIFY(!without.config().pad_token_id);
        const at::Tensor ended = preference_scores(without, make_preference_batch(some));
        QVERIFY(std::abs(ended[0].item<float>() - score_of(without, {2, 3, 5, 6, 1})) < 1e-5f);
        QVERIFY(std::abs(ended[1].item<float>() - score_of(without, {2, 3, 7, 1})) < 1e-5f);
        // Where padding and end share a token it is the one before.
        ModelConfig config = tiny_config();
        config.score_head = true;
        config.pad_token_id = 1;
        Decoder shared(config, at::kCPU);
        shared.initialise(3);
        const at::Tensor before = preference_scores(shared, make_preference_batch(some));
        QVERIFY(std::abs(before[0].item<float>() - score_of(shared, {2, 3, 5, 6})) < 1e-5f);
        QVERIFY(std::abs(before[1].item<float>() - score_of(shared, {2, 3, 7})) < 1e-5f);
    }

    void reference_logps_are_sums_over_completions() {
        const Decoder model = tiny_model(4);
        const at::Tensor logps =
            reference_logps(model, make_preference_batch(rows()), sigmoid(), {0});
        for (std::size_t i = 0; i < 10; ++i) {
            const PreferenceRow& row = rows()[i % 5];
            const auto one =
                make_completion_batch({row.prompt}, {i < 5 ? row.chosen : row.rejected});
            const float expected =
                completion_logprobs(model, one, 1.0, {0}).logprobs.sum().item<float>();
            QVERIFY(std::abs(logps[static_cast<std::int64_t>(i)].item<float>() - expected) < 1e-4f);
        }
        QVERIFY(!logps.requires_grad());
    }

    void a_policy_like_its_reference_has_loss_log_2() {
        const Decoder model = tiny_model(4);
        const auto batch = make_preference_batch(rows());
        const at::Tensor logps = reference_logps(model, batch, sigmoid(), {0});
        const LossResult result = dpo_result(model, batch, logps, sigmoid(), {0});
        QVERIFY(std::abs(result.loss.item<double>() - std::log(2.0)) < 1e-6);
        QVERIFY(std::abs(result.metrics.at("rewards/chosen")) < 1e-6);
        QVERIFY(std::abs(result.metrics.at("rewards/margins")) < 1e-6);
        const double chosen = logps.narrow(0, 0, 5).mean().item<double>();
        QVERIFY(std::abs(result.metrics.at("logps/chosen") - chosen) < 1e-4);
        // A reference that likes the rejected ones better by 10 nats: sigmoid(0.1 * 10).
        at::Tensor moved = logps.clone();
        moved.narrow(0, 5, 5) += 10;
        const double loss = dpo_result(model, batch, moved, sigmoid(), {0}).loss.item<double>();
        QVERIFY(std::abs(loss - std::log(1 + std::exp(-1.0))) < 1e-5);
    }

    void the_table_of_the_reference_is_that_of_its_batches() {
        const Decoder model = tiny_model(4);
        for (const std::optional<double> ld_alpha : {std::optional<double>(), std::optional(0.3)}) {
            DpoLossConfig config;
            config.ld_alpha = ld_alpha;
            const auto table = all_reference_logps(model, rows(), config, {0}, 2, {});
            VERIFY_OK(table);
            QVERIFY(table->sizes() == at::IntArrayRef({5, 2}));
            for (std::int64_t first = 0; first < 5; first += 2) {
                const std::int64_t count = std::min<std::int64_t>(2, 5 - first);
                const auto batch = make_preference_batch(std::span(rows()).subspan(
                    static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
                // In the order in which a batch has them: all chosen ones, then all rejected ones.
                QVERIFY(at::equal(table->narrow(0, first, count).t().reshape({-1}),
                                  reference_logps(model, batch, config, {0})));
            }
        }
        std::stop_source stop;
        stop.request_stop();
        const auto stopped = all_reference_logps(model, rows(), {}, {0}, 2, stop.get_token());
        QVERIFY(!stopped.ok());
    }

    void dpo_micro_batches_add_up_to_one_batch() {
        const auto accumulated = [&](std::size_t size) {
            Decoder model = tiny_model(5);
            model.enable_training();
            const Decoder reference = tiny_model(6);
            MetricMeans means;
            const std::span<const PreferenceRow> all = std::span(rows()).first(4);
            for (std::size_t first = 0; first < all.size(); first += size) {
                const auto batch = make_preference_batch(all.subspan(first, size));
                accumulate_dpo(model, batch, reference_logps(reference, batch, sigmoid(), {0}),
                               sigmoid(), {0}, static_cast<std::int64_t>(4 / size), means);
            }
            return Accumulated{model.flat_gradients().clone(), means.result()};
        };
        const Accumulated whole = accumulated(4), halves = accumulated(2), single = accumulated(1);
        QVERIFY(whole.gradient.abs().max().item<float>() > 1e-3f);
        for (const Accumulated& parts : {halves, single}) {
            QVERIFY(at::allclose(parts.gradient, whole.gradient, 1e-3, 1e-5));
            QVERIFY(std::abs(parts.metrics.at("loss") - whole.metrics.at("loss")) < 1e-5);
            for (const char* key : {"rewards/margins", "rewards/accuracies", "logps/rejected"})
                QVERIFY(std::abs(parts.metrics.at(key) - whole.metrics.at(key)) < 1e-4);
        }
    }

    void reward_micro_batches_add_up_to_one_batch() {
        const auto accumulated = [&](std::size_t size) {
            Decoder model = tiny_scorer(5);
            model.enable_training();
            MetricMeans means;
            const std::span<const PreferenceRow> all = std::span(rows()).first(4);
            for (std::size_t first = 0; first < all.size(); first += size)
                accumulate_reward(model, make_preference_batch(all.subspan(first, size)), {0.1},
                                  static_cast<std::int64_t>(4 / size), means);
            return Accumulated{model.flat_gradients().clone(), means.result()};
        };
        const Accumulated whole = accumulated(4), halves = accumulated(2);
        QVERIFY(whole.gradient.abs().max().item<float>() > 1e-3f);
        QVERIFY(at::allclose(halves.gradient, whole.gradient, 1e-3, 1e-5));
        QVERIFY(std::abs(halves.metrics.at("loss") - whole.metrics.at("loss")) < 1e-5);
        QVERIFY(std::abs(halves.metrics.at("margin") - whole.metrics.at("margin")) < 1e-5);
    }

    void a_margin_asks_for_a_larger_lead() {
        const auto loss = [](std::optional<double> margin) {
            Decoder model = tiny_scorer(5);
            model.enable_training();
            std::vector<PreferenceRow> some = {rows()[0]};
            some[0].margin = margin;
            MetricMeans means;
            accumulate_reward(model, make_preference_batch(some), {}, 1, means);
            return std::pair(means.result().at("loss"), means.result().at("margin"));
        };
        const auto [plain, lead] = loss({});
        const auto [asked, same_lead] = loss(2.0);
        QCOMPARE(lead, same_lead);
        QVERIFY(std::abs(plain - std::log1p(std::exp(-lead))) < 1e-5);
        QVERIFY(std::abs(asked - std::log1p(std::exp(2.0 - lead))) < 1e-5);
    }
};

PLUMB_REGISTER_TEST(TestPreferenceBatches)
#include "preference_batches_test.moc"
