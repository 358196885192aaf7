// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/recompute.h"

#include <ATen/ATen.h>

#include "model/decoder.h"
#include "model/memory_ledger.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// Two sequences that share their beginning, and one of its own.
TokenTree some_tree() {
    using Ids = std::vector<std::int64_t>;
    TokenTreeBuilder sequences;
    const std::int64_t root = sequences.add(Ids{3, 4, 5, 6});
    sequences.add(Ids{7, 8, 9}, root);
    sequences.add(Ids{10, 11}, root);
    sequences.add(Ids{12, 13, 14, 15, 16});
    return sequences.finish();
}

struct Pass {
    at::Tensor logits, gradients;
};

Pass pass(Decoder& model, bool checkpointing) {
    model.enable_training();
    model.zero_gradients();
    model.set_gradient_checkpointing(checkpointing);
    const at::Tensor logits = model.logits(model.hidden_states(some_tree()));
    logits.log_softmax(-1).select(-1, 5).sum().backward();
    return {logits.detach(), model.flat_gradients().clone()};
}

}  // namespace

class TestRecompute : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void families_data() {
        QTest::addColumn<int>("family");
        for (const auto& [name, family] : all_families)
            QTest::newRow(name) << static_cast<int>(family);
    }
    void families() {
        QFETCH(int, family);
        const auto gradients = [&](bool checkpointing) {
            Decoder model(small_config_of(static_cast<ModelFamily>(family)), at::kCPU);
            model.initialise(3);
            return pass(model, checkpointing);
        };
        const Pass plain = gradients(false), again = gradients(true);
        QVERIFY(at::equal(plain.logits, again.logits));
        QVERIFY(plain.gradients.abs().sum().item<double>() > 0);
        QVERIFY(at::equal(plain.gradients, again.gradients));
    }

    /// The base has no gradients, so that the first layer's input has none; dropout is drawn again.
    void an_adapter_with_dropout() {
        const auto gradients = [](bool checkpointing) {
            Decoder model(small_model_config(), at::kCPU);
            model.initialise(3);
            LoraConfig lora;
            lora.r = 4;
            lora.lora_dropout = 0.5;
            lora.target_modules = {"all-linear"};
            if (!model.add_adapter(lora, 7).ok()) qFatal("no adapter");
            {
                const at::NoGradGuard no_gradient;
                for (const auto& [name, tensor] : model.adapter_tensors())
                    tensor.detach().add_(0.05);
            }
            model.set_dropout_key(11);
            return pass(model, checkpointing);
        };
        const Pass plain = gradients(false), again = gradients(true);
        QVERIFY(at::equal(plain.logits, again.logits));
        QVERIFY(plain.gradients.abs().sum().item<double>() > 0);
        QVERIFY(at::equal(plain.gradients, again.gradients));
    }

    void bfloat16() {
        const auto gradients = [](bool checkpointing) {
            Decoder wide(small_model_config(), at::kCPU);
            wide.initialise(3);
            Decoder model = wide.with_dtype(WeightType::bfloat16);
            return pass(model, checkpointing);
        };
        const Pass plain = gradients(false), again = gradients(true);
        QCOMPARE(plain.gradients.scalar_type(), at::kBFloat16);
        QVERIFY(at::equal(plain.gradients, again.gradients));
    }

    void less_is_held() {
        begin_memory_account();
        const auto peak = [](bool checkpointing) {
            ModelConfig config = small_model_config();
            config.num_hidden_layers = 8;
            Decoder model(config, at::kCPU);
            model.initialise(3);
            model.enable_training();
            model.set_gradient_checkpointing(checkpointing);
            reset_memory_peaks();
            const auto before = memory_use().of(MemoryOwner::activations);
            const at::Tensor ids = (at::arange(16 * 64) % 37).view({16, 64});
            model.hidden_states(ids).square().sum().backward();
            return memory_use().peak_of(MemoryOwner::activations) - before;
        };
        const auto plain = peak(false), again = peak(true);
        qInfo("%lld bytes, with checkpointing %lld", static_cast<long long>(plain),
              static_cast<long long>(again));
        QVERIFY(3 * again < plain);
    }
};

PLUMB_REGISTER_TEST(TestRecompute)
#include "recompute_test.moc"
