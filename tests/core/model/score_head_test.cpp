// SPDX-License-Identifier: GPL-3.0-or-later
// Reward and value models: a decoder with one number a position.
#include <ATen/ATen.h>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "base/check.h"
#include "base/files.h"
#include "model/decoder.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

Decoder language_model(bool tied) {
    ModelConfig config = small_model_config();
    config.tie_word_embeddings = tied;
    Decoder model(config, at::kCPU);
    model.initialise(11);
    return model;
}

at::Tensor some_ids() {
    return at::tensor(std::vector<std::int64_t>{2, 9, 31, 4, 5, 17, 8, 8, 1, 30}).view({2, 5});
}

QJsonObject config_of(const fs::path& folder) {
    const auto text = read_file(folder / "config.json");
    if (!text) qFatal("%s", text.error().message.c_str());
    return QJsonDocument::fromJson(QByteArray::fromStdString(*text)).object();
}

/// What the folder's config.json says with keys changed or, where the value is null, taken out.
Result<ModelConfig> with_keys(const fs::path& folder, const QJsonObject& changes) {
    QJsonObject config = config_of(folder);
    for (auto change = changes.begin(); change != changes.end(); ++change) {
        config.remove(change.key());
        if (!change.value().isNull()) config[change.key()] = change.value();
    }
    const TemporaryFolder copy;
    const Status written = write_file_atomic(copy.path() / "config.json",
                                             QJsonDocument(config).toJson().toStdString());
    if (!written) return written.error();
    return read_model_config(copy.path());
}

}  // namespace

class TestScoreHead : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saving_and_loading_keeps_every_bit() {
        for (const bool tied : {false, true}) {
            const Decoder model = language_model(tied).with_score_head(5);
            const TemporaryFolder folder;
            VERIFY_OK(model.save(folder.path()));
            const QJsonObject config = config_of(folder.path());
            QCOMPARE(config["architectures"].toArray(),
                     QJsonArray({"LlamaForSequenceClassification"}));
            QCOMPARE(config["id2label"].toObject(), QJsonObject({{"0", "LABEL_0"}}));
            QCOMPARE(config["label2id"].toObject(), QJsonObject({{"LABEL_0", 0}}));
            const auto tensors = read_safetensors(folder.path() / "model.safetensors");
            VERIFY_OK(tensors);
            QVERIFY(tensors->at("score.weight").sizes() == at::IntArrayRef({1, 24}));
            QVERIFY(!tensors->contains("lm_head.weight"));

            const auto loaded = Decoder::load(folder.path(), at::kCPU);
            VERIFY_OK(loaded);
            QVERIFY(loaded->config().score_head);
            QVERIFY(at::equal(loaded->flat_parameters(), model.flat_parameters()));
            QVERIFY(at::equal(loaded->scores(loaded->hidden_states(some_ids())),
                              model.scores(model.hidden_states(some_ids()))));
        }
    }

    void several_labels_are_refused() {
        const TemporaryFolder folder;
        VERIFY_OK(language_model(true).with_score_head(5).save(folder.path()));
        const QJsonObject two = {{"0", "bad"}, {"1", "good"}};
        const QJsonValue none = QJsonValue::Null;
        const auto refused = with_keys(folder.path(), {{"id2label", two}});
        QVERIFY(!refused.ok());
        QVERIFY(refused.error().message.find("2 labels") != std::string::npos);
        // Without a word about labels transformers means two.
        QVERIFY(!with_keys(folder.path(), {{"id2label", none}}).ok());
        QVERIFY(!with_keys(folder.path(), {{"id2label", none}, {"num_labels", 3}}).ok());
        const auto one = with_keys(folder.path(), {{"id2label", none}, {"num_labels", 1}});
        VERIFY_OK(one);
        QVERIFY(one->score_head);
        const auto other = with_keys(
            folder.path(), {{"architectures", QJsonArray{"LlamaForTokenClassification"}}});
        QVERIFY(!other.ok());
        QVERIFY(other.error().message.find("LlamaForTokenClassification") != std::string::npos);
    }

    void a_head_of_zeros_says_zero() {
        const Decoder base = language_model(true);
        const Decoder value = base.with_score_head(std::nullopt);
        const at::Tensor hidden = value.hidden_states(some_ids());
        QVERIFY(at::equal(hidden, base.hidden_states(some_ids())));
        QVERIFY(at::equal(value.scores(hidden), at::zeros({2, 5})));
    }

    void a_drawn_head_depends_on_the_seed_alone() {
        const Decoder base = language_model(false);
        const at::Tensor head = base.with_score_head(5).named_tensors().at("score.weight");
        QVERIFY(at::equal(head, base.with_score_head(5).named_tensors().at("score.weight")));
        QVERIFY(!at::equal(head, base.with_score_head(6).named_tensors().at("score.weight")));
        QVERIFY(at::equal(
            head, language_model(true).with_score_head(5).named_tensors().at("score.weight")));
        // N(0, 1 / sqrt(25)) in 24 places.
        const double deviation = head.square().mean().sqrt().item<double>();
        QVERIFY2(deviation > 0.1 && deviation < 0.3, std::to_string(deviation).c_str());
    }

    void scores_are_products_with_the_head() {
        const Decoder model = language_model(true).with_score_head(5);
        const at::Tensor hidden = model.hidden_states(some_ids());
        const at::Tensor scores = model.scores(hidden);
        QVERIFY(scores.sizes() == at::IntArrayRef({2, 5}));
        const at::Tensor expected =
            (hidden * model.named_tensors().at("score.weight").view({1, 1, 24})).sum(2);
        QVERIFY(at::allclose(scores, expected, 1e-5, 1e-6));
        QVERIFY(scores.abs().max().item<float>() > 0.01f);
    }

    void gradient_reaches_head_and_layers() {
        Decoder model = language_model(true).with_score_head(5);
        model.enable_training();
        const at::Tensor weights = at::linspace(-1, 2, 10).view({2, 5});
        const auto loss = [&] {
            const at::Tensor scores = model.scores(model.hidden_states(some_ids()));
            return (scores.to(at::kDouble) * weights).sum();
        };
        loss().backward();
        const TensorMap gradients = model.named_tensors(true);
        at::NoGradGuard no_gradient;
        for (const auto& [name, parameter] : model.named_tensors()) {
            // Along its own gradient the loss has the gradient's norm as slope.
            const at::Tensor& gradient = gradients.at(name);
            const double norm = gradient.norm().item<double>();
            QVERIFY2(norm > 1e-4, name.c_str());
            const double step = 2e-3 * parameter.norm().item<double>();
            const at::Tensor before = parameter.clone(), way = gradient * (step / norm);
            parameter.copy_(before + way);
            const double above = loss().item<double>();
            parameter.copy_(before - way);
            const double below = loss().item<double>();
            parameter.copy_(before);
            const double slope = (above - below) / (2 * step);
            QVERIFY2(
                std::abs(slope - norm) < 0.02 * norm + 1e-4,
                (name + ": " + std::to_string(slope) + ", not " + std::to_string(norm)).c_str());
        }
    }

    void each_head_answers_its_own_question_alone() {
        const Decoder base = language_model(true), scorer = base.with_score_head(5);
        const at::Tensor hidden = base.hidden_states(some_ids());
        QVERIFY_THROWS_EXCEPTION(InvariantError, base.scores(hidden));
        QVERIFY_THROWS_EXCEPTION(InvariantError, scorer.logits(hidden));
    }
};

PLUMB_REGISTER_TEST(TestScoreHead)
#include "score_head_test.moc"
