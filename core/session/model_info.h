// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace plumb {

/// What a folder with a LoRA adapter says of it.
struct AdapterInfo {
    std::string base_name;              ///< as its adapter_config.json has it
    std::filesystem::path base_folder;  ///< the folder that was found for it
    std::int64_t rank = 0;
    double alpha = 0;
    std::vector<std::string> targets;  ///< empty: as PEFT has it for the family
    std::vector<std::string> saved;    ///< modules that it replaces as a whole
    double file_bytes = 0;
};

/// What a model's folder holds, told without loading it.
struct ModelInfo {
    std::filesystem::path folder;
    std::string family;           ///< "Llama"
    bool has_score_head = false;  ///< a reward or value model
    std::int64_t parameters = 0;
    std::int64_t layers = 0, hidden_size = 0, heads = 0, kv_heads = 0;
    std::int64_t vocab_size = 0;
    std::int64_t positions = 0;       ///< the longest sequence
    std::int64_t sliding_window = 0;  ///< 0: none
    bool tied_head = false;
    std::optional<AdapterInfo> adapter;  ///< everything else is of its base then

    std::map<std::string, std::int64_t> parameters_by_dtype;  ///< in files: "bfloat16" to how many
    std::int64_t files = 0;
    double file_bytes = 0;

    // In memory, in float32.
    double weight_bytes = 0;
    double training_bytes = 0;  ///< weights, gradients and the moments of AdamW
    double generation_bytes =
        0;                  ///< weights in generation's layout; with an adapter as they are too
    double lora_bytes = 0;  ///< weights, and all that trains an adapter of the usual settings

    /// Of the tokenizer: its number of tokens, or why there is none.
    std::int64_t tokens = 0;
    std::string tokenizer_problem;
    std::string bos, eos, pad;  ///< texts of its special tokens; empty where it has none
    std::string chat_template;  ///< empty where there is none
    std::string chat_example;   ///< a short conversation as the template writes it down
    std::string chat_problem;   ///< why the template cannot be used; empty where it can
};

/// The families of models that can be read, for people: "Llama, Mistral, ...".
std::string supported_families();

/// The text as the model's tokenizer cuts it: the texts of its tokens, without special ones at the
/// ends. Blocks for the time that reading the tokenizer takes.
Result<std::vector<std::string>> cut_into_tokens(const std::filesystem::path& folder,
                                                 const std::string& text);

/// Looks at config.json, the headers of the safetensors files and the tokenizer; of an adapter at
/// adapter_config.json, and at its base. model: a folder, or RUN[@STEP|@best|@start] of the
/// workspace. Blocks for the time that reading a tokenizer takes. Errors are those of loading the
/// model, tensors that are missing or do not fit included.
Result<ModelInfo> describe_model(const std::string& model, const std::filesystem::path& workspace);

}  // namespace plumb
