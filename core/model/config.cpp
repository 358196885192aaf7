// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/config.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "model/families/family.h"
#include "model/json_file.h"

namespace plumb {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::uint64_t most_config_bytes = 4'000'000;

ordered_json ids_to_json(const std::vector<std::int64_t>& ids) {
    if (ids.empty()) return nullptr;
    if (ids.size() == 1) return ids.front();
    return ids;
}

ordered_json optional_to_json(const std::optional<std::int64_t>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

/// Both generations of keys, so that every transformers since 4.40 reads the same model.
ordered_json to_json(const ModelConfig& config) {
    const Family& family = family_of(config);
    ordered_json object = {
        {"architectures", {config.score_head ? family.classifier : family.causal_lm}},
        {"bos_token_id", optional_to_json(config.bos_token_id)},
        {"dtype", name_of(config.dtype)},
        {"eos_token_id", ids_to_json(config.eos_token_ids)},
        {"initializer_range", 0.02},
        {"model_type", family.model_type},
        {"pad_token_id", optional_to_json(config.pad_token_id)},
        {"torch_dtype", name_of(config.dtype)},
        {"use_cache", true},
        {"vocab_size", config.vocab_size},
    };
    if (config.score_head) {
        object["id2label"] = {{"0", "LABEL_0"}};
        object["label2id"] = {{"LABEL_0", 0}};
    }
    family.write(config, object);
    return object;
}

const Family* read_family(ConfigKeys& keys) {
    std::string model_type = "(none)";
    keys.text("model_type", model_type);
    const auto found = std::ranges::find_if(
        families(), [&](const Family& f) { return f.model_type == model_type; });
    if (found != families().end()) return &*found;
    keys.fail("model_type \"" + model_type + "\" is not supported; this program runs " +
              family_names());
    return nullptr;
}

/// What stands on the decoder: the vocabulary's logits, or the score of a sequence classifier.
void read_head(const Family& family, ConfigKeys& keys, ModelConfig& config) {
    const json& names = keys.value("architectures");
    const json& name = names.is_array() && !names.empty() ? names.front() : names;
    if (name.is_null() || name == family.causal_lm || name == family.base) return;
    if (!name.is_string()) return keys.fail("the key architectures must be a list of names");
    if (name != family.classifier)
        return keys.fail("the architecture " + name.get<std::string>() + " is not supported; " +
                         family.causal_lm + " and " + family.classifier + " are");
    std::int64_t labels = 2;  // transformers' default where nothing is said
    keys.integer("num_labels", labels);
    if (const json& list = keys.object("id2label"); !list.empty())
        labels = static_cast<std::int64_t>(list.size());
    if (labels != 1)
        keys.fail("a classifier of " + std::to_string(labels) +
                  " labels is no reward model; one with a single label is");
    config.score_head = true;
}

/// dtype of newer files, else torch_dtype: what the files are said to hold.
void read_dtype(ConfigKeys& keys, ModelConfig& config) {
    std::string name = "float32";
    keys.text("torch_dtype", name);
    keys.text("dtype", name);
    for (const WeightType type : {WeightType::bfloat16, WeightType::float16})
        if (name == name_of(type)) config.dtype = type;
}

void read_special_tokens(ConfigKeys& keys, ModelConfig& config) {
    keys.ids("eos_token_id", config.eos_token_ids);
    std::vector<std::int64_t> id;
    keys.ids("bos_token_id", id);
    if (!id.empty()) config.bos_token_id = id.front();
    id.clear();
    keys.ids("pad_token_id", id);
    if (!id.empty()) config.pad_token_id = id.front();
}

}  // namespace

const char* name_of(WeightType type) {
    switch (type) {
        case WeightType::float32: return "float32";
        case WeightType::bfloat16: return "bfloat16";
        case WeightType::float16: return "float16";
    }
    return "float32";
}

std::int64_t bytes_of(WeightType type) { return type == WeightType::float32 ? 4 : 2; }

Status check_model_config(const ModelConfig& config) {
    // Beyond any model that is known, and small enough that no product of them overflows.
    struct Size {
        const char* key;
        std::int64_t value, most;
    };
    const Size sizes[] = {
        {"vocab_size", config.vocab_size, 1 << 26},
        {"hidden_size", config.hidden_size, 1 << 20},
        {"intermediate_size", config.intermediate_size, 1 << 23},
        {"num_hidden_layers", config.num_hidden_layers, 1 << 12},
        {"num_attention_heads", config.num_attention_heads, 1 << 12},
        {"num_key_value_heads", config.num_key_value_heads, 1 << 12},
        {"head_dim", config.head_dim, 1 << 12},
        {"max_position_embeddings", config.max_position_embeddings, std::int64_t{1} << 31}};
    for (const auto& [key, value, most] : sizes)
        if (value < 1 || value > most)
            return invalid_input(std::string(key) + " must be from 1 to " + std::to_string(most) +
                                 ", found " + std::to_string(value));
    if (config.num_attention_heads % config.num_key_value_heads != 0)
        return invalid_input("num_attention_heads (" + std::to_string(config.num_attention_heads) +
                             ") must be a multiple of num_key_value_heads (" +
                             std::to_string(config.num_key_value_heads) + ")");
    if (config.positions == PositionKind::rotary) {
        if (!(config.partial_rotary_factor > 0 && config.partial_rotary_factor <= 1))
            return invalid_input("partial_rotary_factor must be above 0 and at most 1");
        if (config.rotary_dim() % 2 != 0 || config.rotary_dim() == 0)
            return invalid_input("the part of head_dim that rotates must be even, found " +
                                 std::to_string(config.rotary_dim()));
    }
    if (config.sliding_window && *config.sliding_window < 1)
        return invalid_input("sliding_window must be at least 1, found " +
                             std::to_string(*config.sliding_window));
    if (!(config.norm_eps > 0)) return invalid_input("the norm's eps must be above 0");
    if (!(config.rope_theta > 0)) return invalid_input("rope_theta must be above 0");
    if (config.rope_scaling) {
        const RopeScaling& scaling = *config.rope_scaling;
        if (!(scaling.factor > 0) || !(scaling.low_freq_factor > 0) ||
            !(scaling.high_freq_factor > scaling.low_freq_factor) ||
            scaling.original_max_position_embeddings < 1)
            return invalid_input(
                "the llama3 rope scaling needs factor and low_freq_factor above 0, "
                "high_freq_factor above low_freq_factor, and "
                "original_max_position_embeddings of at least 1");
    }
    return {};
}

Result<ModelConfig> read_model_config(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "config.json";
    PLUMB_TRY(const json object, read_untrusted_json(file, most_config_bytes));
    const std::string origin = file.string();
    ConfigKeys keys(object, origin);
    const Family* family = read_family(keys);
    if (!family) return keys.status().error();
    if (keys.has("quantization_config"))
        keys.fail(
            "quantization_config: quantised checkpoints are not supported; use the float one");

    ModelConfig config;
    config.family = family->id;
    family->read(keys, config);
    read_dtype(keys, config);
    read_special_tokens(keys, config);
    read_head(*family, keys, config);
    PLUMB_TRY_STATUS(keys.status());
    if (Status status = check_model_config(config); !status.ok())
        return invalid_input(origin + ": " + status.error().message);
    return config;
}

Status write_model_config(const ModelConfig& config, const std::filesystem::path& folder) {
    PLUMB_TRY_STATUS(write_file_atomic(folder / "config.json", to_json(config).dump(2) + "\n"));
    const ordered_json generation = {{"_from_model_config", true},
                                     {"bos_token_id", optional_to_json(config.bos_token_id)},
                                     {"eos_token_id", ids_to_json(config.eos_token_ids)},
                                     {"pad_token_id", optional_to_json(config.pad_token_id)}};
    return write_file_atomic(folder / "generation_config.json", generation.dump(2) + "\n");
}

}  // namespace plumb
