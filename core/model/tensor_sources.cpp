// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/tensor_sources.h"

#include <set>

#include "model/safetensors.h"

namespace plumb {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

bool holds_weights(const StoredType& type) { return at::isFloatingType(scalar_type_of(type)); }

}  // namespace

Result<std::vector<TensorSource>> find_tensors(const ModelConfig& config, const ModelFiles& files,
                                               const std::filesystem::path& folder) {
    const auto& stored = files.tensors();
    // Before anything is made of that many layers.
    if (config.num_hidden_layers > static_cast<std::int64_t>(stored.size()))
        return invalid_input(
            folder.string() + ": config.json asks for " + std::to_string(config.num_hidden_layers) +
            " layers, the files hold only " + std::to_string(stored.size()) + " tensors");
    const Family& family = family_of(config);
    const std::string prefix = family.base_prefix;
    std::vector<TensorSource> sources;
    std::set<std::string> used;
    for (FileTensor& tensor : family.tensors(config)) {
        auto found = stored.find(tensor.name);
        if (found == stored.end() && tensor.name.starts_with(prefix))
            found = stored.find(tensor.name.substr(prefix.size()));
        if (found == stored.end())
            return invalid_input(folder.string() + ": tensor " + tensor.name + " is missing");
        const ModelFiles::Place& place = found->second;
        const std::string where = files.file_of(place).string() + ": tensor " + found->first;
        if (const auto shape = file_shape(config, tensor); place.stored.shape != shape)
            return invalid_input(where + " has shape " + shape_text(place.stored.shape) +
                                 ", config.json asks for " + shape_text(shape));
        if (!holds_weights(*place.stored.type))
            return invalid_input(where + " holds whole numbers, not weights");
        used.insert(found->first);
        sources.push_back({std::move(tensor), &place});
    }
    for (const auto& [name, place] : stored)
        if (!used.contains(name) && !family.is_constant(name) &&
            !(config.tie_word_embeddings && name == family.head_tensor))
            return invalid_input(files.file_of(place).string() + ": tensor " + name +
                                 " belongs to no part of the model that config.json describes");
    return sources;
}

Status check_tensors(const ModelConfig& config, const ModelFiles& files,
                     const std::filesystem::path& folder) {
    const auto found = find_tensors(config, files, folder);
    if (!found.ok()) return found.error();
    return {};
}

}  // namespace plumb
