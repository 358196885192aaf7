// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lora.h"

#include <ATen/ATen.h>

#include "base/files.h"
#include "model/adapter_files.h"
#include "model/decoder.h"
#include "model/kv_cache.h"
#include "small_model.h"
#include "test_main.h"

using namespace plumb;
namespace fs = std::filesystem;

/// Fails unless the Result is an error whose message has the part.
#define VERIFY_ERROR(result, part)                                         \
    do {                                                                   \
        const auto& refused_ = (result);                                   \
        QVERIFY(!refused_.ok());                                           \
        QVERIFY2(refused_.error().message.find(part) != std::string::npos, \
                 refused_.error().message.c_str());                        \
    } while (false)

namespace {

Decoder base_model(bool tied = false) {
    ModelConfig config = small_model_config();
    config.tie_word_embeddings = tied;
    Decoder model(config, at::kCPU);
    model.initialise(3);
    return model;
}

LoraConfig config_of(std::vector<std::string> targets, std::vector<std::string> saved = {}) {
    LoraConfig config;
    config.r = 4;
    config.lora_alpha = 8;
    config.target_modules = std::move(targets);
    config.modules_to_save = std::move(saved);
    return config;
}

/// As if it had been trained: no matrix is zero.
void stir(Decoder& model) {
    const at::NoGradGuard no_gradient;
    double seed = 0;
    for (const auto& [name, tensor] : model.adapter_tensors())
        tensor.detach().add_(
            at::sin(at::arange(tensor.numel(), at::kFloat) * 12.9898 + ++seed).view_as(tensor),
            0.1);
}

Decoder adapted(const LoraConfig& config, bool tied = false) {
    Decoder model = base_model(tied);
    const Status added = model.add_adapter(config, 7);
    if (!added) qFatal("%s", added.error().message.c_str());
    stir(model);
    return model;
}

at::Tensor some_ids() { return (at::arange(2 * 9, at::kLong) * 7 + 3).remainder(37).view({2, 9}); }

at::Tensor logits_of(const Decoder& model) {
    const at::NoGradGuard no_gradient;
    return model.logits(model.hidden_states(some_ids()));
}

double difference(const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
}

std::vector<std::string> keys(const TensorMap& tensors) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors) names.push_back(name);
    return names;
}

const std::string layer0 = "base_model.model.model.layers.0.";

}  // namespace

class TestLora : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void targets_are_ends_of_names() {
        const std::vector<std::string> modules = {"model.layers.0.self_attn.q_proj",
                                                  "model.layers.0.mlp.up_proj",
                                                  "model.layers.1.self_attn.q_proj", "lm_head"};
        const auto select = [&](std::vector<std::string> targets) {
            return select_modules(config_of(std::move(targets)), modules, {"up_proj"}, "lm_head");
        };
        QCOMPARE(select({"q_proj"})->size(), 2u);
        QCOMPARE(select({"self_attn.q_proj", "up_proj"})->size(), 3u);
        QCOMPARE(select({"layers.0.self_attn.q_proj"})->size(), 1u);
        QCOMPARE(select({})->front(), modules[1]);
        QCOMPARE(select({"all-linear"})->size(), 3u);
        QCOMPARE(select({"lm_head"})->size(), 1u);
        QCOMPARE(*select({R"(model\.layers\.\d+\.self_attn\..*)"}),
                 (std::vector{modules[0], modules[2]}));
        // A regular expression matches whole names; a part of a name's word is no end of it.
        VERIFY_ERROR(select({"q_pro(j)"}), "matches the whole name of no linear layer");
        VERIFY_ERROR(select({"proj"}), "proj means no linear layer");
        VERIFY_ERROR(select({"q_proj", "w1"}), "it has q_proj, up_proj, lm_head");
        VERIFY_ERROR(select({"(q_proj"}), "lora_target_modules");
    }

    void a_new_adapter_changes_nothing() {
        Decoder model = base_model();
        const at::Tensor before = logits_of(model);
        VERIFY_OK(model.add_adapter(config_of({"all-linear"}), 7));
        QVERIFY(at::equal(logits_of(model), before));
        const TensorMap tensors = model.adapter_tensors();
        QCOMPARE(tensors.size(), 2u * 2 * 7);
        for (const auto& [name, tensor] : tensors) {
            if (name.ends_with("lora_B.weight")) {
                QVERIFY(tensor.eq(0).all().item<bool>());
                continue;
            }
            // Uniform in +-1 / sqrt(in): Kaiming's bound for a = sqrt 5.
            const double bound = 1 / std::sqrt(static_cast<double>(tensor.size(1)));
            const double largest = tensor.abs().max().item<double>();
            QVERIFY(largest <= bound && largest > 0.85 * bound);
        }
        QCOMPARE(model.adapter_config().target_modules.size(), 7u);
        QVERIFY(!at::equal(tensors.at(layer0 + "self_attn.q_proj.lora_A.weight"),
                           tensors.at(layer0 + "self_attn.k_proj.lora_A.weight")));
    }

    void the_weight_is_w_plus_scale_b_a() {
        for (const bool rank_stabilised : {false, true}) {
            LoraConfig config = config_of({"v_proj", "up_proj"});
            config.use_rslora = rank_stabilised;
            const Decoder model = adapted(config);
            Decoder whole = base_model();
            const TensorMap named = whole.named_tensors(), tensors = model.adapter_tensors();
            const double scale = rank_stabilised ? 8.0 / 2.0 : 8.0 / 4.0;
            for (const std::string name :
                 {"0.self_attn.v_proj", "1.self_attn.v_proj", "0.mlp.up_proj", "1.mlp.up_proj"}) {
                const std::string prefix = "base_model.model.model.layers." + name;
                named.at("model.layers." + name + ".weight")
                    .add_(scale * at::mm(tensors.at(prefix + ".lora_B.weight"),
                                         tensors.at(prefix + ".lora_A.weight")));
            }
            QVERIFY(difference(logits_of(model), logits_of(whole)) < 1e-5);
        }
    }

    void merging_changes_no_logits() {
        for (const bool tied : {false, true})
            for (const LoraConfig& config :
                 {config_of({"all-linear"}), config_of({"q_proj"}, {"embed_tokens"}),
                  config_of({"q_proj"}, {"lm_head", "norm"}), config_of({"lm_head", "k_proj"})}) {
                Decoder model = adapted(config, tied);
                const at::Tensor before = logits_of(model);
                QVERIFY(difference(before, logits_of(base_model(tied))) > 1e-3);
                model.merge_adapter();
                QVERIFY(!model.has_adapter());
                QVERIFY(difference(logits_of(model), before) < 1e-5);
            }
    }

    void models_of_one_base_share_its_memory() {
        Decoder policy = adapted(config_of({"q_proj"}));
        const at::Tensor with = logits_of(policy), without = logits_of(base_model());
        const Decoder reference = policy.sharing();
        QVERIFY(reference.shares_parameters_with(policy));
        QVERIFY(at::equal(logits_of(reference), without));
        Decoder scorer = policy.sharing_with_score_head(5);
        VERIFY_OK(scorer.add_adapter(config_of({"down_proj"}), 9));
        QVERIFY(scorer.shares_parameters_with(policy));
        QVERIFY(scorer.adapter_tensors().contains("base_model.model.score.weight"));
        const Decoder copy = scorer.frozen_copy();
        QVERIFY(copy.shares_parameters_with(policy));
        stir(scorer);
        const at::NoGradGuard no_gradient;
        const auto scores = [&](const Decoder& model) {
            return model.scores(model.hidden_states(some_ids()));
        };
        QVERIFY(difference(scores(copy), scores(scorer)) > 1e-3);
        QVERIFY(at::equal(logits_of(policy), with));
        // Merging one leaves the others as they were.
        const at::Tensor apart = scores(scorer);
        scorer.merge_adapter();
        QVERIFY(difference(scores(scorer), apart) < 1e-5);
        QVERIFY(at::equal(logits_of(policy), with) && at::equal(logits_of(reference), without));
    }

    void only_the_adapter_is_trained() {
        Decoder model = base_model();
        const at::Tensor base = model.flat_parameters().clone();
        VERIFY_OK(model.add_adapter(config_of({"q_proj", "o_proj"}, {"model.norm"}), 7));
        stir(model);
        model.enable_training();
        QVERIFY(model.flat_gradients().numel() == model.trained_parameters().numel());
        model.logits(model.hidden_states(some_ids())).square().mean().backward();
        for (const auto& [name, gradient] : model.adapter_tensors(true))
            QVERIFY2(gradient.abs().max().item<double>() > 0, name.c_str());
        QVERIFY(at::equal(model.flat_parameters(), base));
        // A norm takes no weight decay, matrices do.
        QVERIFY(model.decay_size() < model.trained_parameters().numel());
        QCOMPARE(model.adapter_parameter_count(),
                 2 * (4 * 24 + 24 * 4 + 4 * 24 + 24 * 4) + std::int64_t{24});
        QCOMPARE(model.low_rank_parameter_count(), model.adapter_parameter_count() - 24);
    }

    /// The gradient along one direction through all adapters against a central difference.
    void gradients_agree_with_differences() {
        Decoder model = adapted(config_of({"all-linear"}, {"embed_tokens"}));
        model.enable_training();
        const auto loss = [&] {
            return model.logits(model.hidden_states(some_ids())).square().mean();
        };
        loss().backward();
        const at::NoGradGuard no_gradient;
        at::Tensor flat = model.trained_parameters().detach();
        const at::Tensor direction =
            at::sin(at::arange(flat.numel(), at::kFloat) * 3.7) * (flat != 0);
        const double expected =
            (model.flat_gradients() * direction).sum(at::kDouble).item<double>();
        const double step = 2e-4;
        flat.add_(direction, step);
        const double up = loss().item<double>();
        flat.add_(direction, -2 * step);
        const double down = loss().item<double>();
        const double numeric = (up - down) / (2 * step);
        QVERIFY2(std::abs(numeric - expected) < 1e-2 * std::abs(expected),
                 (std::to_string(numeric) + " " + std::to_string(expected)).c_str());
    }

    void generation_follows_the_adapter() {
        Decoder model = base_model();
        const at::Tensor ids = some_ids();
        const auto last_logits = [&] {
            KeyValueCache cache(model.config(), 2, 16, at::kCPU);
            model.prefill(ids.narrow(1, 0, 8), {8, 8}, cache);
            return model.next_logits(model.decode(ids.select(1, 8).contiguous(), cache));
        };
        const auto expected = [&] { return logits_of(model).select(1, 8); };
        QVERIFY(difference(last_logits(), expected()) < 1e-5);
        VERIFY_OK(model.add_adapter(config_of({"k_proj", "down_proj"}, {"lm_head"}), 7));
        for (int i = 0; i < 2; ++i) {
            stir(model);
            QVERIFY(difference(last_logits(), expected()) < 1e-5);
        }
        const at::Tensor with = last_logits();
        model.merge_adapter();
        QVERIFY(difference(last_logits(), with) < 1e-5);
    }

    void dropout_acts_in_training_alone_and_by_its_key() {
        LoraConfig config = config_of({"all-linear"});
        config.lora_dropout = 0.5;
        Decoder model = adapted(config);
        model.enable_training();
        const auto trained = [&](std::uint64_t key) {
            model.set_dropout_key(key);
            return model.hidden_states(some_ids()).detach();
        };
        const at::Tensor first = trained(1);
        QVERIFY(at::equal(first, trained(1)));
        QVERIFY(!at::equal(first, trained(2)));
        model.set_dropout_key(1);
        QVERIFY(at::equal(first, model.hidden_states(some_ids()).detach()));
        QVERIFY(!at::equal(first, model.hidden_states(some_ids()).detach()));  // the next pass
        const at::NoGradGuard no_gradient;
        const at::Tensor without = model.hidden_states(some_ids());
        QVERIFY(at::equal(without, model.hidden_states(some_ids())));
        QVERIFY(!at::allclose(first, without, 1e-3, 1e-3));
    }

    void files_are_in_pefts_layout_and_come_back() {
        const TemporaryFolder folder;
        const fs::path base = folder.path() / "base", saved = folder.path() / "adapter";
        fs::create_directories(base);
        fs::create_directories(saved);
        VERIFY_OK(base_model().save(base));
        Decoder model = adapted(config_of({"q_proj"}, {"lm_head"}));
        model.set_base({base, "", fingerprint_of(base_model())});
        VERIFY_OK(write_adapter(model, saved));

        const auto tensors = read_safetensors(saved / "adapter_model.safetensors");
        QVERIFY(tensors.ok());
        QCOMPARE(keys(*tensors),
                 (std::vector<std::string>{
                     "base_model.model.lm_head.weight", layer0 + "self_attn.q_proj.lora_A.weight",
                     layer0 + "self_attn.q_proj.lora_B.weight",
                     "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight",
                     "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight"}));
        const auto again = load_adapted(saved, at::kCPU);
        VERIFY_OK(again);
        QVERIFY(at::equal(logits_of(*again), logits_of(model)));
        QCOMPARE(again->adapter_config().modules_to_save, std::vector<std::string>{"lm_head"});
        QCOMPARE(again->adapter_config().r, 4);
        const auto merged = load_any_model(saved, at::kCPU);
        VERIFY_OK(merged);
        QVERIFY(!merged->has_adapter() && difference(logits_of(*merged), logits_of(model)) < 1e-5);
        // A model that holds the base lends its memory.
        Decoder holder = base_model();
        holder.set_base({base, "", fingerprint_of(holder)});
        const auto shared = load_adapted_on(saved, holder);
        QVERIFY(shared.ok() && shared->has_value());
        QVERIFY((*shared)->shares_parameters_with(holder));
        QVERIFY(at::equal(logits_of(**shared), logits_of(model)));
        QVERIFY(is_adapter_folder(saved) && !is_adapter_folder(base));
        QCOMPARE(read_any_model_config(saved)->vocab_size, 37);
    }

    void a_base_that_is_gone_or_changed_is_named() {
        const TemporaryFolder folder;
        const fs::path base = folder.path() / "base", saved = folder.path() / "adapter";
        fs::create_directories(base);
        fs::create_directories(saved);
        VERIFY_OK(base_model().save(base));
        Decoder model = adapted(config_of({"q_proj"}));
        model.set_base({base, "", fingerprint_of(base_model())});
        VERIFY_OK(write_adapter(model, saved));
        // Both may move together.
        fs::create_directories(folder.path() / "moved");
        fs::rename(base, folder.path() / "moved/base");
        VERIFY_ERROR(load_adapted(saved, at::kCPU),
                     "base model " + base.string() + " is not there");
        fs::rename(saved, folder.path() / "moved/adapter");
        const fs::path moved = folder.path() / "moved/adapter";
        VERIFY_OK(load_adapted(moved, at::kCPU));
        Decoder other = base_model();
        other.flat_parameters().add_(1e-4);
        VERIFY_OK(other.save(folder.path() / "moved/base"));
        VERIFY_ERROR(load_adapted(moved, at::kCPU), "has changed since the adapter was trained");
    }

    void what_is_not_supported_is_named() {
        const TemporaryFolder folder;
        const fs::path base = folder.path() / "base", saved = folder.path() / "adapter";
        fs::create_directories(base);
        fs::create_directories(saved);
        VERIFY_OK(base_model().save(base));
        Decoder model = adapted(config_of({"q_proj"}));
        model.set_base({base, "", fingerprint_of(base_model())});
        VERIFY_OK(write_adapter(model, saved));
        const auto text = read_file(saved / "adapter_config.json");
        QVERIFY(text.ok());
        const auto with = [&](const std::string& before, const std::string& after) {
            std::string changed = *text;
            const auto at = changed.find(before);
            if (at == std::string::npos) qFatal("%s is missing", before.c_str());
            changed.replace(at, before.size(), after);
            VERIFY_OK(write_file_atomic(saved / "adapter_config.json", changed));
        };
        with("\"use_dora\": false", "\"use_dora\": true");
        VERIFY_ERROR(load_adapted(saved, at::kCPU), "use_dora is true, which is not supported");
        with("\"LORA\"", "\"IA3\"");
        VERIFY_ERROR(load_adapted(saved, at::kCPU), "peft_type is not LORA");
        with("\"r\": 4", "\"r\": \"four\"");
        VERIFY_ERROR(load_adapted(saved, at::kCPU), "r is not a number");
        with("\"bias\": \"none\"", "\"bias\": \"all\"");
        VERIFY_ERROR(load_adapted(saved, at::kCPU), "bias is all; only none is supported");
        VERIFY_OK(write_file_atomic(saved / "adapter_config.json", *text));

        const auto refused = [&](const std::function<void(TensorMap&)>& change) -> Result<Decoder> {
            TensorMap tensors = model.adapter_tensors();
            change(tensors);
            PLUMB_TRY_STATUS(write_safetensors(saved / "adapter_model.safetensors", tensors));
            return load_adapted(saved, at::kCPU);
        };
        const std::string q = layer0 + "self_attn.q_proj";
        VERIFY_ERROR(refused([&](TensorMap& t) { t.erase(q + ".lora_B.weight"); }),
                     q + ".lora_B.weight is missing");
        VERIFY_ERROR(refused([&](TensorMap& t) { t.erase(q + ".lora_A.weight"); }),
                     q + ".lora_B.weight has no counterpart");
        VERIFY_ERROR(refused([&](TensorMap& t) {
                         t[q + ".lora_A.weight"] = at::zeros({4, 25});
                     }),
                     "has shape [4, 25], the base model asks for [4, 24]");
        VERIFY_ERROR(
            refused([&](TensorMap& t) {
                t["base_model.model.model.layers.7.mlp.up_proj.lora_A.weight"] = at::zeros({4, 24});
            }),
            "belongs to no linear layer of the base model");
        VERIFY_ERROR(refused([&](TensorMap& t) {
                         t["lm_head.weight"] = at::zeros({37, 24});
                     }),
                     "does not begin with base_model.model.");
        VERIFY_ERROR(base_model().add_adapter(config_of({"q_proj"}, {"up_proj"}), 1),
                     "up_proj is kept together with others as one matrix");
        VERIFY_ERROR(base_model().add_adapter(config_of({"q_proj"}, {"wte"}), 1),
                     "wte is no module of this model; it has embed_tokens, norm, lm_head");
    }

    void ranks_and_alphas_of_their_own_are_kept() {
        const TemporaryFolder folder;
        const fs::path base = folder.path() / "base", saved = folder.path() / "adapter";
        fs::create_directories(base);
        fs::create_directories(saved);
        VERIFY_OK(base_model().save(base));
        Decoder model = base_model();
        TensorMap tensors;
        for (const auto& [module, rank] :
             {std::pair<std::string, std::int64_t>{layer0 + "self_attn.q_proj", 2},
              {layer0 + "self_attn.v_proj", 4}}) {
            tensors[module + ".lora_A.weight"] = at::ones({rank, 24}) * 0.05;
            tensors[module + ".lora_B.weight"] =
                at::ones({module.ends_with("q_proj") ? 24 : 12, rank}) * 0.05;
        }
        VERIFY_OK(
            model.add_adapter(config_of({"q_proj", "v_proj"}), {{"q_proj", 3.0}}, tensors, "test"));
        const auto modules = model.adapted_modules();
        QCOMPARE(modules.at("model.layers.0.self_attn.q_proj").scale, 1.5);
        QCOMPARE(modules.at("model.layers.0.self_attn.v_proj").scale, 2.0);
        model.set_base({base, "", fingerprint_of(base_model())});
        VERIFY_OK(write_adapter(model, saved));
        const auto again = load_adapted(saved, at::kCPU);
        VERIFY_OK(again);
        QVERIFY(at::equal(logits_of(*again), logits_of(model)));
        QCOMPARE(again->adapted_modules().at("model.layers.0.self_attn.q_proj").rank, 2);
    }
};

PLUMB_REGISTER_TEST(TestLora)
#include "lora_test.moc"
