// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "model/config.h"
#include "model/families/config_keys.h"
#include "model/parameters.h"

namespace plumb {

/// How a tensor lies in a file, against the rows of our parameter.
enum class FileLayout {
    rows,              ///< the same
    transposed,        ///< [in, out], as GPT-2's Conv1D
    heads_interleaved  ///< q, k and v of the first head, then those of the next, as GPT-NeoX
};

/// A tensor of the family's files: rows of one of our parameters.
struct FileTensor {
    std::string name;
    Parameter parameter = Parameter::embedding;
    std::int64_t layer = 0;
    std::int64_t first_row = 0, rows = 0;
    FileLayout layout = FileLayout::rows;
};

/// What is particular to a family of models: its keys of config.json and its tensors' names. What
/// it computes is in ModelConfig, for all families alike.
struct Family {
    ModelFamily id;
    const char* model_type;  ///< of config.json
    const char* name;        ///< for people
    const char* causal_lm;   ///< of "architectures"; and with a score head in place of logits:
    const char* classifier;
    const char* base;         ///< without any head
    const char* base_prefix;  ///< of its tensors' names; files of the base class lack it
    const char* head_tensor;  ///< of the vocabulary's logits; where tied, files may still have it

    /// Reads everything but the head and the special tokens, which all families write alike.
    void (*read)(ConfigKeys& keys, ModelConfig& config);
    /// Adds what `read` reads, in both generations of keys.
    void (*write)(const ModelConfig& config, nlohmann::ordered_json& object);
    /// All tensors of its files.
    std::vector<FileTensor> (*tensors)(const ModelConfig& config);
    /// Whether a name within a layer, or outside of one, is of a constant that older files carry.
    bool (*is_constant)(std::string_view name);
};

std::span<const Family> families();
const Family& family_of(const ModelConfig& config);
/// "llama, mistral, ...", for messages.
std::string family_names();

/// The shape of a tensor in a file: ours, but for the layout.
std::vector<std::int64_t> file_shape(const ModelConfig& config, const FileTensor& tensor);

}  // namespace plumb
