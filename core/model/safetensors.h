// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/ATen.h>

#include "base/result.h"
#include "model/config.h"
#include "model/safetensors_header.h"

namespace plumb {

using TensorMap = std::map<std::string, at::Tensor>;

at::ScalarType scalar_type_of(const StoredType& type);
at::ScalarType scalar_type_of(WeightType type);

/// All tensors of a .safetensors file, each read into aligned memory of its own. Errors name the
/// file and what is broken: header, dtype, offsets, a file that is cut off.
Result<TensorMap> read_safetensors(const std::filesystem::path& file);
using FileShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Writes a .safetensors file (metadata format: pt) and flushes it; not atomic by itself. shapes:
/// of tensors that get another shape than they have here, with the same elements in the same order.
Status write_safetensors(const std::filesystem::path& file, const TensorMap& tensors,
                         const FileShapes& shapes = {});

}  // namespace plumb
