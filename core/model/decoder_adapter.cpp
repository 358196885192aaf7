// SPDX-License-Identifier: GPL-3.0-or-later
// Adapters (LoRA): models that share parameters, the adapter's memory, its names, and merging.
#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "base/strings.h"
#include "model/adapter.h"
#include "model/aligned.h"
#include "model/lora_plan.h"
#include "model/packed_copy.h"

namespace plumb {
namespace {

void fill_uniform(const at::Tensor& tensor, double bound, std::uint64_t seed) {
    Random random(seed);
    at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
    auto* value = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        value[i] = static_cast<float>((2 * random.uniform() - 1) * bound);
    tensor.copy_(values);
}

}  // namespace

Decoder::Decoder(const Decoder& base, Shared)
    : config_(base.config_),
      device_(base.device_),
      flat_(base.flat_.detach()),
      decay_size_(base.decay_size_),
      head_(base.head_.detach()),
      layers_(base.layers_.size()),
      rope_(base.rope_),
      is_shared_(true),
      base_(base.base_),
      packed_copy_(std::make_unique<PackedCopy>()) {
    for (const ParameterPlace& place : decoder_parameters(config_))
        parameter(place.parameter, place.layer) =
            base.parameter(place.parameter, place.layer).detach();
    if (!base.adapter_) return;
    for (const Adapter::Replaced& replaced : base.adapter_->replaced)
        parameter(replaced.tensor.parameter, replaced.tensor.layer) = replaced.original;
}

Decoder Decoder::sharing() const {
    PLUMB_CHECK(adapter_ || !flat_gradients_.defined(), "parameters that are trained change");
    return {*this, Shared{}};
}

Decoder Decoder::sharing_with_score_head(std::optional<std::uint64_t> seed) const {
    Decoder model = sharing();
    model.config_.score_head = true;
    model.head_ = at::zeros({1, config_.hidden_size}, flat_.options());
    if (seed) model.draw_score_head(*seed);
    return model;
}

bool Decoder::shares_parameters_with(const Decoder& other) const {
    return flat_.is_alias_of(other.flat_);
}

const ops::LowRank& Decoder::low_rank(const FileTensor& module) const {
    const Layer& layer = layers_[static_cast<std::size_t>(module.layer)];
    switch (module.parameter) {
        case Parameter::qkv: return layer.qkv_adapter;
        case Parameter::output: return layer.output_adapter;
        case Parameter::gate_up: return layer.gate_up_adapter;
        case Parameter::down: return layer.down_adapter;
        default: return head_adapter_;
    }
}

ops::LowRank& Decoder::low_rank(const FileTensor& module) {
    return const_cast<ops::LowRank&>(std::as_const(*this).low_rank(module));
}

Status Decoder::add_adapter(const LoraConfig& config, std::uint64_t seed) {
    PLUMB_CHECK(!adapter_ && !flat_gradients_.defined(), "the model is trained already");
    PLUMB_TRY(const AdapterPlan plan, plan_adapter(config_, config));
    make_adapter(plan);
    for (const auto& [name, tensor] : adapter_tensors())
        if (name.ends_with(lora_a_suffix))
            fill_uniform(tensor, 1.0 / std::sqrt(static_cast<double>(tensor.size(1))),
                         derive_seed(seed, name));
    return {};
}

Status Decoder::add_adapter(const LoraConfig& config, const std::map<std::string, double>& alphas,
                            const TensorMap& tensors, const std::string& origin) {
    PLUMB_CHECK(!adapter_ && !flat_gradients_.defined(), "the model is trained already");
    PLUMB_TRY(const AdapterPlan plan, plan_adapter(config_, config, alphas, tensors, origin));
    make_adapter(plan);
    const Status loaded = load_adapter_tensors(tensors, origin);
    if (!loaded) {
        Decoder bare = sharing();
        bare.is_shared_ = is_shared_;
        *this = std::move(bare);
    }
    return loaded;
}

/// Allocates the adapter and puts it in its places: the A's of a fused matrix as one, its B's one
/// behind the other, then whole modules.
void Decoder::make_adapter(const AdapterPlan& plan) {
    adapter_ = std::make_unique<Adapter>();
    adapter_->config = plan.config;
    struct Wanted {
        at::Tensor* place;
        std::vector<std::int64_t> sizes;
    };
    std::vector<Wanted> matrices, vectors;
    std::vector<std::pair<ops::LowRank*, std::vector<FileTensor>>> stacks;
    for (const FileTensor& module : linear_modules(config_)) {
        const auto planned = plan.low_rank.find(module.name);
        if (planned == plan.low_rank.end()) continue;
        const auto& [rank, alpha] = planned->second;
        ops::LowRank& adapter = low_rank(module);
        const auto stack = std::ranges::find(stacks, &adapter, [](auto& s) { return s.first; });
        if (stack == stacks.end())
            stacks.push_back({&adapter, {module}});
        else
            stack->second.push_back(module);
        adapter.parts.push_back(
            {module.first_row, module.rows, rank, plan.config.scale(rank, alpha)});
    }
    for (auto& [adapter, modules] : stacks) {
        std::int64_t ranks = 0, elements = 0;
        for (const auto& part : adapter->parts) {
            ranks += part.rank;
            elements += part.rows * part.rank;
        }
        matrices.push_back({&adapter->a, {ranks, input_size(modules.front())}});
        matrices.push_back({&adapter->b, {elements}});
    }
    for (const FileTensor& tensor : plan.whole) {
        at::Tensor& place = parameter(tensor.parameter, tensor.layer);
        adapter_->replaced.push_back({tensor, place});
        (place.dim() > 1 ? matrices : vectors).push_back({&place, place.sizes().vec()});
    }

    std::int64_t size = 0;
    for (const Wanted& wanted : matrices)
        size += aligned(c10::multiply_integers(wanted.sizes), config_.dtype);
    adapter_->decay_size = size;
    for (const Wanted& wanted : vectors)
        size += aligned(c10::multiply_integers(wanted.sizes), config_.dtype);
    adapter_->flat = at::zeros({size}, flat_.options());
    std::map<const at::Tensor*, std::int64_t> offset_of;
    std::int64_t offset = 0;
    for (const auto* group : {&matrices, &vectors})
        for (const Wanted& wanted : *group) {
            const std::int64_t count = c10::multiply_integers(wanted.sizes);
            // Detached for the reason that Decoder::allocate() gives.
            *wanted.place = adapter_->flat.narrow(0, offset, count).view(wanted.sizes).detach();
            offset_of[wanted.place] = offset;
            offset += aligned(count, config_.dtype);
        }

    for (const auto& [adapter, modules] : stacks) {
        std::int64_t a = offset_of.at(&adapter->a), b = offset_of.at(&adapter->b);
        for (std::size_t i = 0; i < modules.size(); ++i) {
            const auto& part = adapter->parts[i];
            const std::string name = std::string(adapter_prefix) + modules[i].name;
            const std::int64_t in = input_size(modules[i]);
            adapter_->tensors.push_back(
                {name + std::string(lora_a_suffix), a, {part.rank, in}, false});
            adapter_->tensors.push_back({name + std::string(lora_b_suffix),
                                         b,
                                         {part.rows, part.rank},
                                         modules[i].layout == FileLayout::heads_interleaved});
            a += part.rank * in;
            b += part.rows * part.rank;
        }
    }
    for (const auto& [tensor, original] : adapter_->replaced) {
        const at::Tensor& own = parameter(tensor.parameter, tensor.layer);
        own.detach().copy_(original);
        adapter_->tensors.push_back({std::string(adapter_prefix) + tensor.name, offset_of.at(&own),
                                     own.sizes().vec(), false});
    }
}

/// Columns of the module's weight.
std::int64_t Decoder::input_size(const FileTensor& module) const {
    return parameter(module.parameter, module.layer).size(1);
}

std::vector<at::Tensor*> Decoder::adapter_leaves() {
    std::vector<at::Tensor*> leaves;
    for (const FileTensor& module : linear_modules(config_)) {
        ops::LowRank& adapter = low_rank(module);
        if (!adapter.a.defined() || std::ranges::find(leaves, &adapter.a) != leaves.end()) continue;
        leaves.insert(leaves.end(), {&adapter.a, &adapter.b});
    }
    for (const auto& [tensor, original] : adapter_->replaced)
        leaves.push_back(&parameter(tensor.parameter, tensor.layer));
    return leaves;
}

const LoraConfig& Decoder::adapter_config() const { return adapter_->config; }

TensorMap Decoder::adapter_tensors(bool gradients) const {
    PLUMB_CHECK(adapter_ && (!gradients || flat_gradients_.defined()), "there is no such tensor");
    TensorMap named;
    const at::Tensor& flat = gradients ? flat_gradients_ : adapter_->flat;
    for (const Adapter::Named& tensor : adapter_->tensors) {
        const at::Tensor own =
            flat.narrow(0, tensor.offset, c10::multiply_integers(tensor.sizes)).view(tensor.sizes);
        named.emplace(tensor.name, (tensor.heads_interleaved ? interleaved(own) : own).detach());
    }
    return named;
}

FileShapes Decoder::adapter_shapes() const {
    FileShapes shapes;
    for (const Adapter::Named& tensor : adapter_->tensors) shapes[tensor.name] = tensor.sizes;
    return shapes;
}

/// Rows of q, k and v in the order of a file that has them by head.
at::Tensor Decoder::interleaved(const at::Tensor& rows) const {
    return rows.unflatten(0, {3, config_.num_attention_heads, config_.head_dim}).transpose(0, 1);
}

Status Decoder::load_adapter_tensors(const TensorMap& tensors, const std::string& origin) {
    const FileShapes shapes = adapter_shapes();
    for (const auto& [name, sizes] : shapes) {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            return invalid_input(origin + ": tensor " + name + " is missing");
        if (found->second.sizes() != at::IntArrayRef(sizes))
            return invalid_input(origin + ": tensor " + name + " has shape " +
                                 c10::str(found->second.sizes()) + ", the base model asks for " +
                                 c10::str(at::IntArrayRef(sizes)));
        if (!found->second.is_floating_point())
            return invalid_input(origin + ": tensor " + name + " holds whole numbers, not weights");
    }
    for (const auto& [name, tensor] : tensors)
        if (!shapes.contains(name) && !is_copy_of_the_base(name))
            return invalid_input(origin + ": tensor " + name +
                                 " has no counterpart (lora_A and lora_B belong together)");
    const at::NoGradGuard no_gradient;
    for (const auto& [name, target] : adapter_tensors())
        target.copy_(tensors.at(name).contiguous().view(target.sizes()));
    return {};
}

std::map<std::string, AdaptedModule> Decoder::adapted_modules() const {
    std::map<std::string, AdaptedModule> all;
    for (const FileTensor& module : linear_modules(config_))
        for (const auto& part : low_rank(module).parts)
            if (part.first_row == module.first_row) all[module.name] = {part.rank, part.scale};
    return all;
}

std::int64_t Decoder::low_rank_parameter_count() const {
    std::int64_t count = 0;
    for (const auto& [name, sizes] : adapter_sizes())
        if (name.ends_with(lora_a_suffix) || name.ends_with(lora_b_suffix)) count += sizes;
    return count;
}

std::int64_t Decoder::adapter_parameter_count() const {
    std::int64_t count = 0;
    for (const auto& [name, sizes] : adapter_sizes()) count += sizes;
    return count;
}

std::map<std::string, std::int64_t> Decoder::adapter_sizes() const {
    std::map<std::string, std::int64_t> sizes;
    for (const Adapter::Named& tensor : adapter_->tensors)
        sizes[tensor.name] = c10::multiply_integers(tensor.sizes);
    return sizes;
}

const at::Tensor& Decoder::adapter_parameters() const { return adapter_->flat; }

at::Tensor& Decoder::trained_parameters() { return adapter_ ? adapter_->flat : flat_; }
const at::Tensor& Decoder::trained_parameters() const { return adapter_ ? adapter_->flat : flat_; }

TensorMap Decoder::trained_tensors(bool gradients) const {
    return adapter_ ? adapter_tensors(gradients) : named_tensors(gradients);
}

std::int64_t Decoder::decay_size() const { return adapter_ ? adapter_->decay_size : decay_size_; }

Decoder Decoder::copy_of_adapted() const {
    Decoder copy = sharing();
    AdapterPlan plan;
    plan.config = adapter_->config;
    for (const auto& [tensor, original] : adapter_->replaced) plan.whole.push_back(tensor);
    for (const auto& [name, module] : adapted_modules()) plan.low_rank[name] = {module.rank, 1.0};
    copy.make_adapter(plan);
    for (const FileTensor& module : linear_modules(config_))
        copy.low_rank(module).parts = low_rank(module).parts;
    copy.adapter_->flat.copy_(adapter_->flat);
    return copy;
}

/// The weight with what the adapter adds to it. Without an adapter the weight itself.
at::Tensor Decoder::effective(const at::Tensor& weight, const ops::LowRank& adapter) const {
    if (!adapter.a.defined()) return weight;
    const at::NoGradGuard no_gradient;
    at::Tensor whole = weight.detach().clone();
    std::int64_t rank = 0, offset = 0;
    for (const auto& part : adapter.parts) {
        const at::Tensor b =
            adapter.b.narrow(0, offset, part.rows * part.rank).view({part.rows, part.rank});
        whole.narrow(0, part.first_row, part.rows)
            .addmm_(b, adapter.a.narrow(0, rank, part.rank), 1, part.scale);
        rank += part.rank;
        offset += part.rows * part.rank;
    }
    return whole;
}

/// Adds each module's scale * B A to the target's rows of the module.
void Decoder::add_low_rank(Decoder& target) const {
    for (const FileTensor& module : linear_modules(config_)) {
        std::int64_t rank = 0, offset = 0;
        const ops::LowRank& adapter = low_rank(module);
        for (const auto& part : adapter.parts) {
            const std::int64_t count = part.rows * part.rank;
            if (part.first_row == module.first_row)
                target.parameter(module.parameter, module.layer)
                    .detach()
                    .narrow(0, module.first_row, module.rows)
                    .addmm_(adapter.b.narrow(0, offset, count).view({part.rows, part.rank}),
                            adapter.a.narrow(0, rank, part.rank), 1, part.scale);
            rank += part.rank;
            offset += count;
        }
    }
}

void Decoder::merge_adapter() {
    const at::NoGradGuard no_gradient;
    const bool head_is_own = head_.const_data_ptr() != embedding_.const_data_ptr();
    const bool unties = !config_.score_head && config_.tie_word_embeddings &&
                        (head_is_own || head_adapter_.a.defined());
    if (!is_shared_ && !unties && adapter_->replaced.empty()) {
        add_low_rank(*this);
        Decoder bare = sharing();
        bare.own_parameters();
        *this = std::move(bare);
        return;
    }
    ModelConfig config = config_;
    if (unties) config.tie_word_embeddings = false;
    Decoder whole(config, device_);
    for (const ParameterPlace& place : decoder_parameters(config))
        whole.parameter(place.parameter, place.layer)
            .copy_(parameter(place.parameter, place.layer).detach());
    add_low_rank(whole);
    *this = std::move(whole);
}

void Decoder::set_dropout_key(std::uint64_t key) {
    if (!adapter_) return;
    adapter_->dropout_key = key;
    adapter_->passes = 0;
}

/// Dropout acts where gradients are made and the trainer has given a key.
Decoder::Pass Decoder::next_pass() const {
    const bool acts = adapter_ && adapter_->config.lora_dropout > 0 && adapter_->dropout_key != 0 &&
                      flat_gradients_.defined() && at::GradMode::is_enabled();
    if (!acts) return {};
    return {{adapter_->config.lora_dropout,
             derive_seed(adapter_->dropout_key, "pass " + std::to_string(adapter_->passes++))}};
}

Dropout Decoder::dropout_of(const Pass& pass, const Layer& layer, std::uint64_t place) const {
    const auto number = static_cast<std::uint64_t>(&layer - layers_.data());
    return {pass.dropout.rate, pass.dropout.key + 4 * number + place};
}

}  // namespace plumb
