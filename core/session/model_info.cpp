// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_info.h"

#include <system_error>

#include "base/check.h"
#include "base/strings.h"
#include "config/settings.h"
#include "model/adapter_files.h"
#include "model/families/family.h"
#include "model/footprint.h"
#include "model/safetensors.h"
#include "model/tensor_sources.h"
#include "session/model_source.h"
#include "text/chat_template.h"
#include "text/tokenizer.h"
#include "train/checkpoint.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

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

/// Two turns, and what the model is asked with.
void describe_template(const fs::path& folder, ModelInfo& info) {
    const auto chat = load_chat_template(folder);
    if (!chat.ok()) {
        info.chat_problem = chat.error().message;
        const auto text = chat_template_text(folder);
        if (text.ok()) info.chat_template = text->value_or("");
        return;
    }
    if (!*chat) return;
    info.chat_template = (*chat)->source();
    ChatInput input;
    const auto messages =
        jinja::value_from_json(R"([{"role": "user", "content": "What is 17 + 25?"},)"
                               R"({"role": "assistant", "content": "42."},)"
                               R"({"role": "user", "content": "And twice that?"}])");
    PLUMB_CHECK(messages.ok(), "the example conversation is no JSON");
    input.messages = *messages;
    input.add_generation_prompt = true;
    const auto rendered = (*chat)->render(input);
    if (rendered.ok())
        info.chat_example = rendered->text;
    else
        info.chat_problem = rendered.error().message;
}

void describe_tokenizer(ModelInfo& info) {
    const auto folder = tokenizer_folder_of(info.folder);
    if (!folder.ok()) {
        info.tokenizer_problem = folder.error().message;
        return;
    }
    const auto tokenizer = load_tokenizer(*folder);
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
    describe_template(*folder, info);
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

/// With an adapter of the settings' defaults; 0 where the model takes none.
double lora_bytes(const ModelConfig& config) {
    const Settings usual;
    LoraConfig lora;
    lora.r = usual.lora_r;
    lora.lora_alpha = usual.lora_alpha;
    const auto plan = plan_adapter(config, lora);
    if (!plan.ok()) return 0;
    const Footprint adapted(config, 1, adapter_size(config, *plan));
    return adapted.model() + (2 + moments) * adapted.trained();
}

Result<AdapterInfo> describe_adapter(const fs::path& folder) {
    PLUMB_TRY(const AdapterFolder adapter, read_adapter_folder(folder));
    AdapterInfo info;
    info.base_name = adapter.base_name;
    info.base_folder = adapter.base;
    info.rank = adapter.config.r;
    info.alpha = adapter.config.lora_alpha;
    info.targets = adapter.config.target_modules;
    info.saved = adapter.config.modules_to_save;
    std::error_code ignored;
    const auto bytes = fs::file_size(folder / "adapter_model.safetensors", ignored);
    if (!ignored) info.file_bytes = static_cast<double>(bytes);
    return info;
}

}  // namespace

std::string supported_families() {
    std::vector<std::string> names;
    for (const Family& family : families()) names.emplace_back(family.name);
    return join(names, ", ");
}

Result<std::vector<std::string>> cut_into_tokens(const fs::path& folder, const std::string& text) {
    PLUMB_TRY(const fs::path place, tokenizer_folder_of(folder));
    PLUMB_TRY(const auto tokenizer, load_tokenizer(place));
    std::vector<std::string> tokens;
    for (const std::int64_t id : tokenizer->encode(text)) tokens.push_back(tokenizer->token(id));
    return tokens;
}

Result<ModelInfo> describe_model(const std::string& model, const fs::path& workspace) {
    PLUMB_TRY(const ModelSource source, find_model(model, workspace));
    PLUMB_TRY(ModelConfig config, read_any_model_config(source.folder));
    PLUMB_TRY(const fs::path base, base_folder_of(source.folder));
    config.dtype = WeightType::float32;
    PLUMB_TRY(const ModelFiles files, ModelFiles::open(base));
    // An adapter may bring the head that its base does not have.
    const bool adapted = is_adapter_folder(source.folder);
    PLUMB_TRY(ModelConfig stored, read_model_config(base));
    stored.dtype = WeightType::float32;
    PLUMB_TRY_STATUS(check_tensors(stored, files, base));

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
    info.generation_bytes =
        adapted ? footprint.model() + footprint.packed_copy() : footprint.generation_alone();
    info.lora_bytes = lora_bytes(config);
    describe_files(files, family, info);
    if (adapted) {
        PLUMB_TRY(info.adapter, describe_adapter(source.folder));
    }
    describe_tokenizer(info);
    return info;
}

}  // namespace plumb
