// SPDX-License-Identifier: GPL-3.0-or-later
// Decoder's parameters under Hugging Face's names, and checkpoints of them.
#include "base/check.h"
#include "model/decoder.h"
#include "model/families/family.h"
#include "model/model_files.h"
#include "model/safetensors.h"
#include "model/tensor_sources.h"

namespace plumb {

at::Tensor Decoder::file_view(const at::Tensor& parameter, const FileTensor& tensor) const {
    const at::Tensor rows = parameter.narrow(0, tensor.first_row, tensor.rows);
    switch (tensor.layout) {
        case FileLayout::rows: return rows;
        case FileLayout::transposed: return rows.t();
        case FileLayout::heads_interleaved:
            return rows.unflatten(0, {3, config_.num_attention_heads, config_.head_dim})
                .transpose(0, 1);
    }
    return rows;
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

Status Decoder::load_weights(const std::filesystem::path& folder) {
    PLUMB_TRY(const ModelFiles files, ModelFiles::open(folder));
    PLUMB_TRY(const std::vector<TensorSource> sources, find_tensors(config_, files, folder));
    return read_weights(files, sources);
}

Status Decoder::read_weights(const ModelFiles& files, const std::vector<TensorSource>& sources) {
    const at::NoGradGuard no_grad;
    for (const auto& [tensor, place] : sources) {
        const at::Tensor& whole = parameter(tensor.parameter, tensor.layer);
        PLUMB_TRY_STATUS(files.read(*place, file_view(whole.detach(), tensor)));
    }
    return {};
}

Result<Decoder> Decoder::load(const std::filesystem::path& folder, at::Device device,
                              WeightType dtype) {
    PLUMB_TRY(ModelConfig config, read_model_config(folder));
    config.dtype = dtype;
    PLUMB_TRY(const ModelFiles files, ModelFiles::open(folder));
    PLUMB_TRY(const std::vector<TensorSource> sources, find_tensors(config, files, folder));
    Decoder model(config, device);
    PLUMB_TRY_STATUS(model.read_weights(files, sources));
    return model;
}

Status Decoder::save(const std::filesystem::path& folder) const {
    PLUMB_TRY_STATUS(write_model_config(config_, folder));
    FileShapes shapes;
    for (const FileTensor& tensor : family_of(config_).tensors(config_))
        shapes.emplace(tensor.name, file_shape(config_, tensor));
    return write_safetensors(folder / "model.safetensors", named_tensors(), shapes);
}

}  // namespace plumb
