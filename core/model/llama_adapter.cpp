// SPDX-License-Identifier: GPL-3.0-or-later
// Adapters (LoRA): models that share parameters, the adapter's memory, its names, and merging.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/random.h"
#include "base/strings.h"
#include "model/adapter.h"
#include "model/aligned.h"
#include "model/packed_copy.h"

namespace plumb {
namespace {

constexpr const char* prefix = "base_model.model.";
constexpr const char* head_module = "lm_head";

std::string module_of(const std::string& parameter) {
    return parameter.substr(0, parameter.rfind('.'));
}

Error not_whole(const std::string& module) {
    return invalid_input("lora_modules_to_save: " + module +
                         " is kept together with others as one matrix and cannot be trained whole; "
                         "name it in lora_target_modules instead");
}

void fill_uniform(const at::Tensor& tensor, double bound, std::uint64_t seed) {
    Random random(seed);
    at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
    auto* value = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        value[i] = static_cast<float>((2 * random.uniform() - 1) * bound);
    tensor.copy_(values);
}

}  // namespace

Llama::Llama(const Llama& base, Shared)
    : config_(base.config_),
      device_(base.device_),
      flat_(base.flat_.detach()),
      decay_size_(base.decay_size_),
      embedding_(base.embedding_.detach()),
      head_(base.head_.detach()),
      norm_(base.norm_.detach()),
      layers_(base.layers_),
      rope_(base.rope_),
      is_shared_(true),
      base_(base.base_),
      packed_copy_(std::make_unique<PackedCopy>()) {
    for (Layer& layer : layers_) {
        for (at::Tensor* parameter :
             {&layer.input_norm, &layer.qkv, &layer.output, &layer.post_norm, &layer.gate_up,
              &layer.down, &layer.qkv_bias, &layer.output_bias, &layer.gate_up_bias,
              &layer.down_bias})
            if (parameter->defined()) *parameter = parameter->detach();
        layer.qkv_adapter = layer.output_adapter = layer.gate_up_adapter = layer.down_adapter = {};
    }
    if (!base.adapter_) return;
    for (const Slice& slice : slices())
        if (const auto own = base.adapter_->replaced.find(slice.name);
            own != base.adapter_->replaced.end())
            const_cast<at::Tensor&>(*slice.parameter) = own->second;
}

Llama Llama::sharing() const {
    PLUMB_CHECK(adapter_ || !flat_gradients_.defined(), "parameters that are trained change");
    return {*this, Shared{}};
}

Llama Llama::sharing_with_score_head(std::optional<std::uint64_t> seed) const {
    Llama model = sharing();
    model.config_.score_head = true;
    model.head_ = at::zeros({1, config_.hidden_size}, flat_.options());
    if (seed) model.draw_score_head(*seed);
    return model;
}

bool Llama::shares_parameters_with(const Llama& other) const {
    return flat_.is_alias_of(other.flat_);
}

/// The places belong to this model: only what is not const itself writes to them.
std::vector<Llama::LinearModule> Llama::linear_modules() const {
    std::vector<LinearModule> modules;
    for (const Slice& slice : slices()) {
        if (!slice.name.ends_with(".weight")) continue;
        const ops::LowRank* adapter = nullptr;
        for (const Layer& layer : layers_) {
            if (slice.parameter == &layer.qkv) adapter = &layer.qkv_adapter;
            if (slice.parameter == &layer.output) adapter = &layer.output_adapter;
            if (slice.parameter == &layer.gate_up) adapter = &layer.gate_up_adapter;
            if (slice.parameter == &layer.down) adapter = &layer.down_adapter;
        }
        if (adapter)
            modules.push_back({module_of(slice.name), slice.first_row, slice.rows, slice.parameter,
                               const_cast<ops::LowRank*>(adapter)});
    }
    if (!config_.score_head)
        modules.push_back({head_module, 0, config_.vocab_size, &head_,
                           const_cast<ops::LowRank*>(&head_adapter_)});
    return modules;
}

Status Llama::add_adapter(const LoraConfig& config, std::uint64_t seed) {
    PLUMB_CHECK(!adapter_ && !flat_gradients_.defined(), "the model is trained already");
    LoraConfig complete = config;
    if (config_.score_head && std::ranges::none_of(config.modules_to_save, [](const auto& name) {
            return names_module(name, "score");
        }))
        complete.modules_to_save.emplace_back("score");

    AdapterPlan plan;
    std::vector<Slice> offered = slices();
    if (!has_own_head()) offered.push_back({"lm_head.weight", &head_, 0, config_.vocab_size});
    for (const std::string& name : complete.modules_to_save) {
        bool found = false;
        for (const Slice& slice : offered) {
            if (!names_module(name, module_of(slice.name))) continue;
            if (slice.rows != slice.parameter->size(0)) return not_whole(name);
            found = true;
            if (std::ranges::find(plan.whole, slice.name) == plan.whole.end())
                plan.whole.push_back(slice.name);
        }
        if (!found)
            return invalid_input("lora_modules_to_save: " + name +
                                 " is no module of this model; it has embed_tokens, norm and " +
                                 (config_.score_head ? "score" : "lm_head"));
    }
    std::vector<std::string> names;
    for (const LinearModule& module : linear_modules()) names.push_back(module.name);
    PLUMB_TRY(const auto targets,
              select_modules(complete, names, {"q_proj", "v_proj"}, head_module));
    for (const std::string& target : targets)
        plan.low_rank[target] = {complete.r, complete.lora_alpha};
    const auto& asked = complete.target_modules;
    if (asked.size() != 1 || !is_module_pattern(asked.front()))
        if (asked.empty() || asked.front() == "all-linear")
            complete.target_modules = short_names(targets);

    make_adapter(complete, plan);
    for (const auto& [name, tensor] : adapter_tensors())
        if (name.ends_with(".lora_A.weight"))
            fill_uniform(tensor, 1.0 / std::sqrt(static_cast<double>(tensor.size(1))),
                         derive_seed(seed, name));
    return {};
}

Status Llama::add_adapter(const LoraConfig& config, const std::map<std::string, double>& alphas,
                          const TensorMap& tensors, const std::string& origin) {
    PLUMB_CHECK(!adapter_ && !flat_gradients_.defined(), "the model is trained already");
    AdapterPlan plan;
    std::map<std::string, LinearModule> modules;
    for (const LinearModule& module : linear_modules()) modules.emplace(module.name, module);
    std::vector<Slice> offered = slices();
    if (!has_own_head()) offered.push_back({"lm_head.weight", &head_, 0, config_.vocab_size});
    for (const auto& [name, tensor] : tensors) {
        const auto bad = [&, &key = name](const std::string& what) {
            return invalid_input(origin + ": tensor " + key + " " + what);
        };
        if (!name.starts_with(prefix))
            return bad("does not begin with " + std::string(prefix) + ", as PEFT's tensors do");
        const std::string own = name.substr(std::string(prefix).size());
        if (own.ends_with(".base_layer.weight")) continue;  // a copy of the model's own
        if (own.ends_with(".lora_A.weight")) {
            const std::string module =
                own.substr(0, own.size() - std::string(".lora_A.weight").size());
            const auto found = modules.find(module);
            if (found == modules.end()) return bad("belongs to no linear layer of the base model");
            if (tensor.dim() != 2 || tensor.size(0) == 0) return bad("is not a matrix [r, in]");
            const auto alpha = std::ranges::find_if(
                alphas, [&](const auto& entry) { return names_module(entry.first, module); });
            plan.low_rank[module] = {tensor.size(0),
                                     alpha == alphas.end() ? config.lora_alpha : alpha->second};
        } else if (!own.ends_with(".lora_B.weight")) {
            const auto slice = std::ranges::find(offered, own, &Slice::name);
            if (slice == offered.end()) return bad("belongs to no part of the base model");
            if (slice->rows != slice->parameter->size(0)) return not_whole(module_of(own));
            plan.whole.push_back(own);
        }
    }
    if (plan.low_rank.empty() && plan.whole.empty())
        return invalid_input(origin + " has no tensors of an adapter");
    make_adapter(config, plan);
    const Status loaded = load_adapter_tensors(tensors, origin);
    if (!loaded) {
        Llama bare = sharing();
        bare.is_shared_ = is_shared_;
        *this = std::move(bare);
    }
    return loaded;
}

/// Allocates the adapter and puts it in its places: the A's of a fused matrix as one, its B's one
/// behind the other, then whole modules.
void Llama::make_adapter(const LoraConfig& config, const AdapterPlan& plan) {
    adapter_ = std::make_unique<Adapter>();
    adapter_->config = config;
    struct Wanted {
        at::Tensor* place;
        std::vector<std::int64_t> sizes;
    };
    std::vector<Wanted> matrices, vectors;
    std::vector<std::pair<ops::LowRank*, std::vector<LinearModule>>> stacks;
    for (const LinearModule& module : linear_modules()) {
        const auto planned = plan.low_rank.find(module.name);
        if (planned == plan.low_rank.end()) continue;
        const auto& [rank, alpha] = planned->second;
        if (stacks.empty() || stacks.back().first != module.adapter)
            stacks.push_back({module.adapter, {}});
        stacks.back().second.push_back(module);
        module.adapter->parts.push_back(
            {module.first_row, module.rows, rank, config.scale(rank, alpha)});
    }
    for (auto& [adapter, modules] : stacks) {
        std::int64_t ranks = 0, elements = 0;
        for (const auto& part : adapter->parts) {
            ranks += part.rank;
            elements += part.rows * part.rank;
        }
        matrices.push_back({&adapter->a, {ranks, modules.front().weight->size(1)}});
        matrices.push_back({&adapter->b, {elements}});
    }
    std::vector<Slice> offered = slices();
    if (!has_own_head()) offered.push_back({"lm_head.weight", &head_, 0, config_.vocab_size});
    for (const Slice& slice : offered) {
        if (std::ranges::find(plan.whole, slice.name) == plan.whole.end()) continue;
        auto* place = const_cast<at::Tensor*>(slice.parameter);
        adapter_->replaced.emplace(slice.name, *place);
        (place->dim() > 1 ? matrices : vectors).push_back({place, place->sizes().vec()});
    }

    std::int64_t size = 0;
    for (const Wanted& wanted : matrices) size += aligned(c10::multiply_integers(wanted.sizes));
    adapter_->decay_size = size;
    for (const Wanted& wanted : vectors) size += aligned(c10::multiply_integers(wanted.sizes));
    adapter_->flat = at::zeros({size}, flat_.options());
    std::map<const at::Tensor*, std::int64_t> offset_of;
    std::int64_t offset = 0;
    for (const auto* group : {&matrices, &vectors})
        for (const Wanted& wanted : *group) {
            const std::int64_t count = c10::multiply_integers(wanted.sizes);
            // Detached for the reason that Llama::allocate() gives.
            *wanted.place = adapter_->flat.narrow(0, offset, count).view(wanted.sizes).detach();
            offset_of[wanted.place] = offset;
            offset += aligned(count);
        }

    for (const auto& [adapter, modules] : stacks) {
        std::int64_t a = offset_of.at(&adapter->a), b = offset_of.at(&adapter->b);
        for (std::size_t i = 0; i < modules.size(); ++i) {
            const auto& part = adapter->parts[i];
            const std::int64_t in = modules[i].weight->size(1);
            adapter_->tensors.push_back(
                {prefix + modules[i].name + ".lora_A.weight", a, {part.rank, in}});
            adapter_->tensors.push_back(
                {prefix + modules[i].name + ".lora_B.weight", b, {part.rows, part.rank}});
            a += part.rank * in;
            b += part.rows * part.rank;
        }
    }
    for (const Slice& slice : offered)
        if (const auto original = adapter_->replaced.find(slice.name);
            original != adapter_->replaced.end()) {
            slice.parameter->detach().copy_(original->second);
            adapter_->tensors.push_back({prefix + slice.name, offset_of.at(slice.parameter),
                                         slice.parameter->sizes().vec()});
        }
}

std::vector<at::Tensor*> Llama::adapter_leaves() {
    std::vector<at::Tensor*> leaves;
    for (const LinearModule& module : linear_modules())
        for (at::Tensor* tensor : {&module.adapter->a, &module.adapter->b})
            if (tensor->defined() && std::ranges::find(leaves, tensor) == leaves.end())
                leaves.push_back(tensor);
    for (at::Tensor* parameter : parameters())
        if (adapter_->holds(*parameter)) leaves.push_back(parameter);
    return leaves;
}

const LoraConfig& Llama::adapter_config() const { return adapter_->config; }

TensorMap Llama::adapter_tensors(bool gradients) const {
    PLUMB_CHECK(adapter_ && (!gradients || flat_gradients_.defined()), "there is no such tensor");
    TensorMap named;
    const at::Tensor& flat = gradients ? flat_gradients_ : adapter_->flat;
    for (const Adapter::Named& tensor : adapter_->tensors)
        named.emplace(tensor.name,
                      flat.narrow(0, tensor.offset, c10::multiply_integers(tensor.sizes))
                          .view(tensor.sizes)
                          .detach());
    return named;
}

Status Llama::load_adapter_tensors(const TensorMap& tensors, const std::string& origin) {
    const TensorMap own = adapter_tensors();
    for (const auto& [name, target] : own) {
        const auto found = tensors.find(name);
        if (found == tensors.end())
            return invalid_input(origin + ": tensor " + name + " is missing");
        if (found->second.sizes() != target.sizes())
            return invalid_input(origin + ": tensor " + name + " has shape " +
                                 c10::str(found->second.sizes()) + ", the base model asks for " +
                                 c10::str(target.sizes()));
        if (!found->second.is_floating_point())
            return invalid_input(origin + ": tensor " + name + " holds whole numbers, not weights");
    }
    for (const auto& [name, tensor] : tensors)
        if (!own.contains(name) && !name.ends_with(".base_layer.weight"))
            return invalid_input(origin + ": tensor " + name +
                                 " has no counterpart (lora_A and "
                                 "lora_B belong together)");
    for (const auto& [name, target] : own) target.copy_(tensors.at(name));
    return {};
}

std::map<std::string, AdaptedModule> Llama::adapted_modules() const {
    std::map<std::string, AdaptedModule> all;
    for (const LinearModule& module : linear_modules())
        for (const auto& part : module.adapter->parts)
            if (part.first_row == module.first_row) all[module.name] = {part.rank, part.scale};
    return all;
}

std::int64_t Llama::low_rank_parameter_count() const {
    std::int64_t count = 0;
    for (const Adapter::Named& tensor : adapter_->tensors)
        if (!adapter_->replaced.contains(tensor.name.substr(std::string(prefix).size())))
            count += c10::multiply_integers(tensor.sizes);
    return count;
}

std::int64_t Llama::adapter_parameter_count() const {
    std::int64_t count = 0;
    for (const Adapter::Named& tensor : adapter_->tensors)
        count += c10::multiply_integers(tensor.sizes);
    return count;
}

const at::Tensor& Llama::adapter_parameters() const { return adapter_->flat; }

at::Tensor& Llama::trained_parameters() { return adapter_ ? adapter_->flat : flat_; }
const at::Tensor& Llama::trained_parameters() const { return adapter_ ? adapter_->flat : flat_; }

TensorMap Llama::trained_tensors(bool gradients) const {
    return adapter_ ? adapter_tensors(gradients) : named_tensors(gradients);
}

std::int64_t Llama::decay_size() const { return adapter_ ? adapter_->decay_size : decay_size_; }

Llama Llama::copy_of_adapted() const {
    Llama copy = sharing();
    copy.config_ = config_;
    if (config_.score_head && adapter_->replaced.contains("score.weight"))
        copy.head_ = adapter_->replaced.at("score.weight");
    AdapterPlan plan;
    for (const auto& [name, original] : adapter_->replaced) plan.whole.push_back(name);
    for (const auto& [name, module] : adapted_modules()) plan.low_rank[name] = {module.rank, 1.0};
    copy.make_adapter(adapter_->config, plan);
    const auto theirs = linear_modules();
    const auto own = copy.linear_modules();
    for (std::size_t i = 0; i < own.size(); ++i) own[i].adapter->parts = theirs[i].adapter->parts;
    copy.adapter_->flat.copy_(adapter_->flat);
    return copy;
}

/// The weight with what the adapter adds to it. Without an adapter the weight itself.
at::Tensor Llama::effective(const at::Tensor& weight, const ops::LowRank& adapter) const {
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

void Llama::merge_adapter() {
    const at::NoGradGuard no_gradient;
    const auto add_to = [&](const TensorMap& named) {
        for (const LinearModule& module : linear_modules()) {
            std::int64_t rank = 0, offset = 0;
            for (const auto& part : module.adapter->parts) {
                if (part.first_row == module.first_row)
                    named.at(module.name + ".weight")
                        .detach()
                        .addmm_(module.adapter->b.narrow(0, offset, part.rows * part.rank)
                                    .view({part.rows, part.rank}),
                                module.adapter->a.narrow(0, rank, part.rank), 1, part.scale);
                rank += part.rank;
                offset += part.rows * part.rank;
            }
        }
    };
    const bool unties = !config_.score_head && config_.tie_word_embeddings &&
                        (has_own_head() || head_adapter_.a.defined());
    if (!is_shared_ && !unties && adapter_->replaced.empty()) {
        add_to(named_tensors());
        Llama bare = sharing();
        bare.own_parameters();
        *this = std::move(bare);
        return;
    }
    ModelConfig config = config_;
    if (unties) config.tie_word_embeddings = false;
    Llama whole(config, device_);
    TensorMap from = named_tensors();
    if (unties) from.emplace("lm_head.weight", head_.detach());
    for (const auto& [name, tensor] : whole.named_tensors()) tensor.copy_(from.at(name));
    add_to(whole.named_tensors());
    *this = std::move(whole);
}

void Llama::set_dropout_key(std::uint64_t key) {
    if (!adapter_) return;
    adapter_->dropout_key = key;
    adapter_->passes = 0;
}

/// Dropout acts where gradients are made and the trainer has given a key.
Llama::Pass Llama::next_pass() const {
    const bool acts = adapter_ && adapter_->config.lora_dropout > 0 && adapter_->dropout_key != 0 &&
                      flat_gradients_.defined() && at::GradMode::is_enabled();
    if (!acts) return {};
    return {{adapter_->config.lora_dropout,
             derive_seed(adapter_->dropout_key, "pass " + std::to_string(adapter_->passes++))}};
}

Dropout Llama::dropout_of(const Pass& pass, const Layer& layer, std::uint64_t place) const {
    const auto number = static_cast<std::uint64_t>(&layer - layers_.data());
    return {pass.dropout.rate, pass.dropout.key + 4 * number + place};
}

}  // namespace plumb
