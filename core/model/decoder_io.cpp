// SPDX-License-Identifier: GPL-3.0-or-later
// Decoder's parameters under Hugging Face's names, and checkpoints of them.
#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "model/decoder.h"
#include "model/families/family.h"
#include "model/kv_cache.h"
#include "model/model_files.h"
#include "model/packed_copy.h"
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

/// Read layer by layer: whatever was packed is given back before more is read.
Result<Decoder> Decoder::load_for_generation(const std::filesystem::path& folder, at::Device device,
                                             WeightType dtype) {
    PLUMB_TRY(ModelConfig config, read_model_config(folder));
    config.dtype = dtype;
    if (!runs_on_kernels(config, device) || config.score_head) return load(folder, device, dtype);
    PLUMB_TRY(const ModelFiles files, ModelFiles::open(folder));
    PLUMB_TRY(const std::vector<TensorSource> sources, find_tensors(config, files, folder));
    const at::NoGradGuard no_grad;
    Decoder model(config, device, WithoutParameters());
    auto packed = std::make_shared<PackedDecoder>();
    packed->config = config;
    packed->layers.resize(model.layers_.size());
    for (std::size_t layer = 0; layer < model.layers_.size(); ++layer) {
        const auto number = static_cast<std::int64_t>(layer);
        std::vector<TensorSource> of_layer;
        std::ranges::copy_if(sources, std::back_inserter(of_layer),
                             [&](const auto& source) { return source.tensor.layer == number; });
        for (const TensorSource& source : of_layer) {
            at::Tensor& whole = model.parameter(source.tensor.parameter, number);
            if (!whole.defined())
                whole = at::empty(parameter_shape(config, source.tensor.parameter), at::kFloat);
        }
        PLUMB_TRY_STATUS(model.read_weights(files, of_layer));
        if (layer == 0) {  // theirs as well are those outside of the layers
            if (!config.has_own_head()) model.head_ = model.embedding_;
            model.pack_ends(*packed, false);
            if (!config.has_own_head()) packed->embedding.reset();
            model.head_.reset();
            model.embedding_.reset();
        }
        model.pack_layer(layer, *packed, false);
        model.layers_[layer] = {};
    }
    model.packed_copy_->weights = std::move(packed);
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
