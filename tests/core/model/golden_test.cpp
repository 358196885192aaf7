// SPDX-License-Identifier: GPL-3.0-or-later
// Llama models against outputs of transformers (shared/golden/models).
#include <ATen/ATen.h>

#include "model/llama.h"
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
            QVERIFY(largest_difference(states[i],
                                       reference.at("nopad.hidden." + std::to_string(i))) < 1e-4);
        const at::Tensor hidden = model.hidden_states(ids);
        QVERIFY(at::equal(hidden, states.back()));
        const at::Tensor logits = model.logits(hidden);
        QVERIFY(largest_difference(logits, reference.at("nopad.logits")) < 1e-4);
        QVERIFY(largest_difference(next_logprobs(logits, ids), reference.at("nopad.logprobs")) <
                1e-4);
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
                        1e-4);
                const at::Tensor logprobs = next_logprobs(logits, packed.narrow(1, 0, length));
                QVERIFY(largest_difference(logprobs[0], expected_logprobs[row].narrow(
                                                            0, first, length - 1)) < 1e-4);
            }
        }
    }

    void models_that_are_not_llama_are_refused() {
        if (shared_folder("golden/models").empty()) QSKIP("the reference data is not here");
        for (const char* name : {"gpt2", "qwen3", "gpt_neox"}) {
            const auto loaded = Llama::load(shared_folder("golden/models") / name, at::kCPU);
            QVERIFY(!loaded.ok());
            QVERIFY(loaded.error().message.find("model_type") != std::string::npos);
        }
    }

private:
    void models() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama", "llama_tied_rope3", "llama_sharded"})
            QTest::newRow(name) << name;
    }

    std::pair<Llama, TensorMap> load() {
        QFETCH(QString, name);
        const auto folder = shared_folder("golden/models") / name.toStdString();
        auto model = Llama::load(folder, at::kCPU);
        auto reference = read_safetensors(folder / "reference.safetensors");
        if (!model.ok()) throw std::runtime_error(model.error().message);
        if (!reference.ok()) throw std::runtime_error(reference.error().message);
        return {std::move(model).value(), std::move(reference).value()};
    }
};

PLUMB_REGISTER_TEST(TestGolden)
#include "golden_test.moc"
