// SPDX-License-Identifier: GPL-3.0-or-later
// Every family's config.json and files, written, read, and as others write them.
#include "model/families/family.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/generated/variable_factories.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "model/decoder.h"
#include "model/safetensors.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

using nlohmann::json;

const at::Tensor& some_ids() {
    static const at::Tensor ids = (at::arange(22, at::kLong) * 7 + 3).remainder(37).view({2, 11});
    return ids;
}

/// Biases and norms other than at the start.
Decoder some_model(ModelFamily family) {
    Decoder model(small_config_of(family), at::kCPU);
    model.initialise(7);
    at::Tensor vectors = model.flat_parameters().narrow(
        0, model.decay_size(), model.flat_parameters().numel() - model.decay_size());
    vectors.add_(at::sin(at::arange(vectors.numel(), at::kFloat)), 0.1);
    return model;
}

json config_of(const fs::path& folder) {
    return json::parse(read_file(folder / "config.json").value());
}

void change_config(const fs::path& folder, const json& changes) {
    json config = config_of(folder);
    config.merge_patch(changes);  // null takes a key away
    QVERIFY(write_file_atomic(folder / "config.json", config.dump()).ok());
}

template <class T>
bool mentions(const Result<T>& result, const std::string& text) {
    return !result.ok() && result.error().message.find(text) != std::string::npos;
}

}  // namespace

class TestFamilies : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saving_and_loading_keeps_every_bit_data() { families_data(); }
    void saving_and_loading_keeps_every_bit() {
        QFETCH(int, family);
        const Decoder language = some_model(static_cast<ModelFamily>(family));
        const Family& own = family_of(language.config());
        for (const bool score : {false, true}) {
            const Decoder model = score ? language.with_score_head(5) : language.frozen_copy();
            const TemporaryFolder folder;
            VERIFY_OK(model.save(folder.path()));
            QVERIFY(config_of(folder.path())["architectures"] ==
                    json::array({score ? own.classifier : own.causal_lm}));
            const auto loaded = Decoder::load(folder.path(), at::kCPU);
            VERIFY_OK(loaded);
            const auto whole = [](const Decoder& decoder) {  // gaps are not in files
                std::vector<at::Tensor> all;
                for (const auto& [name, tensor] : decoder.named_tensors())
                    all.push_back(tensor.reshape({-1}));
                return at::cat(all);
            };
            QVERIFY(at::equal(whole(*loaded), whole(model)));
            QVERIFY(at::equal(loaded->hidden_states(some_ids()), model.hidden_states(some_ids())));
        }
    }

    void tensors_have_the_shapes_of_their_files_data() { families_data(); }
    void tensors_have_the_shapes_of_their_files() {
        QFETCH(int, family);
        const Decoder model = some_model(static_cast<ModelFamily>(family));
        const TemporaryFolder folder;
        VERIFY_OK(model.save(folder.path()));
        const auto files = read_safetensors(folder.path() / "model.safetensors");
        VERIFY_OK(files);
        const auto shape_of = [&](const std::string& name) {
            return files->at(name).sizes().vec();
        };
        using Shape = std::vector<std::int64_t>;
        if (model.config().family == ModelFamily::gpt2) {
            QCOMPARE(shape_of("transformer.h.1.attn.c_attn.weight"), (Shape{24, 72}));
            QCOMPARE(shape_of("transformer.h.1.mlp.c_fc.weight"), (Shape{24, 40}));
            QCOMPARE(shape_of("transformer.h.1.mlp.c_proj.weight"), (Shape{40, 24}));
            QCOMPARE(shape_of("transformer.wpe.weight"), (Shape{128, 24}));
        } else if (model.config().family == ModelFamily::gpt_neox) {
            const std::string name = "gpt_neox.layers.1.attention.query_key_value.";
            QCOMPARE(shape_of(name + "weight"), (Shape{96, 32}));
            QCOMPARE(shape_of(name + "bias"), (Shape{96}));
        } else {
            const std::int64_t dim = model.config().head_dim;
            QCOMPARE(shape_of("model.layers.1.self_attn.k_proj.weight"), (Shape{2 * dim, 24}));
            QCOMPARE(shape_of("model.layers.1.mlp.down_proj.weight"), (Shape{24, 40}));
        }
    }

    /// q, k and v of a head stand together in GPT-NeoX's files: with the files' rows of one head
    /// set to zero, just that head's queries, keys and values are gone.
    void interleaved_heads_go_where_they_belong() {
        const Decoder model = some_model(ModelFamily::gpt_neox);
        const at::Tensor view =
            model.named_tensors().at("gpt_neox.layers.0.attention.query_key_value.weight");
        QCOMPARE(view.sizes().vec(), (std::vector<std::int64_t>{4, 3, 8, 32}));
        view[2][1].zero_();  // keys of the third head
        const at::Tensor rows = view.permute({1, 0, 2, 3}).reshape({96, 32});  // q, k, v
        const at::Tensor zero = rows.abs().sum(1).eq(0);
        QCOMPARE(zero.sum().item<std::int64_t>(), std::int64_t{8});
        QVERIFY(zero.narrow(0, 32 + 2 * 8, 8).all().item<bool>());
    }

    void dtypes_of_files_are_read_into_any_other_data() { families_data(); }
    void dtypes_of_files_are_read_into_any_other() {
        QFETCH(int, family);
        const Decoder model = some_model(static_cast<ModelFamily>(family));
        const TemporaryFolder folder;
        VERIFY_OK(model.save(folder.path()));
        const at::Tensor expected = model.hidden_states(some_ids());
        for (const WeightType type : {WeightType::bfloat16, WeightType::float16}) {
            const auto narrow = Decoder::load(folder.path(), at::kCPU, type);
            VERIFY_OK(narrow);
            QCOMPARE(narrow->flat_parameters().element_size(), std::int64_t{2});
            const at::Tensor states = narrow->hidden_states(some_ids());
            QVERIFY(states.scalar_type() == narrow->flat_parameters().scalar_type());
            QVERIFY((states.to(at::kFloat) - expected).abs().max().item<float>() < 0.2f);
            const TemporaryFolder half;
            VERIFY_OK(narrow->save(half.path()));
            QVERIFY(config_of(half.path())["dtype"] == json(name_of(type)));
            const auto wide = Decoder::load(half.path(), at::kCPU);
            VERIFY_OK(wide);
            for (const auto& [name, tensor] : wide->named_tensors())
                QVERIFY2(at::equal(tensor, narrow->named_tensors().at(name).to(at::kFloat)),
                         name.c_str());
        }
    }

    /// Checkpoints of the bare decoder, as GPT-2 is published, with the constants of older ones.
    void names_without_the_base_prefix_are_read() {
        for (const ModelFamily family : {ModelFamily::gpt2, ModelFamily::gpt_neox}) {
            const Decoder model = some_model(family);
            const TemporaryFolder folder;
            VERIFY_OK(model.save(folder.path()));
            const fs::path file = folder.path() / "model.safetensors";
            TensorMap bare;
            const std::string prefix = family_of(model.config()).base_prefix;
            const auto named = read_safetensors(file);
            for (const auto& [name, tensor] : *named)
                bare.emplace(name.starts_with(prefix) ? name.substr(prefix.size()) : name, tensor);
            const bool gpt2 = family == ModelFamily::gpt2;
            bare.emplace(gpt2 ? "h.0.attn.bias" : "layers.0.attention.bias",
                         at::ones({1, 1, 4, 4}, at::kByte));
            bare.emplace(gpt2 ? "h.0.attn.masked_bias" : "layers.0.attention.masked_bias",
                         at::scalar_tensor(-1e4f));
            if (!gpt2) bare.emplace("layers.0.attention.rotary_emb.inv_freq", at::ones({2}));
            VERIFY_OK(write_safetensors(file, bare));
            const auto loaded = Decoder::load(folder.path(), at::kCPU);
            VERIFY_OK(loaded);
            QVERIFY(at::equal(loaded->hidden_states(some_ids()), model.hidden_states(some_ids())));
        }
    }

    void older_keys_say_the_same() {
        const TemporaryFolder folder;
        const Decoder neox = some_model(ModelFamily::gpt_neox);
        VERIFY_OK(neox.save(folder.path()));
        change_config(folder.path(), {{"rope_parameters", nullptr},
                                      {"rope_theta", nullptr},
                                      {"rotary_pct", 0.25},
                                      {"rotary_emb_base", 777}});
        auto config = read_model_config(folder.path());
        VERIFY_OK(config);
        QCOMPARE(config->partial_rotary_factor, 0.25);
        QCOMPARE(config->rope_theta, 777.0);

        VERIFY_OK(some_model(ModelFamily::mistral).save(folder.path()));
        change_config(folder.path(), {{"rope_parameters", nullptr}, {"rope_theta", 5e5}});
        config = read_model_config(folder.path());
        VERIFY_OK(config);
        QCOMPARE(config->rope_theta, 5e5);
        QCOMPARE(*config->sliding_window, std::int64_t{5});
        // Null is no window, a missing key the default, as in transformers.
        json without = config_of(folder.path());
        without["sliding_window"] = nullptr;
        VERIFY_OK(write_file_atomic(folder.path() / "config.json", without.dump()));
        QVERIFY(!read_model_config(folder.path())->sliding_window);
        without.erase("sliding_window");
        VERIFY_OK(write_file_atomic(folder.path() / "config.json", without.dump()));
        QCOMPARE(*read_model_config(folder.path())->sliding_window, std::int64_t{4096});

        VERIFY_OK(some_model(ModelFamily::qwen2).save(folder.path()));
        change_config(folder.path(), {{"layer_types", nullptr}, {"max_window_layers", 2}});
        config = read_model_config(folder.path());
        VERIFY_OK(config);
        QCOMPARE(config->window_of(1), std::int64_t{0});
        QVERIFY(!config->sliding_window);
        change_config(folder.path(), {{"use_sliding_window", false}});
        QVERIFY(!read_model_config(folder.path())->sliding_window);
    }

    void what_is_not_supported_is_named() {
        const TemporaryFolder folder;
        const auto reading = [&](ModelFamily family, const json& changes) {
            const Status saved = some_model(family).save(folder.path());
            if (!saved.ok()) return Result<ModelConfig>(saved.error());
            change_config(folder.path(), changes);
            return read_model_config(folder.path());
        };
        QVERIFY(mentions(reading(ModelFamily::llama, {{"model_type", "mamba"}}), "mamba"));
        QVERIFY(mentions(reading(ModelFamily::llama, {{"model_type", "mamba"}}), "gpt_neox"));
        QVERIFY(mentions(reading(ModelFamily::gpt2, {{"activation_function", "relu"}}), "relu"));
        QVERIFY(mentions(reading(ModelFamily::gpt2, {{"scale_attn_weights", false}}),
                         "scale_attn_weights"));
        QVERIFY(mentions(reading(ModelFamily::gpt2, {{"n_embd", 26}}), "n_embd"));
        QVERIFY(mentions(reading(ModelFamily::gpt_neox, {{"hidden_act", "silu"}}), "silu"));
        QVERIFY(mentions(
            reading(ModelFamily::qwen2, {{"layer_types", {"sliding_attention", "full_attention"}}}),
            "layer_types"));
        QVERIFY(mentions(reading(ModelFamily::qwen3, {{"layer_types", {"full_attention"}}}),
                         "layer_types"));
        QVERIFY(mentions(reading(ModelFamily::mistral, {{"sliding_window", 0}}), "sliding_window"));
        QVERIFY(mentions(reading(ModelFamily::gpt_neox,
                                 {{"rope_parameters", {{"partial_rotary_factor", 0.01}}}}),
                         "rotates"));
        QVERIFY(mentions(reading(ModelFamily::qwen3, {{"architectures", {"LlamaForCausalLM"}}}),
                         "Qwen3ForCausalLM"));
    }

private:
    static void families_data() {
        QTest::addColumn<int>("family");
        for (const auto& [name, family] : all_families)
            QTest::newRow(name) << static_cast<int>(family);
    }
};

PLUMB_REGISTER_TEST(TestFamilies)
#include "families_test.moc"
