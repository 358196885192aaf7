// SPDX-License-Identifier: GPL-3.0-or-later
// What a model's passes are said to hold, beside what the ledger counts while they run.
#include "model/footprint.h"

#include <cmath>
#include <functional>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "algorithms/logprobs.h"
#include "model/decoder.h"
#include "rollout/rollout.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// Shapes in which different parts of a pass are the largest.
ModelConfig config_named(const QString& name) {
    ModelConfig config = small_model_config();
    for (const auto& [family_name, family] : all_families)
        if (name == family_name) config = small_config_of(family);
    config.hidden_size = 64;
    config.intermediate_size = 96;
    config.head_dim = 16;
    if (name == "wide") config.intermediate_size = 512;
    if (name == "vocabulary") config.vocab_size = 3000;
    if (name == "deep") config.num_hidden_layers = 6;
    if (name == "tied") config.tie_word_embeddings = true;
    if (name == "score") config.score_head = true;
    if (name == "biases") config.qkv_bias = config.output_bias = config.mlp_bias = true;
    return config;
}

struct Measured {
    double peak = 0, left = 0;  ///< bytes beyond what was held before
};

Measured measure(const std::function<void()>& work) {
    const auto all = [](const MemoryUse& use) {
        double sum = 0;
        for (const std::int64_t bytes : use.now) sum += static_cast<double>(bytes);
        return sum;
    };
    reset_memory_peaks();
    const double before = all(memory_use());
    work();
    const MemoryUse use = memory_use();
    return {static_cast<double>(use.peak_of_all) - before, all(use) - before};
}

#define COMPARE_BYTES(expected, measured, share)                        \
    QVERIFY2(std::abs((expected) - (measured)) <= (share) * (measured), \
             qPrintable(QString("%1 bytes expected, %2 counted").arg(expected).arg(measured)))

}  // namespace

class TestFootprint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        at::set_num_threads(1);
        begin_memory_account();
    }

    void adapters_data() {
        QTest::addColumn<QStringList>("targets");
        QTest::newRow("q and v") << QStringList{"q_proj", "v_proj"};
        QTest::newRow("all") << QStringList{"all-linear"};
        QTest::newRow("down") << QStringList{"down_proj"};
    }
    void adapters() {
        QFETCH(QStringList, targets);
        const ModelConfig config = config_named("deep");
        LoraConfig lora;
        for (const QString& target : targets) lora.target_modules.push_back(target.toStdString());
        const auto plan = plan_adapter(config, lora);
        QVERIFY(plan.ok());
        const Footprint footprint(config, 1, adapter_size(config, *plan));
        Decoder model(config, at::kCPU);
        model.initialise(1);
        VERIFY_OK(model.add_adapter(lora, 1));
        QCOMPARE(footprint.trained(), static_cast<double>(model.trained_parameters().nbytes()));

        const PassShape shape{6, 20, 60};
        const at::Tensor ids = at::randint(2, config.vocab_size, {shape.rows, shape.length});
        model.enable_training();
        at::Tensor graph;
        const Measured forward = measure([&] {
            const at::Tensor chosen =
                model.hidden_states_at(TokenTree::of_rows(ids), at::arange(shape.outputs));
            graph = token_logprobs(model.logits(chosen), at::zeros({shape.outputs}, at::kLong), 1.0,
                                   {0})
                        .logprobs;
        });
        MemoryAccount training;
        footprint.forward(training, shape);
        // Nothing is kept before the first adapter, which the forecast leaves out: a share of the
        // first layer of six.
        COMPARE_BYTES(training.now(), forward.left,
                      targets == QStringList{"down_proj"} ? 0.2 : 0.08);
        const Measured backward = measure([&] {
            graph.sum().backward();
            graph.reset();
        });
        const double before = training.now();
        training.reset_peaks();
        footprint.backward(training, shape);
        COMPARE_BYTES(training.peak() - before, backward.peak, 0.35);
        QVERIFY(std::abs(training.now()) < 1);
    }

    void shapes_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("everywhere");
        for (const char* name : {"plain", "wide", "vocabulary", "deep", "tied", "score", "biases",
                                 "shared", "qwen3", "gpt2", "gpt_neox", "mistral"})
            for (const bool everywhere : {false, true})
                QTest::addRow("%s, %s", name, everywhere ? "all places" : "some places")
                    << name << everywhere;
    }
    void shapes() {
        QFETCH(QString, name);
        QFETCH(bool, everywhere);
        const ModelConfig config = config_named(name);
        const Footprint footprint(config, 1);
        Decoder model(config, at::kCPU);
        model.initialise(1);
        QCOMPARE(footprint.parameter_count(), model.parameter_count());
        QCOMPARE(footprint.parameters(), static_cast<double>(model.flat_parameters().nbytes()));

        PassShape shape{6, 20, 60, name == "shared" ? 4 * 12 : 0};
        if (everywhere) shape.outputs = shape.positions();
        TokenTreeBuilder sequences;
        const std::vector<std::int64_t> whole(20, 3), beginning(12, 3), rest(8, 4);
        if (shape.shared > 0)
            for (const std::int64_t root : {0, 4}) {
                sequences.add(beginning);
                for (int i = 0; i < 3; ++i) sequences.add(rest, root);
            }
        else
            for (std::int64_t row = 0; row < shape.rows; ++row) sequences.add(whole);
        const TokenTree tokens = sequences.finish();
        QCOMPARE(tokens.tokens(), shape.positions());
        const at::Tensor places = at::arange(shape.outputs);
        const at::Tensor targets = at::zeros({shape.outputs}, at::kLong);
        const auto outputs = [&]() -> at::Tensor {
            const auto chosen = [&] { return model.hidden_states_at(tokens, places); };
            if (config.score_head) return model.scores(chosen());
            const at::Tensor logits = model.logits(chosen());
            return token_logprobs(logits, targets, 1.0, {0}).logprobs;
        };

        const Measured inferred = measure([&] {
            const at::NoGradGuard no_gradient;
            outputs();
        });
        MemoryAccount inference;
        footprint.infer(inference, shape);
        COMPARE_BYTES(inference.peak(), inferred.peak, 0.02);
        QCOMPARE(inference.now(), 0.0);

        model.enable_training();
        at::Tensor graph;
        const Measured forward = measure([&] { graph = outputs(); });
        MemoryAccount training;
        footprint.forward(training, shape);
        COMPARE_BYTES(training.now(), forward.left, 0.02);
        COMPARE_BYTES(training.peak(), forward.peak, 0.02);
        const double held = training.now();
        training.reset_peaks();
        const Measured backward = measure([&] {
            graph.sum().backward();
            graph.reset();
        });
        footprint.backward(training, shape);
        COMPARE_BYTES(training.peak() - held, backward.peak, 0.03);
        QVERIFY(std::abs(training.now()) < 1.0);
    }

    void checkpointing() {
        const ModelConfig config = config_named("deep");
        Footprint footprint(config, 1);
        footprint.set_gradient_checkpointing(true);
        Decoder model(config, at::kCPU);
        model.initialise(1);
        model.enable_training();
        model.set_gradient_checkpointing(true);
        const PassShape shape{6, 20, 60};
        const at::Tensor ids = at::randint(2, config.vocab_size, {shape.rows, shape.length});
        at::Tensor graph;
        const Measured forward = measure([&] {
            const at::Tensor chosen =
                model.hidden_states_at(TokenTree::of_rows(ids), at::arange(shape.outputs));
            graph = token_logprobs(model.logits(chosen), at::zeros({shape.outputs}, at::kLong), 1.0,
                                   {0})
                        .logprobs;
        });
        MemoryAccount training;
        footprint.forward(training, shape);
        COMPARE_BYTES(training.now(), forward.left, 0.1);
        const double held = training.now();
        training.reset_peaks();
        const Measured backward = measure([&] {
            graph.sum().backward();
            graph.reset();
        });
        footprint.backward(training, shape);
        COMPARE_BYTES(training.peak() - held, backward.peak, 0.15);
        QVERIFY(std::abs(training.now()) < 1.0);
    }

    void a_model_for_generation_alone_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"plain", "vocabulary", "gpt2"}) QTest::newRow(name) << name;
    }
    void a_model_for_generation_alone() {
        QFETCH(QString, name);
        const ModelConfig config = config_named(name);
        const TemporaryFolder folder;
        {
            Decoder model(config, at::kCPU);
            model.initialise(1);
            VERIFY_OK(model.save(folder.path()));
        }
        std::optional<Decoder> loaded;
        const Measured measured = measure(
            [&] { loaded = Decoder::load_for_generation(folder.path(), at::kCPU).value(); });
        const Footprint footprint(config, 1);
        COMPARE_BYTES(footprint.generation_alone(), measured.left, 1e-3);
        // Never the weights twice: no more than one layer, or the embedding, lies there as well.
        QVERIFY(measured.peak < footprint.generation_alone() + 0.7 * footprint.parameters());
    }

    void generation_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("per_prompt");
        QTest::newRow("one each") << "plain" << 1;
        QTest::newRow("groups") << "wide" << 8;
        QTest::newRow("vocabulary") << "vocabulary" << 4;
        QTest::newRow("gpt2") << "gpt2" << 4;
    }
    void generation() {
        QFETCH(QString, name);
        QFETCH(int, per_prompt);
        const ModelConfig config = config_named(name);
        Decoder model(config, at::kCPU);
        model.initialise(1);
        const std::vector<std::vector<std::int64_t>> prompts(6, {5, 6, 7, 8, 9});
        SamplingSettings sampling;
        sampling.max_new_tokens = 24;
        const auto sample = [&] {
            VERIFY_OK(generate(model, prompts, per_prompt, sampling, {}, 0, {}));
        };
        const Footprint footprint(config, 1);
        MemoryAccount account;
        for (const bool again : {false, true}) {
            if (again) model.flat_parameters().mul_(1.01);
            const double held = account.now();
            const Measured measured = measure(sample);
            account.reset_peaks();
            footprint.generate(account, 6, per_prompt, 5, 24);
            COMPARE_BYTES(account.peak() - held, measured.peak, 0.03);
            COMPARE_BYTES(footprint.packed_copy(), account.now(), 1e-9);
            // The copy of the changed weights takes the place of the other.
            QCOMPARE(measured.left, again ? 0.0 : footprint.packed_copy());
        }
    }
};

PLUMB_REGISTER_TEST(TestFootprint)
#include "footprint_test.moc"
