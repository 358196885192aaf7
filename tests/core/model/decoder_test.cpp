// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/decoder.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

#include "base/check.h"
#include "model/kv_cache.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;

namespace {

at::Tensor some_ids(std::int64_t rows, std::int64_t length, std::int64_t vocab_size) {
    return (at::arange(rows * length, at::kLong) * 7 + 3)
        .remainder(vocab_size)
        .view({rows, length});
}

/// A scalar that every parameter and position takes part in.
at::Tensor some_loss(const Decoder& model, const at::Tensor& ids) {
    return model.logits(model.hidden_states(ids)).log_softmax(-1).select(-1, 5).sum();
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

}  // namespace

class TestDecoder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initialise_is_deterministic_with_the_documented_deviation() {
        ModelConfig config = small_model_config();
        config.hidden_size = 64;
        config.intermediate_size = 128;
        config.head_dim = 16;
        config.vocab_size = 512;
        config.num_hidden_layers = 4;
        Decoder model(config, at::kCPU), again(config, at::kCPU), other(config, at::kCPU);
        model.initialise(3);
        again.initialise(3);
        other.initialise(4);
        QVERIFY(at::equal(model.flat_parameters(), again.flat_parameters()));
        QVERIFY(!at::equal(model.flat_parameters(), other.flat_parameters()));
        const auto deviates = [&](const char* name, double expected) {
            const at::Tensor tensor = model.named_tensors().at(name);
            return std::abs(tensor.std().item<double>() / expected - 1) < 0.05 &&
                   std::abs(tensor.mean().item<double>()) < 0.1 * expected;
        };
        QVERIFY(deviates("model.embed_tokens.weight", 0.02));
        QVERIFY(deviates("lm_head.weight", 1.0 / 8));
        QVERIFY(deviates("model.layers.1.self_attn.q_proj.weight", 1.0 / 8));
        QVERIFY(deviates("model.layers.1.self_attn.o_proj.weight", 1.0 / 8 / std::sqrt(8.0)));
        QVERIFY(deviates("model.layers.3.mlp.down_proj.weight", 1.0 / std::sqrt(128.0 * 8)));
        QVERIFY(at::equal(model.named_tensors().at("model.norm.weight"), at::ones({64})));
    }

    void parameters_are_aligned_views_and_gaps_stay_zero() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(1);
        model.enable_training();
        some_loss(model, some_ids(2, 9, 37)).backward();
        std::int64_t count = 0;
        at::Tensor covered = at::zeros_like(model.flat_parameters());
        for (const auto& [name, tensor] : model.named_tensors()) {
            QVERIFY(tensor.is_alias_of(model.flat_parameters()));
            covered.narrow(0, tensor.storage_offset(), tensor.numel()).add_(1);
            count += tensor.numel();
            const bool decays = tensor.storage_offset() < model.decay_size();
            QCOMPARE(decays, tensor.dim() == 2);
        }
        QCOMPARE(model.parameter_count(), count);
        QCOMPARE(covered.max().item<float>(), 1.0f);
        QCOMPARE(covered.sum().item<double>(), static_cast<double>(count));
        const at::Tensor gaps = covered.eq(0);
        QCOMPARE(model.flat_gradients().masked_select(gaps).abs().sum().item<float>(), 0.0f);
        QCOMPARE(reinterpret_cast<std::uintptr_t>(model.flat_parameters().data_ptr()) % 64,
                 std::uintptr_t{0});
    }

    void gradients_land_in_the_flat_buffer_and_add_up() {
        for (const bool tied : {false, true}) {
            ModelConfig config = small_model_config();
            config.tie_word_embeddings = tied;
            config.qkv_bias = config.output_bias = config.mlp_bias = true;
            Decoder model(config, at::kCPU);
            model.initialise(1);
            model.enable_training();
            const at::Tensor ids = some_ids(2, 9, 37);
            some_loss(model, ids).backward();
            const at::Tensor once = model.flat_gradients().clone();
            for (const auto& [name, gradient] : model.named_tensors(true)) {
                QVERIFY(gradient.is_alias_of(model.flat_gradients()));
                QVERIFY2(gradient.abs().sum().item<double>() > 0, name.c_str());
            }
            some_loss(model, ids).backward();
            QVERIFY(largest_difference(model.flat_gradients(), 2 * once) < 1e-4);
            model.zero_gradients();
            QCOMPARE(model.flat_gradients().abs().sum().item<float>(), 0.0f);
        }
    }

    void gradients_agree_with_differences_data() {
        QTest::addColumn<int>("family");
        for (const auto& [name, family] : all_families)
            QTest::newRow(name) << static_cast<int>(family);
    }
    void gradients_agree_with_differences() {
        QFETCH(int, family);
        for (const bool tied : {false, true}) {
            ModelConfig config = small_config_of(static_cast<ModelFamily>(family));
            config.tie_word_embeddings = tied;
            Decoder model(config, at::kCPU);
            model.initialise(2);
            model.enable_training();
            const at::Tensor ids = some_ids(2, 9, 37);
            some_loss(model, ids).backward();
            // Along the gradient of one parameter the loss must grow by its squared norm. One
            // direction per parameter covers all of its elements.
            for (const auto& [name, gradient] : model.named_tensors(true)) {
                const at::Tensor direction = gradient / gradient.norm();
                const at::Tensor parameter = model.named_tensors().at(name);
                const at::NoGradGuard no_grad;
                const at::Tensor kept = parameter.clone();
                const double step = 2e-3;
                parameter.add_(direction, step);
                const auto up = some_loss(model, ids).item<double>();
                parameter.copy_(kept).sub_(direction, step);
                const auto down = some_loss(model, ids).item<double>();
                parameter.copy_(kept);
                const double expected = gradient.norm().item<double>();
                const double numeric = (up - down) / (2 * step);
                QVERIFY2(std::abs(numeric - expected) < 0.02 * expected + 5e-2,
                         (name + ": " + std::to_string(numeric) + " instead of " +
                          std::to_string(expected))
                             .c_str());
            }
        }
    }

    void an_update_between_forward_and_backward_is_noticed() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(1);
        model.enable_training();
        const at::Tensor loss = some_loss(model, some_ids(1, 5, 37));
        {
            const at::NoGradGuard no_grad;
            model.flat_parameters().add_(0.1);
        }
        QVERIFY_THROWS_EXCEPTION(c10::Error, loss.backward());
    }

    void padding_at_the_end_changes_nothing() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(1);
        const at::NoGradGuard no_grad;
        const at::Tensor ids = some_ids(1, 11, 37);
        const at::Tensor padded = at::cat({ids, at::zeros({1, 30}, at::kLong)}, 1);
        QVERIFY(largest_difference(model.hidden_states(ids),
                                   model.hidden_states(padded).narrow(1, 0, 11)) < 1e-5);
    }

    /// Whichever side a row is padded on, its real tokens come out as alone.
    void masked_rows_give_what_they_give_alone() {
        Decoder model(small_config_of(ModelFamily::gpt2), at::kCPU);
        model.initialise(1);
        const at::NoGradGuard no_grad;
        const at::Tensor row = some_ids(1, 7, 37)[0], alone = model.hidden_states(row.view({1, 7}));
        const std::vector<std::vector<std::int64_t>> places = {
            {3, 4, 5, 6, 7, 8, 9}, {0, 1, 2, 3, 4, 5, 6}, {0, 2, 3, 5, 6, 8, 9}};
        for (const auto& place : places) {
            const at::Tensor index = at::tensor(place, at::kLong);
            at::Tensor ids = at::full({1, 10}, 9, at::kLong), mask = at::zeros({1, 10}, at::kLong);
            ids[0].index_copy_(0, index, row);
            mask[0].index_fill_(0, index, 1);
            const at::Tensor states = model.hidden_states(ids, mask);
            QVERIFY(largest_difference(states.index_select(1, index), alone) < 1e-6);
            QCOMPARE((states * mask.eq(0).unsqueeze(-1)).abs().max().item<float>(), 0.0f);
        }
    }

    /// Angles are made for longer sequences when they come, and are the same ones.
    void states_at_places_are_those_of_all() {
        for (const ModelFamily family : {ModelFamily::llama, ModelFamily::gpt_neox}) {
            Decoder model(small_config_of(family), at::kCPU);
            model.initialise(3);
            model.enable_training();
            const TokenTree tokens =
                TokenTree::of_rows(at::randint(2, model.config().vocab_size, {3, 6}, at::kLong));
            // One twice, as the end of a prompt that several completions have.
            const at::Tensor places = at::tensor(std::vector<std::int64_t>{4, 2, 2, 17}, at::kLong);
            const at::Tensor weights = at::randn({4, model.config().hidden_size});
            const at::Tensor whole = model.hidden_states(tokens).index_select(0, places);
            (whole * weights).sum().backward();
            const at::Tensor expected = model.flat_gradients().clone();
            model.zero_gradients();
            const at::Tensor chosen = model.hidden_states_at(tokens, places);
            QVERIFY(chosen.equal(whole));
            (chosen * weights).sum().backward();
            const double difference =
                (model.flat_gradients() - expected).abs().max().item<double>();
            QVERIFY(difference < 1e-5 * expected.abs().max().item<double>());
        }
    }

    void long_sequences_get_their_angles() {
        ModelConfig config = small_model_config();
        config.max_position_embeddings = 1 << 30;
        const RotaryPositions rotary(config, at::kCPU);
        const at::Tensor before = rotary.up_to(100).cos;
        QCOMPARE(rotary.tables().cos.size(0), RotaryPositions::first_length);
        const RopeTables longer = rotary.up_to(RotaryPositions::first_length + 1);
        QCOMPARE(longer.cos.size(0), RotaryPositions::first_length + 1);
        QVERIFY(at::equal(longer.cos.narrow(0, 0, 100), before));
        QVERIFY(std::abs(longer.sin[4096][0].item<double>() - std::sin(4096.0)) < 1e-6);
    }

    void a_frozen_copy_is_independent() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(1);
        model.enable_training();
        const Decoder copy = model.frozen_copy();
        const at::Tensor ids = some_ids(1, 5, 37);
        const at::Tensor before = copy.hidden_states(ids);
        QVERIFY(!before.requires_grad());
        {
            const at::NoGradGuard no_grad;
            model.flat_parameters().add_(0.1);
        }
        QVERIFY(at::equal(copy.hidden_states(ids), before));
    }

    void decoding_agrees_with_a_full_forward_data() {
        QTest::addColumn<bool>("composed");
        QTest::addColumn<int>("family");
        QTest::addColumn<int>("head_dim");
        constexpr int own = 0;
        for (const auto& [name, family] : all_families) {
            QTest::addRow("kernels, %s", name) << false << static_cast<int>(family) << own;
            QTest::addRow("composed operations, %s", name)
                << true << static_cast<int>(family) << own;
        }
        const int llama = static_cast<int>(ModelFamily::llama);
        QTest::newRow("kernels, whole vectors") << false << llama << 32;
        QTest::newRow("kernels, wide heads") << false << llama << 40;
    }
    void decoding_agrees_with_a_full_forward() {
        QFETCH(bool, composed);
        QFETCH(int, family);
        QFETCH(int, head_dim);
        ModelConfig config = small_config_of(static_cast<ModelFamily>(family));
        if (head_dim > 0) config.head_dim = head_dim;
        Decoder model(config, at::kCPU);
        model.initialise(5);
        const at::NoGradGuard no_grad;
        const std::int64_t vectors = model.flat_parameters().numel() - model.decay_size();
        model.flat_parameters().narrow(0, model.decay_size(), vectors).add_(0.1);  // biases, norms
        // Prompts of several lengths, two rows each; rows are dropped on the way.
        const std::vector<std::int64_t> lengths = {4, 17, 1};
        const at::Tensor ids = some_ids(6, 60, 37);  // each row's own continuation
        at::Tensor prompts = at::zeros({3, 17}, at::kLong);
        at::Tensor rows = ids.clone();
        for (std::int64_t p = 0; p < 3; ++p) {
            const auto n = lengths[static_cast<std::size_t>(p)];
            prompts[p].narrow(0, 0, n).copy_(ids[2 * p].narrow(0, 0, n));
            rows[2 * p + 1].narrow(0, 0, n).copy_(ids[2 * p].narrow(0, 0, n));
        }
        // The kernels' promise is that nothing differs, not even in the last bit.
        const double tolerance = composed ? 1e-5 : 0.0;
        const at::Tensor expected = model.hidden_states(rows);  // [6, 60, hidden]
        using Layout = KeyValueCache::Layout;
        KeyValueCache cache(config, 6, 60, at::kCPU, composed ? Layout::composed : Layout::kernels);
        const at::Tensor last = model.prefill(prompts, lengths, cache);
        for (std::int64_t p = 0; p < 3; ++p)
            QVERIFY(largest_difference(last[p],
                                       expected[2 * p][lengths[static_cast<std::size_t>(p)] - 1]) <=
                    tolerance);
        for (int step = 0; step < 40; ++step) {
            if (step == 10) cache.keep({0, 2, 3, 5});
            if (step == 25) cache.keep({1, 3});
            at::Tensor next =
                at::empty({static_cast<std::int64_t>(cache.live().size())}, at::kLong);
            std::vector<at::Tensor> wanted;
            for (std::size_t i = 0; i < cache.live().size(); ++i) {
                const auto row = cache.live()[i];
                const auto at = lengths[static_cast<std::size_t>(row / 2)] + step;
                next[static_cast<std::int64_t>(i)] = rows[row][at];
                wanted.push_back(expected[row][at]);
            }
            const at::Tensor hidden = model.decode(next, cache);
            QVERIFY(largest_difference(hidden, at::stack(wanted)) <= tolerance);
            QVERIFY(largest_difference(model.next_logits(hidden), model.logits(hidden)) <=
                    tolerance);
        }
    }

    void one_for_generation_alone_generates_the_same_data() {
        QTest::addColumn<int>("family");
        for (const auto& [name, family] : all_families)
            QTest::addRow("%s", name) << static_cast<int>(family);
    }
    void one_for_generation_alone_generates_the_same() {
        QFETCH(int, family);
        Decoder model(small_config_of(static_cast<ModelFamily>(family)), at::kCPU);
        model.initialise(5);
        {
            const at::NoGradGuard no_grad;
            const std::int64_t vectors = model.flat_parameters().numel() - model.decay_size();
            model.flat_parameters().narrow(0, model.decay_size(), vectors).add_(0.1);
        }
        const TemporaryFolder folder;
        VERIFY_OK(model.save(folder.path()));
        const auto loaded = Decoder::load_for_generation(folder.path(), at::kCPU);
        VERIFY_OK(loaded);
        const at::Tensor ids = some_ids(2, 20, 37);
        const auto logits_of = [&](const Decoder& of) {
            KeyValueCache cache(of.config(), 4, 30, at::kCPU);
            std::vector<at::Tensor> all{of.next_logits(of.prefill(ids, {20, 7}, cache))};
            for (std::int64_t step = 0; step < 5; ++step)
                all.push_back(of.next_logits(of.decode(at::arange(4) + 4 * step, cache)));
            return at::cat(all);
        };
        QVERIFY(at::equal(logits_of(*loaded), logits_of(model)));
        QVERIFY(!loaded->has_parameters());
        QVERIFY_THROWS_EXCEPTION(InvariantError, loaded->hidden_states(ids));
    }

    void generation_sees_changed_parameters() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(5);
        const at::Tensor prompt = some_ids(1, 5, 37);
        const auto last_hidden = [&] {
            KeyValueCache cache(model.config(), 1, 8, at::kCPU);
            return model.prefill(prompt, {5}, cache);
        };
        const at::Tensor before = last_hidden();
        QVERIFY(at::equal(last_hidden(), before));
        const at::NoGradGuard no_grad;
        model.flat_parameters().mul_(1.5);
        QVERIFY(!at::equal(last_hidden(), before));
        QVERIFY(at::equal(last_hidden()[0], model.hidden_states(prompt)[0][4]));
        model.initialise(5);
        QVERIFY(at::equal(last_hidden(), before));
    }

    void misuse_is_refused() {
        Decoder model(small_model_config(), at::kCPU);
        model.initialise(5);
        KeyValueCache cache(model.config(), 2, 6, at::kCPU);
        const at::Tensor ids = some_ids(2, 6, 37);
        QVERIFY_THROWS_EXCEPTION(InvariantError, model.decode(ids.select(1, 0), cache));
        QVERIFY_THROWS_EXCEPTION(InvariantError, model.prefill(ids, {6, 7}, cache));
        QVERIFY_THROWS_EXCEPTION(InvariantError, model.prefill(ids, {6, 0}, cache));
        model.prefill(ids, {6, 3}, cache);
        QVERIFY_THROWS_EXCEPTION(InvariantError, model.decode(ids.select(1, 0), cache));
        QVERIFY_THROWS_EXCEPTION(InvariantError, model.hidden_states(some_ids(1, 129, 37)));
        QVERIFY_THROWS_EXCEPTION(InvariantError, model.zero_gradients());
    }
};

PLUMB_REGISTER_TEST(TestDecoder)
#include "decoder_test.moc"
