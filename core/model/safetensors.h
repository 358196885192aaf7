// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/ATen.h>

#include "base/result.h"

namespace plumb {

using TensorMap = std::map<std::string, at::Tensor>;

/// All tensors of a .safetensors file, each copied into aligned memory of its own. Errors name the
/// file and what is broken: header, dtype, offsets, a file that is cut off.
Result<TensorMap> read_safetensors(const std::filesystem::path& file);
/// Writes a .safetensors file (metadata format: pt) and flushes it; not atomic by itself.
Status write_safetensors(const std::filesystem::path& file, const TensorMap& tensors);
/// The tensors of model.safetensors, or of the shards that model.safetensors.index.json names.
Result<TensorMap> read_model_tensors(const std::filesystem::path& folder);

}  // namespace plumb
