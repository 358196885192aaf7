// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_info.h"

#include <system_error>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "model/families/family.h"
#include "model/footprint.h"
#include "model/json_file.h"
#include "model/safetensors.h"
#include "model/tensor_sources.h"
#include "session/model_source.h"
#include "text/tokenizer.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t most_template_bytes = 16'000'000;
constexpr int moments = 2;  // of AdamW

/// "float32" for "F32".
std::string dtype_name(const StoredType& type) {
    switch (scalar_type_of(type)) {
        case at::kFloat: return "float32";
        case at::kBFloat16: return "bfloat16";
        case at::kHalf: return "float16";
        case at::kDouble: return "float64";
        default: return type.name;
    }
}

/// chat_template.jinja, else the (first) template of tokenizer_config.json.
std::string read_chat_template(const fs::path& folder) {
    std::error_code ignored;
    if (fs::exists(folder / "chat_template.jinja", ignored)) {
        const auto text = read_file(folder / "chat_template.jinja");
        return text.ok() ? *text : "";
    }
    const auto config = read_untrusted_json(folder / "tokenizer_config.json", most_template_bytes);
    if (!config.ok() || !config->contains("chat_template")) return {};
    const nlohmann::json& found = config->at("chat_template");
    if (found.is_string()) return found.get<std::string>();
    if (found.is_array() && !found.empty() && found.front().is_object())
        return found.front().value("template", "");
    return {};
}

void describe_tokenizer(ModelInfo& info) {
    const auto tokenizer = load_tokenizer(info.folder);
    if (!tokenizer.ok()) {
        info.tokenizer_problem = tokenizer.error().message;
        return;
    }
    info.tokens = (*tokenizer)->vocab_size();
    const SpecialTokens& special = (*tokenizer)->special();
    const auto text = [&](const std::optional<std::int64_t>& id) {
        return id ? (*tokenizer)->token(*id) : std::string();
    };
    info.bos = text(special.bos);
    info.eos = text(special.eos);
    info.pad = text(special.pad);
    info.chat_template = read_chat_template(info.folder);
}

void describe_files(const ModelFiles& files, const Family& family, ModelInfo& info) {
    info.file_bytes = static_cast<double>(files.bytes());
    info.files = files.file_count();
    for (const auto& [name, place] : files.tensors()) {
        if (family.is_constant(name)) continue;
        const auto bytes = static_cast<std::int64_t>(place.stored.end - place.stored.begin);
        info.parameters_by_dtype[dtype_name(*place.stored.type)] +=
            bytes / place.stored.type->bytes;
    }
}

}  // namespace

Result<ModelInfo> describe_model(const std::string& model, const fs::path& workspace) {
    PLUMB_TRY(const ModelSource source, find_model(model, workspace));
    PLUMB_TRY(ModelConfig config, read_model_config(source.folder));
    config.dtype = WeightType::float32;
    PLUMB_TRY(const ModelFiles files, ModelFiles::open(source.folder));
    PLUMB_TRY_STATUS(check_tensors(config, files, source.folder));

    const Family& family = family_of(config);
    const Footprint footprint(config, 1);
    ModelInfo info;
    info.folder = source.folder;
    info.family = family.name;
    info.has_score_head = config.score_head;
    info.parameters = footprint.parameter_count();
    info.layers = config.num_hidden_layers;
    info.hidden_size = config.hidden_size;
    info.heads = config.num_attention_heads;
    info.kv_heads = config.num_key_value_heads;
    info.vocab_size = config.vocab_size;
    info.positions = config.max_position_embeddings;
    info.sliding_window = config.sliding_window.value_or(0);
    info.tied_head = !config.has_own_head();
    info.weight_bytes = footprint.model();
    info.training_bytes = footprint.model() + (1 + moments) * footprint.parameters();
    info.generation_bytes = footprint.model() + footprint.packed_copy();
    describe_files(files, family, info);
    describe_tokenizer(info);
    return info;
}

}  // namespace plumb
