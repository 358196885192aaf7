// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/config.h"

#include <nlohmann/json.hpp>

#include "base/files.h"

namespace plumb {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// Reads keys of one JSON object; the first failure is kept with the key and the file.
class KeyReader {
public:
    KeyReader(const json& object, std::string origin)
        : object_(object), origin_(std::move(origin)) {}

    bool has(const char* key) const { return object_.contains(key) && !object_.at(key).is_null(); }

    void integer(const char* key, std::int64_t& value) {
        if (!has(key)) return;
        if (!object_.at(key).is_number_integer()) return wrong(key, "a whole number");
        value = object_.at(key).get<std::int64_t>();
    }
    void required_integer(const char* key, std::int64_t& value) {
        if (!has(key)) return fail("the key " + std::string(key) + " is missing");
        integer(key, value);
    }
    void number(const char* key, double& value) {
        if (!has(key)) return;
        if (!object_.at(key).is_number()) return wrong(key, "a number");
        value = object_.at(key).get<double>();
    }
    void boolean(const char* key, bool& value) {
        if (!has(key)) return;
        if (!object_.at(key).is_boolean()) return wrong(key, "true or false");
        value = object_.at(key).get<bool>();
    }
    void text(const char* key, std::string& value) {
        if (!has(key)) return;
        if (!object_.at(key).is_string()) return wrong(key, "text");
        value = object_.at(key).get<std::string>();
    }
    /// One id, or a list of ids.
    void ids(const char* key, std::vector<std::int64_t>& value) {
        if (!has(key)) return;
        value.clear();
        const json& found = object_.at(key);
        for (const json& id : found.is_array() ? found : json::array({found})) {
            if (!id.is_number_integer()) return wrong(key, "a token id or a list of token ids");
            value.push_back(id.get<std::int64_t>());
        }
    }
    const json& object(const char* key) {
        static const json empty = json::object();
        if (!has(key)) return empty;
        if (object_.at(key).is_object()) return object_.at(key);
        wrong(key, "an object");
        return empty;
    }

    void fail(const std::string& what) {
        if (status_.ok()) status_ = invalid_input(origin_ + ": " + what);
    }
    const Status& status() const { return status_; }

private:
    void wrong(const char* key, const char* expected) {
        fail("the key " + std::string(key) + " must be " + expected + ", found " +
             object_.at(key).dump());
    }

    const json& object_;
    std::string origin_;
    Status status_;
};

Result<json> parse_object(const std::filesystem::path& file) {
    PLUMB_TRY(const std::string content, read_file(file));
    json parsed = json::parse(content, nullptr, false);
    if (!parsed.is_object()) return invalid_input(file.string() + ": this is not a JSON object");
    return parsed;
}

/// The rotary settings: rope_parameters of newer files, else rope_theta and rope_scaling.
Status read_rope(KeyReader& keys, const std::string& origin, ModelConfig& config) {
    keys.number("rope_theta", config.rope_theta);
    const bool newer = keys.has("rope_parameters");
    const char* name = newer ? "rope_parameters" : "rope_scaling";
    KeyReader rope(keys.object(name), origin + ": " + name);
    if (!newer && !keys.has("rope_scaling")) return keys.status();

    rope.number("rope_theta", config.rope_theta);
    std::string type = "default";
    rope.text("type", type);
    rope.text("rope_type", type);
    double partial = 1.0;
    rope.number("partial_rotary_factor", partial);
    if (partial != 1.0) rope.fail("partial_rotary_factor other than 1 is not supported");
    if (type == "llama3") {
        RopeScaling scaling;
        rope.number("factor", scaling.factor);
        rope.number("low_freq_factor", scaling.low_freq_factor);
        rope.number("high_freq_factor", scaling.high_freq_factor);
        rope.integer("original_max_position_embeddings", scaling.original_max_position_embeddings);
        config.rope_scaling = scaling;
    } else if (type != "default") {
        rope.fail("rope_type \"" + type + "\" is not supported; default and llama3 are");
    }
    PLUMB_TRY_STATUS(rope.status());
    return keys.status();
}

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
    ordered_json rope = {{"rope_theta", config.rope_theta}, {"rope_type", "default"}};
    if (config.rope_scaling) {
        const RopeScaling& scaling = *config.rope_scaling;
        rope = {{"factor", scaling.factor},
                {"high_freq_factor", scaling.high_freq_factor},
                {"low_freq_factor", scaling.low_freq_factor},
                {"original_max_position_embeddings", scaling.original_max_position_embeddings},
                {"rope_theta", config.rope_theta},
                {"rope_type", "llama3"}};
    }
    ordered_json object = {
        {"architectures",
         {config.score_head ? "LlamaForSequenceClassification" : "LlamaForCausalLM"}},
        {"attention_bias", config.attention_bias},
        {"attention_dropout", 0.0},
        {"bos_token_id", optional_to_json(config.bos_token_id)},
        {"dtype", "float32"},
        {"eos_token_id", ids_to_json(config.eos_token_ids)},
        {"head_dim", config.head_dim},
        {"hidden_act", "silu"},
        {"hidden_size", config.hidden_size},
        {"initializer_range", 0.02},
        {"intermediate_size", config.intermediate_size},
        {"max_position_embeddings", config.max_position_embeddings},
        {"mlp_bias", config.mlp_bias},
        {"model_type", "llama"},
        {"num_attention_heads", config.num_attention_heads},
        {"num_hidden_layers", config.num_hidden_layers},
        {"num_key_value_heads", config.num_key_value_heads},
        {"pad_token_id", optional_to_json(config.pad_token_id)},
        {"rms_norm_eps", config.rms_norm_eps},
        {"rope_parameters", rope},
        {"rope_scaling", config.rope_scaling ? rope : ordered_json(nullptr)},
        {"rope_theta", config.rope_theta},
        {"tie_word_embeddings", config.tie_word_embeddings},
        {"torch_dtype", "float32"},
        {"use_cache", true},
        {"vocab_size", config.vocab_size},
    };
    if (config.score_head) {
        object["id2label"] = {{"0", "LABEL_0"}};
        object["label2id"] = {{"LABEL_0", 0}};
    }
    return object;
}

/// What stands on the decoder: the vocabulary's logits, or the score of a sequence classifier.
void read_head(const json& object, KeyReader& keys, ModelConfig& config) {
    if (!keys.has("architectures")) return;
    const json& names = object.at("architectures");
    const json& name = names.is_array() && !names.empty() ? names.front() : names;
    if (!name.is_string() || name == "LlamaForCausalLM" || name == "LlamaModel") return;
    if (name != "LlamaForSequenceClassification")
        return keys.fail("the architecture " + name.get<std::string>() +
                         " is not supported; LlamaForCausalLM and "
                         "LlamaForSequenceClassification are");
    std::int64_t labels = 2;  // transformers' default where nothing is said
    keys.integer("num_labels", labels);
    if (const json& list = keys.object("id2label"); !list.empty())
        labels = static_cast<std::int64_t>(list.size());
    if (labels != 1)
        keys.fail("a classifier of " + std::to_string(labels) +
                  " labels is no reward model; one with a single label is");
    config.score_head = true;
}

}  // namespace

Status check_model_config(const ModelConfig& config) {
    const std::pair<const char*, std::int64_t> sizes[] = {
        {"vocab_size", config.vocab_size},
        {"hidden_size", config.hidden_size},
        {"intermediate_size", config.intermediate_size},
        {"num_hidden_layers", config.num_hidden_layers},
        {"num_attention_heads", config.num_attention_heads},
        {"num_key_value_heads", config.num_key_value_heads},
        {"head_dim", config.head_dim},
        {"max_position_embeddings", config.max_position_embeddings}};
    for (const auto& [key, value] : sizes)
        if (value < 1 || value > (std::int64_t{1} << 31))
            return invalid_input(std::string(key) + " must be at least 1 and below 2^31, found " +
                                 std::to_string(value));
    if (config.num_attention_heads % config.num_key_value_heads != 0)
        return invalid_input("num_attention_heads (" + std::to_string(config.num_attention_heads) +
                             ") must be a multiple of num_key_value_heads (" +
                             std::to_string(config.num_key_value_heads) + ")");
    if (config.head_dim % 2 != 0)
        return invalid_input("head_dim must be even for rotary positions, found " +
                             std::to_string(config.head_dim));
    if (!(config.rms_norm_eps > 0)) return invalid_input("rms_norm_eps must be above 0");
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
    PLUMB_TRY(const json object, parse_object(file));
    const std::string origin = file.string();
    KeyReader keys(object, origin);

    std::string model_type = "(none)";
    keys.text("model_type", model_type);
    if (model_type != "llama")
        return invalid_input(origin + ": model_type \"" + model_type +
                             "\" is not supported; this program runs llama");
    std::string activation = "silu";
    keys.text("hidden_act", activation);
    if (activation != "silu")
        keys.fail("hidden_act \"" + activation + "\" is not supported; silu is");
    if (keys.has("quantization_config"))
        keys.fail(
            "quantization_config: quantised checkpoints are not supported; use the float one");

    ModelConfig config;
    keys.required_integer("vocab_size", config.vocab_size);
    keys.required_integer("hidden_size", config.hidden_size);
    keys.required_integer("intermediate_size", config.intermediate_size);
    keys.required_integer("num_hidden_layers", config.num_hidden_layers);
    keys.required_integer("num_attention_heads", config.num_attention_heads);
    config.num_key_value_heads = config.num_attention_heads;
    keys.integer("num_key_value_heads", config.num_key_value_heads);
    if (config.num_attention_heads > 0)
        config.head_dim = config.hidden_size / config.num_attention_heads;
    keys.integer("head_dim", config.head_dim);
    keys.integer("max_position_embeddings", config.max_position_embeddings);
    config.rms_norm_eps = 1e-6;  // transformers' default where the key is missing
    keys.number("rms_norm_eps", config.rms_norm_eps);
    keys.boolean("tie_word_embeddings", config.tie_word_embeddings);
    keys.boolean("attention_bias", config.attention_bias);
    keys.boolean("mlp_bias", config.mlp_bias);
    keys.ids("eos_token_id", config.eos_token_ids);
    std::vector<std::int64_t> id;
    keys.ids("bos_token_id", id);
    if (!id.empty()) config.bos_token_id = id.front();
    id.clear();
    keys.ids("pad_token_id", id);
    if (!id.empty()) config.pad_token_id = id.front();
    read_head(object, keys, config);
    PLUMB_TRY_STATUS(read_rope(keys, origin, config));
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
