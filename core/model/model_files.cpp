// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/model_files.h"

#include <algorithm>
#include <set>

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "model/json_file.h"
#include "model/safetensors.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::uint64_t most_index_bytes = 16'000'000;
constexpr std::int64_t portion_bytes = 4 << 20;

/// The file of each tensor.
Result<std::map<std::string, std::string>> read_index(const fs::path& file) {
    PLUMB_TRY(const nlohmann::json index, read_untrusted_json(file, most_index_bytes));
    const auto map = index.find("weight_map");
    if (map == index.end() || !map->is_object() || map->empty())
        return invalid_input(file.string() + ": there is no weight_map object");
    std::map<std::string, std::string> shards;
    for (const auto& [name, shard] : map->items()) {
        const fs::path place = shard.is_string() ? shard.get<std::string>() : "";
        if (place.empty() || place.filename() != place || place == "." || place == "..")
            return invalid_input(file.string() + ": the shard of tensor " + name +
                                 " must be the name of a file in the same folder");
        shards.emplace(name, place.string());
    }
    return shards;
}

/// Whether a shard holds just what the index (tensor to file) puts there.
Status check_shard(const fs::path& path, const std::vector<StoredTensor>& stored,
                   const std::map<std::string, std::string>& index) {
    std::set<std::string> names;
    for (const StoredTensor& tensor : stored) names.insert(tensor.name);
    for (const auto& [name, shard] : index)
        if (shard == path.filename() && !names.contains(name))
            return invalid_input(path.string() + ": tensor " + name +
                                 ", which the index puts here, is missing");
    for (const std::string& name : names) {
        const auto found = index.find(name);
        if (found == index.end() || found->second != path.filename())
            return invalid_input(path.string() + ": tensor " + name +
                                 " is not in the index for this shard");
    }
    return {};
}

}  // namespace

Status ModelFiles::add(const fs::path& path, const std::map<std::string, std::string>* wanted) {
    RawFile file(path, O_RDONLY);
    PLUMB_TRY(std::vector<StoredTensor> stored, read_safetensors_header(file, path));
    if (wanted) PLUMB_TRY_STATUS(check_shard(path, stored, *wanted));
    for (StoredTensor& tensor : stored) {
        const std::string name = tensor.name;
        tensors_.emplace(name, Place{files_.size(), std::move(tensor)});
    }
    paths_.push_back(path);
    files_.push_back(std::move(file));
    return {};
}

Result<ModelFiles> ModelFiles::open(const fs::path& folder) {
    ModelFiles files;
    const fs::path single = folder / "model.safetensors";
    const fs::path index_file = folder / "model.safetensors.index.json";
    std::error_code ignored;
    if (fs::exists(single, ignored) || !fs::exists(index_file, ignored)) {
        PLUMB_TRY_STATUS(files.add(single, nullptr));
        return files;
    }
    PLUMB_TRY(const auto shards, read_index(index_file));
    std::set<std::string> names;
    for (const auto& [tensor, shard] : shards) names.insert(shard);
    for (const std::string& name : names) PLUMB_TRY_STATUS(files.add(folder / name, &shards));
    return files;
}

std::uint64_t ModelFiles::bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [name, place] : tensors_) sum += place.stored.end - place.stored.begin;
    return sum;
}

Status ModelFiles::read(const Place& place, const at::Tensor& target) const {
    const StoredTensor& stored = place.stored;
    const at::ScalarType type = scalar_type_of(*stored.type);
    const std::int64_t count = target.numel();
    PLUMB_CHECK(static_cast<std::uint64_t>(count * stored.type->bytes) == stored.end - stored.begin,
                stored.name);
    const auto read_into = [&](void* memory, std::int64_t first, std::int64_t numbers) -> Status {
        const int error = files_[place.file].read(
            memory, static_cast<std::uint64_t>(numbers * stored.type->bytes),
            stored.begin + static_cast<std::uint64_t>(first * stored.type->bytes));
        if (error) return safetensors_read_error(paths_[place.file], error);
        return {};
    };
    if (!target.is_contiguous()) {
        const at::Tensor whole = at::empty(target.sizes(), type);
        PLUMB_TRY_STATUS(read_into(whole.data_ptr(), 0, count));
        target.copy_(whole);
        return {};
    }
    if (target.device().is_cpu() && target.scalar_type() == type)
        return read_into(target.data_ptr(), 0, count);
    const at::Tensor flat = target.view({-1});
    const std::int64_t portion = std::min(count, portion_bytes / stored.type->bytes);
    const at::Tensor buffer = at::empty({portion}, type);
    for (std::int64_t first = 0; first < count; first += portion) {
        const std::int64_t numbers = std::min(portion, count - first);
        PLUMB_TRY_STATUS(read_into(buffer.data_ptr(), first, numbers));
        flat.narrow(0, first, numbers).copy_(buffer.narrow(0, 0, numbers));
    }
    return {};
}

}  // namespace plumb
