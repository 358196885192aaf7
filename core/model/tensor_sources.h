// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "model/families/family.h"
#include "model/model_files.h"

namespace plumb {

/// A tensor of the family's files, and where one is.
struct TensorSource {
    FileTensor tensor;
    const ModelFiles::Place* place;
};

/// Where each tensor of a model is read from. A tensor that is missing, of another shape or no
/// weights, or that belongs to no part of the model, is an error that names it. Takes no memory of
/// the model's size. The files must outlive the result.
Result<std::vector<TensorSource>> find_tensors(const ModelConfig& config, const ModelFiles& files,
                                               const std::filesystem::path& folder);
Status check_tensors(const ModelConfig& config, const ModelFiles& files,
                     const std::filesystem::path& folder);

}  // namespace plumb
