// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/decoder.h"

namespace plumb {

/// A folder in PEFT's layout: adapter_config.json and adapter_model.safetensors with keys such as
/// base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight. This program's own folders have
/// base_model.json beside them, which finds the base again and tells whether it is the same.
struct AdapterFolder {
    std::filesystem::path folder;
    LoraConfig config;
    std::map<std::string, double> alphas;  ///< of modules with their own (alpha_pattern)
    bool score_head = false;               ///< task_type SEQ_CLS: a reward or value model
    std::string base_name;                 ///< base_model_name_or_path
    std::filesystem::path base;            ///< the folder that was found for it
    std::string fingerprint;               ///< of the base; empty where it is not written
};

/// Whether the folder has an adapter and no model of its own.
bool is_adapter_folder(const std::filesystem::path& folder);
/// Reads adapter_config.json and finds the base: what base_model.json says, else
/// base_model_name_or_path as a path, seen from the adapter's folder and those around it. Errors
/// name the key that is not supported, or the base that is gone.
Result<AdapterFolder> read_adapter_folder(const std::filesystem::path& folder);

/// A model folder, or an adapter's base. Errors name the folder that is neither.
Result<std::filesystem::path> base_folder_of(const std::filesystem::path& folder);
/// read_model_config() of a model folder or of an adapter's base, with the adapter's score head.
Result<ModelConfig> read_any_model_config(const std::filesystem::path& folder);

/// The tensors of an adapter's folder under PEFT's names.
Result<TensorMap> read_adapter_tensors(const std::filesystem::path& folder);
/// Base and adapter, not merged. A base that has changed since is an error that says so.
Result<Decoder> load_adapted(const std::filesystem::path& folder, at::Device device,
                             WeightType dtype = WeightType::float32);
/// The same on the memory of a model that holds the base already, or nothing where the folder's
/// adapter belongs to another base.
Result<std::optional<Decoder>> load_adapted_on(const std::filesystem::path& folder,
                                               const Decoder& base);
/// A model folder, or an adapter's folder with the adapter merged.
Result<Decoder> load_any_model(const std::filesystem::path& folder, at::Device device);

/// Writes the adapter's three files; the folder must exist. Precondition: the model has an adapter
/// and knows its base.
Status write_adapter(const Decoder& model, const std::filesystem::path& folder);

/// 16 hexadecimal digits that tell parameters from others, by name, shape and value.
std::string fingerprint_of(const Decoder& model);

}  // namespace plumb
