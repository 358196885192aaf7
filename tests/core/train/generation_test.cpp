// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollout/rollout.h"
#include "test_main.h"
#include "train/optimizer.h"

using namespace plumb;

/// Generation works on a packed copy of the parameters, which must be that of the last update.
class TestGenerationInTraining : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void generation_follows_every_update() {
        ModelConfig config;
        config.vocab_size = 11;
        config.hidden_size = 16;
        config.intermediate_size = 24;
        config.num_hidden_layers = 2;
        config.num_attention_heads = 2;
        config.num_key_value_heads = 1;
        config.head_dim = 8;
        config.max_position_embeddings = 32;
        config.tie_word_embeddings = true;
        Decoder model(config, at::kCPU);
        model.initialise(3);
        model.enable_training();
        AdamW optimizer(model, {});

        at::Tensor before = first_logprobs(model);
        for (int step = 0; step < 3; ++step) {
            model.flat_gradients().fill_(step % 2 ? -1.0 : 1.0);
            optimizer.step(0.05);
            const at::Tensor after = first_logprobs(model);
            QVERIFY(!at::equal(after, before));
            QVERIFY(at::equal(after, first_logprobs(model.frozen_copy())));
            before = after;
        }
    }

private:
    /// Of the first sampled token of each prompt, [2].
    static at::Tensor first_logprobs(const Decoder& model) {
        SamplingSettings sampling;
        sampling.temperature = 0;
        sampling.max_new_tokens = 1;
        const auto rollout = generate(model, {{2, 3, 4}, {5, 6}}, 1, sampling, DrawKey{}, 0, {});
        if (!rollout.ok()) return at::zeros({0});
        return rollout->logprobs.clone();
    }
};

PLUMB_REGISTER_TEST(TestGenerationInTraining)
#include "generation_test.moc"
