// SPDX-License-Identifier: GPL-3.0-or-later
// Decoder models against outputs of transformers (shared/golden/models).
#include <ATen/ATen.h>

#include "model/decoder.h"
#include "test_main.h"

using namespace plumb;

namespace {

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

/// [B, T] log-probability of the next id, one column shorter than ids.
at::Tensor next_logprobs(const at::Tensor& logits, const at::Tensor& ids) {
    const auto length = ids.size(1) - 1;
    return logits.narrow(1, 0, length)
        .log_softmax(-1)
        .gather(-1, ids.narrow(1, 1, length).unsqueeze(-1))
        .squeeze(-1);
}

}  // namespace

class TestGolden : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void without_padding_data() { models(); }
    void without_padding() {
        if (shared_folder("golden/models").empty()) QSKIP("the reference data is not here");
        const auto [model, reference] = load();
        const at::NoGradGuard no_grad;
        const at::Tensor ids = reference.at("nopad.input_ids");
        const auto states = model.all_hidden_states(ids);
        for (std::size_t i = 0; i < states.size(); ++i)
            QVERIFY(largest_difference(
                        states[i], reference.at("nopad.hidden." + std::to_string(i))) < tolerance_);
        const at::Tensor hidden = model.hidden_states(ids);
        QVERIFY(at::equal(hidden, states.back()));
        const at::Tensor logits = model.logits(hidden);
        QVERIFY(largest_difference(logits, reference.at("nopad.logits")) < tolerance_);
        QVERIFY(largest_difference(next_logprobs(logits, ids), reference.at("nopad.logprobs")) <
                tolerance_);
    }

    void padded_rows_data() { models(); }
    void padded_rows() {
        if (shared_folder("golden/models").empty()) QSKIP("the reference data is not here");
        const auto [model, reference] = load();
        const at::NoGradGuard no_grad;
        for (const std::string side : {"rightpad", "leftpad"}) {
            const at::Tensor ids = reference.at(side + ".input_ids");
            const at::Tensor mask = reference.at(side + ".attention_mask");
            const at::Tensor expected = reference.at(side + ".logits");
            const at::Tensor expected_logprobs = reference.at(side + ".logprobs");
            for (std::int64_t row = 0; row < ids.size(0); ++row) {
                const auto length = mask[row].sum().item<std::int64_t>();
                const auto first = side == "leftpad" ? ids.size(1) - length : 0;
                // Padding on the left becomes padding on the right: the values there are arbitrary.
                at::Tensor packed = at::full({1, ids.size(1)}, 7, at::kLong);
                packed[0].narrow(0, 0, length).copy_(ids[row].narrow(0, first, length));
                const at::Tensor logits =
                    model.logits(model.hidden_states(packed)).narrow(1, 0, length);
                QVERIFY(largest_difference(logits[0], expected[row].narrow(0, first, length)) <
                        tolerance_);
                const at::Tensor logprobs = next_logprobs(logits, packed.narrow(1, 0, length));
                QVERIFY(largest_difference(logprobs[0], expected_logprobs[row].narrow(
                                                            0, first, length - 1)) < tolerance_);
            }
        }
    }

    void bfloat16_weights_and_computation() {
        const auto folder = shared_folder("golden/models");
        if (folder.empty()) QSKIP("the reference data is not here");
        const auto model = Decoder::load(folder / "qwen2_bf16", at::kCPU, WeightType::bfloat16);
        VERIFY_OK(model);
        QVERIFY(model->flat_parameters().scalar_type() == at::kBFloat16);
        const auto reference = read_safetensors(folder / "qwen2_bf16" / "reference.safetensors");
        VERIFY_OK(reference);
        const at::NoGradGuard no_grad;
        const at::Tensor logits =
            model->logits(model->hidden_states(reference->at("nopad.input_ids")));
        QVERIFY(logits.scalar_type() == at::kBFloat16);
        QVERIFY(largest_difference(logits.to(at::kFloat),
                                   reference->at("nopad.logits_bf16_compute")) < 0.4);
    }

private:
    void models() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama", "llama_tied_rope3", "llama_sharded", "gpt2", "qwen2",
                                 "qwen2_bf16", "qwen3", "mistral", "mistral_window", "gpt_neox"})
            QTest::newRow(name) << name;
    }

    std::pair<Decoder, TensorMap> load() {
        QFETCH(QString, name);
        tolerance_ = name.startsWith("gpt") ? 2e-4 : 1e-4;  // as the README of the data has it
        const auto folder = shared_folder("golden/models") / name.toStdString();
        auto model = Decoder::load(folder, at::kCPU);
        auto reference = read_safetensors(folder / "reference.safetensors");
        if (!model.ok()) throw std::runtime_error(model.error().message);
        if (!reference.ok()) throw std::runtime_error(reference.error().message);
        return {std::move(model).value(), std::move(reference).value()};
    }

    double tolerance_ = 1e-4;
};

PLUMB_REGISTER_TEST(TestGolden)
#include "golden_test.moc"
