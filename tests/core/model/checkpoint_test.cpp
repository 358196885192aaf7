// SPDX-License-Identifier: GPL-3.0-or-later
// config.json and safetensors: what is written is read back, what is broken is named.
#include <fstream>

#include <ATen/ATen.h>

#include "base/files.h"
#include "model/decoder.h"
#include "model/model_files.h"
#include "model/safetensors.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;
namespace fs = std::filesystem;

namespace {

void write_text(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
}

/// A safetensors file with this header and so many bytes of data.
void write_raw(const fs::path& file, const std::string& header, std::size_t data_bytes) {
    const std::uint64_t length = header.size();
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    write_text(file, bytes + header + std::string(data_bytes, '\0'));
}

template <class T>
bool mentions(const Result<T>& result, const std::string& text) {
    return !result.ok() && result.error().message.find(text) != std::string::npos;
}

const char* plain_config = R"({"model_type": "llama", "vocab_size": 37, "hidden_size": 24,
    "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4)";

}  // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tensors_of_all_types_come_back() {
        const TemporaryFolder folder;
        TensorMap tensors;
        for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16,
                                          at::kLong, at::kInt, at::kByte, at::kBool})
            tensors.emplace(c10::toString(type), (at::arange(6) % 2).view({2, 3}).to(type));
        tensors.emplace("scalar", at::scalar_tensor(3.5));
        tensors.emplace("empty", at::zeros({0, 4}));
        tensors.emplace("transposed", at::arange(6).view({2, 3}).t());
        const fs::path file = folder.path() / "t.safetensors";
        VERIFY_OK(write_safetensors(file, tensors));
        const auto read = read_safetensors(file);
        VERIFY_OK(read);
        QCOMPARE(read->size(), tensors.size());
        for (const auto& [name, tensor] : tensors) {
            QCOMPARE(read->at(name).scalar_type(), tensor.scalar_type());
            QVERIFY2(at::equal(read->at(name), tensor), name.c_str());
            QCOMPARE(reinterpret_cast<std::uintptr_t>(read->at(name).data_ptr()) % 64,
                     std::uintptr_t{0});
        }
    }

    void broken_files_are_named() {
        const TemporaryFolder folder;
        const fs::path file = folder.path() / "broken.safetensors";
        const auto reading = [&](const std::string& header, std::size_t data_bytes) {
            write_raw(file, header, data_bytes);
            return read_safetensors(file);
        };
        const std::string good = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
        VERIFY_OK(reading("{" + good + "}", 8));
        QVERIFY(mentions(reading("{" + good + "}", 7), "cut off"));
        QVERIFY(mentions(reading("{" + good + "}", 7), file.string()));
        QVERIFY(mentions(reading("{" + good + "}", 9), "after the last tensor"));
        QVERIFY(mentions(reading("{" + good, 8), "not a JSON object"));
        QVERIFY(mentions(reading("[1]", 8), "not a JSON object"));
        QVERIFY(mentions(reading("{" + good + "," + good + "}", 8), "twice"));
        QVERIFY(
            mentions(reading(R"({"a":{"dtype":"F8","shape":[2],"data_offsets":[0,8]}})", 8), "F8"));
        QVERIFY(mentions(reading(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
                         "do not fit shape"));
        QVERIFY(mentions(reading(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8),
                         "shape"));
        QVERIFY(mentions(reading(R"({"a":{"dtype":"F32","shape":[2]}})", 8), "missing"));
        QVERIFY(mentions(reading(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8),
                         "data_offsets"));
        QVERIFY(mentions(
            reading(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})",
                    0),
            "too large"));
        const std::string second = R"("b":{"dtype":"F32","shape":[2],"data_offsets":)";
        QVERIFY(mentions(reading("{" + good + "," + second + "[4,12]}}", 12), "overlaps"));
        QVERIFY(mentions(reading("{" + good + "," + second + "[12,20]}}", 20), "gap"));

        write_text(file, "short");
        QVERIFY(mentions(read_safetensors(file), "shorter"));
        write_text(file, std::string(16, '\x7f'));
        QVERIFY(mentions(read_safetensors(file), "length"));
        const auto missing = read_safetensors(folder.path() / "none");
        QVERIFY(!missing.ok() && missing.error().code == ErrorCode::not_found);
        QVERIFY(!read_safetensors(folder.path()).ok());
    }

    void a_full_disk_is_reported() {
        const TemporaryFolder folder;
        for (const std::string step : {"open", "write", "sync"}) {
            set_write_fault([&](std::string_view now) { return now == step ? ENOSPC : 0; });
            const Status status = write_safetensors(folder.path() / "t", {{"a", at::ones({3})}});
            set_write_fault({});
            QVERIFY(!status.ok());
            QCOMPARE(status.error().code, ErrorCode::disk_full);
        }
    }

    void shards_are_joined() {
        const TemporaryFolder folder;
        const auto& path = folder.path();
        VERIFY_OK(write_safetensors(path / "1.safetensors", {{"a", at::ones({2})}}));
        VERIFY_OK(write_safetensors(path / "2.safetensors", {{"b", at::zeros({3})}}));
        const fs::path index = path / "model.safetensors.index.json";
        write_text(index, R"({"weight_map": {"a": "1.safetensors", "b": "2.safetensors"}})");
        const auto both = ModelFiles::open(path);
        VERIFY_OK(both);
        QCOMPARE(both->tensors().size(), std::size_t{2});
        at::Tensor b = at::ones({3}, at::kBFloat16);
        VERIFY_OK(both->read(both->tensors().at("b"), b));
        QVERIFY(at::equal(b, at::zeros({3}, at::kBFloat16)));
        write_text(index, R"({"weight_map": {"a": "1.safetensors", "c": "2.safetensors"}})");
        QVERIFY(mentions(ModelFiles::open(path), "tensor c"));
        write_text(index, R"({"weight_map": {"a": "1.safetensors", "b": "../2.safetensors"}})");
        QVERIFY(mentions(ModelFiles::open(path), "tensor b"));
        write_text(index, R"({"weight_map": {"a": "1.safetensors", "b": "3.safetensors"}})");
        QVERIFY(mentions(ModelFiles::open(path), "3.safetensors"));
        write_text(index, "{}");
        QVERIFY(mentions(ModelFiles::open(path), "weight_map"));
    }

    void saving_and_loading_keeps_every_bit() {
        for (const bool tied : {false, true}) {
            ModelConfig config = small_model_config();
            config.tie_word_embeddings = tied;
            config.qkv_bias = config.output_bias = tied;
            config.mlp_bias = !tied;
            config.eos_token_ids = {1, 3};
            config.bos_token_id = 2;
            if (tied) config.rope_scaling = RopeScaling{4.0, 1.5, 3.0, 64};
            Decoder model(config, at::kCPU);
            model.initialise(7);
            model.flat_parameters().narrow(0, 0, 3).copy_(at::tensor({1e-40f, -0.0f, 3e38f}));
            const TemporaryFolder folder;
            VERIFY_OK(model.save(folder.path()));
            const auto loaded = Decoder::load(folder.path(), at::kCPU);
            VERIFY_OK(loaded);
            QVERIFY(at::equal(loaded->flat_parameters().view(at::kInt),
                              model.flat_parameters().view(at::kInt)));
            const ModelConfig& c = loaded->config();
            QCOMPARE(c.eos_token_ids, config.eos_token_ids);
            QCOMPARE(*c.bos_token_id, std::int64_t{2});
            QCOMPARE(*c.pad_token_id, std::int64_t{0});
            QCOMPARE(c.rope_scaling.has_value(), tied);
            if (tied) QCOMPARE(c.rope_scaling->low_freq_factor, 1.5);
            QCOMPARE(c.head_dim, config.head_dim);
            QCOMPARE(c.qkv_bias, tied);
        }
    }

    void wrong_tensors_are_named() {
        ModelConfig config = small_model_config();
        config.tie_word_embeddings = true;
        Decoder model(config, at::kCPU);
        model.initialise(1);
        const TemporaryFolder folder;
        VERIFY_OK(model.save(folder.path()));
        const at::Tensor before = model.flat_parameters().clone();
        const std::string name = "model.layers.1.self_attn.k_proj.weight";
        const fs::path file = folder.path() / "model.safetensors";
        TensorMap tensors;
        for (const auto& [key, tensor] : model.named_tensors()) tensors[key] = tensor + 1;
        const auto loading = [&](const TensorMap& written) {
            if (Status status = write_safetensors(file, written); !status.ok()) return status;
            return model.load_weights(folder.path());
        };

        TensorMap changed = tensors;
        changed.erase(name);
        QVERIFY(mentions(loading(changed), "tensor " + name + " is missing"));
        QVERIFY(mentions(loading(changed), folder.path().string()));
        changed[name] = at::zeros({12, 25});
        QVERIFY(mentions(loading(changed), "[12, 25], config.json asks for [12, 24]"));
        changed[name] = at::zeros({12, 24}, at::kLong);
        QVERIFY(mentions(loading(changed), name));
        changed = tensors;
        changed["model.layers.2.mlp.up_proj.weight"] = at::zeros({40, 24});
        QVERIFY(mentions(loading(changed), "model.layers.2.mlp.up_proj.weight"));
        QVERIFY(at::equal(model.flat_parameters(), before));
        changed = tensors;
        changed["lm_head.weight"] = tensors["model.embed_tokens.weight"];  // written by some
        changed[name] = tensors[name].to(at::kBFloat16);
        VERIFY_OK(loading(changed));
        QVERIFY(at::equal(model.named_tensors().at(name),
                          tensors[name].to(at::kBFloat16).to(at::kFloat)));
    }

    void both_generations_of_keys_are_read() {
        const TemporaryFolder folder;
        const auto reading = [&](const std::string& more) {
            write_text(folder.path() / "config.json", plain_config + more + "}");
            return read_model_config(folder.path());
        };
        auto config = reading("");
        VERIFY_OK(config);
        QCOMPARE(config->num_key_value_heads, std::int64_t{4});
        QCOMPARE(config->head_dim, std::int64_t{6});
        QCOMPARE(config->norm_eps, 1e-6);
        QVERIFY(config->eos_token_ids.empty());
        config = reading(R"(, "rope_theta": 5e5, "eos_token_id": [1, 2], "torch_dtype": "float16",
            "rope_scaling": {"type": "llama3", "factor": 2, "original_max_position_embeddings": 16})");
        VERIFY_OK(config);
        QCOMPARE(config->rope_theta, 5e5);
        QCOMPARE(config->rope_scaling->factor, 2.0);
        QCOMPARE(config->eos_token_ids, (std::vector<std::int64_t>{1, 2}));
        config = reading(R"(, "eos_token_id": 9, "rope_scaling": null, "pad_token_id": null,
            "rope_parameters": {"rope_type": "default", "rope_theta": 3e4})");
        VERIFY_OK(config);
        QCOMPARE(config->rope_theta, 3e4);
        QVERIFY(!config->rope_scaling && !config->pad_token_id);
        QCOMPARE(config->eos_token_ids, (std::vector<std::int64_t>{9}));
    }

    void wrong_settings_are_named_with_the_file() {
        const TemporaryFolder folder;
        const fs::path file = folder.path() / "config.json";
        const auto reading = [&](const std::string& more) {
            write_text(file, plain_config + more + "}");
            return read_model_config(folder.path());
        };
        QVERIFY(mentions(reading(R"(, "vocab_size": "x")"), file.string()));
        QVERIFY(mentions(reading(R"(, "num_key_value_heads": 3)"), "num_key_value_heads"));
        QVERIFY(mentions(reading(R"(, "num_key_value_heads": 0)"), "num_key_value_heads"));
        QVERIFY(mentions(reading(R"(, "head_dim": 5)"), "head_dim"));
        QVERIFY(mentions(reading(R"(, "hidden_size": 24.5)"), "hidden_size"));
        QVERIFY(mentions(reading(R"(, "hidden_act": "gelu")"), "hidden_act"));
        QVERIFY(mentions(reading(R"(, "eos_token_id": "a")"), "eos_token_id"));
        QVERIFY(mentions(reading(R"(, "tie_word_embeddings": 1)"), "tie_word_embeddings"));
        QVERIFY(mentions(reading(R"(, "rope_scaling": {"rope_type": "yarn"})"), "yarn"));
        QVERIFY(mentions(reading(R"(, "rope_parameters": 3)"), "rope_parameters"));
        QVERIFY(mentions(reading(R"(, "quantization_config": {})"), "quantization_config"));
        write_text(file, R"({"model_type": "llama"})");
        QVERIFY(mentions(read_model_config(folder.path()), "vocab_size is missing"));
        write_text(file, "not json");
        QVERIFY(mentions(read_model_config(folder.path()), "JSON"));
        fs::remove(file);
        const auto missing = read_model_config(folder.path());
        QVERIFY(!missing.ok() && missing.error().code == ErrorCode::not_found);
    }
};

PLUMB_REGISTER_TEST(TestCheckpoint)
#include "checkpoint_test.moc"
