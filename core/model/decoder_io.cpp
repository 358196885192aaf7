// SPDX-License-Identifier: GPL-3.0-or-later
// Decoder's parameters under Hugging Face's names, and checkpoints of them.
#include "base/check.h"
#include "model/decoder.h"
#include "model/families/family.h"

namespace plumb {
namespace {

std::string shape_text(at::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

}  // namespace

at::Tensor Decoder::file_view(const at::Tensor& parameter, const FileTensor& tensor) {
    return parameter.narrow(0, tensor.first_row, tensor.rows);
}

TensorMap Decoder::named_tensors(bool gradients) const {
    PLUMB_CHECK(!gradients || flat_gradients_.defined(), "the model is frozen");
    TensorMap named;
    for (const FileTensor& tensor : family_of(config_).tensors(config_)) {
        const at::Tensor& whole = parameter(tensor.parameter, tensor.layer);
        named.emplace(tensor.name, file_view(gradients ? whole.grad() : whole.detach(), tensor));
    }
    return named;
}

Status Decoder::load_tensors(const TensorMap& tensors, const std::string& origin) {
    const TensorMap own = named_tensors();
    for (const auto& [name, target] : own) {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            return invalid_input(origin + ": tensor " + name + " is missing");
        if (found->second.sizes() != target.sizes())
            return invalid_input(origin + ": tensor " + name + " has shape " +
                                 shape_text(found->second.sizes()) + ", config.json asks for " +
                                 shape_text(target.sizes()));
        if (!found->second.is_floating_point())
            return invalid_input(origin + ": tensor " + name + " holds whole numbers, not weights");
    }
    const Family& family = family_of(config_);
    for (const auto& [name, tensor] : tensors)
        if (!own.contains(name) && !family.is_constant(name) &&
            !(config_.tie_word_embeddings && name == "lm_head.weight"))
            return invalid_input(origin + ": tensor " + name +
                                 " belongs to no part of the model that config.json describes");
    for (const auto& [name, target] : own) target.copy_(tensors.at(name));
    return {};
}

Result<Decoder> Decoder::load(const std::filesystem::path& folder, at::Device device) {
    PLUMB_TRY(const ModelConfig config, read_model_config(folder));
    PLUMB_TRY(const TensorMap tensors, read_model_tensors(folder));
    Decoder model(config, device);
    PLUMB_TRY_STATUS(model.load_tensors(tensors, folder.string()));
    return model;
}

Status Decoder::save(const std::filesystem::path& folder) const {
    PLUMB_TRY_STATUS(write_model_config(config_, folder));
    return write_safetensors(folder / "model.safetensors", named_tensors());
}

}  // namespace plumb
