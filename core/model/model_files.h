// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "model/raw_file.h"
#include "model/safetensors_header.h"

namespace plumb {

/// The tensors of a checkpoint's folder: model.safetensors, or the shards that
/// model.safetensors.index.json names. Opening reads the headers; a tensor's numbers are read when
/// they are asked for, straight to where they belong.
class ModelFiles {
public:
    static Result<ModelFiles> open(const std::filesystem::path& folder);

    struct Place {
        std::size_t file;
        StoredTensor stored;
    };
    const std::map<std::string, Place>& tensors() const { return tensors_; }
    const std::filesystem::path& file_of(const Place& place) const { return paths_[place.file]; }
    /// Of all tensors.
    std::uint64_t bytes() const;
    std::int64_t file_count() const { return static_cast<std::int64_t>(files_.size()); }

    /// Fills target, of the same number of elements in the same order, whatever its type, layout
    /// and device; beside it at most 4 MB are held, or one tensor where the target is scattered.
    Status read(const Place& place, const at::Tensor& target) const;

private:
    Status add(const std::filesystem::path& path, const std::map<std::string, std::string>* wanted);

    std::vector<std::filesystem::path> paths_;
    std::vector<RawFile> files_;
    std::map<std::string, Place> tensors_;
};

}  // namespace plumb
