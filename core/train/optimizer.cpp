// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/optimizer.h"

#include <cmath>

#include "base/check.h"
#include "model/memory_ledger.h"

namespace plumb {

AdamW::AdamW(Decoder& model, const AdamWOptions& options) : model_(&model), options_(options) {
    PLUMB_CHECK(model.flat_gradients().defined(), "the model is frozen");
    const at::Tensor weights = model.trained_parameters().detach();
    const bool is_short = c10::elementSize(weights.scalar_type()) < 4;
    if (is_short) {
        master_ = weights.to(at::kFloat);
        account_as(master_, MemoryOwner::optimizer);
    }
    first_moment_ = at::zeros_like(is_short ? master_ : model.flat_gradients());
    second_moment_ = at::zeros_like(first_moment_);
    account_as(first_moment_, MemoryOwner::optimizer);
    account_as(second_moment_, MemoryOwner::optimizer);
}

void AdamW::step(double learning_rate) {
    ++steps_;
    at::NoGradGuard no_gradient;
    const at::Tensor weights = model_->trained_parameters().detach();
    const at::Tensor parameters = master_.defined() ? master_ : weights;
    const at::Tensor gradients = model_->flat_gradients().to(parameters.scalar_type());
    const auto update = [&](std::int64_t first, std::int64_t count, double weight_decay) {
        if (count == 0) return;
        std::vector<at::Tensor> parameter{parameters.narrow(0, first, count)};
        std::vector<at::Tensor> gradient{gradients.narrow(0, first, count)};
        std::vector<at::Tensor> moment1{first_moment_.narrow(0, first, count)};
        std::vector<at::Tensor> moment2{second_moment_.narrow(0, first, count)};
        std::vector<at::Tensor> count_of_steps{
            at::full({}, static_cast<double>(steps_), parameters.options())};
        at::_fused_adamw_(parameter, gradient, moment1, moment2, {}, count_of_steps, learning_rate,
                          options_.beta1, options_.beta2, weight_decay, options_.epsilon,
                          /*amsgrad=*/false, /*maximize=*/false);
    };
    const std::int64_t total = parameters.numel();
    if (options_.weight_decay == 0.0) {
        update(0, total, 0.0);
    } else {
        update(0, model_->decay_size(), options_.weight_decay);
        update(model_->decay_size(), total - model_->decay_size(), 0.0);
    }
    if (master_.defined()) weights.copy_(master_);
    // The fused kernel changes the parameters behind autograd's back; their version is what tells
    // generation to pack them anew.
    weights.unsafeGetTensorImpl()->bump_version();
}

TensorMap AdamW::state() const {
    TensorMap tensors = {{"first_moment", first_moment_}, {"second_moment", second_moment_}};
    if (master_.defined()) tensors["master_weights"] = master_;
    return tensors;
}

Status AdamW::load_state(const TensorMap& tensors, const std::string& prefix, std::int64_t steps,
                         const std::string& origin) {
    for (auto& [name, target] : state()) {
        const auto found = tensors.find(prefix + name);
        if (found == tensors.end() || found->second.sizes() != target.sizes())
            return invalid_input(
                origin + ": " + prefix + name +
                " is missing or does not fit the model; resume from another checkpoint");
        target.copy_(found->second);
    }
    steps_ = steps;
    return {};
}

namespace {

/// In float32 at least: a bfloat16 norm has three digits.
at::Tensor norm_of(const at::Tensor& gradient) {
    if (c10::elementSize(gradient.scalar_type()) >= 4) return at::linalg_vector_norm(gradient);
    return at::linalg_vector_norm(gradient, 2, {}, false, at::kFloat);
}

}  // namespace

double clip_gradients(const std::vector<at::Tensor>& gradients, double max_norm) {
    double norm = 0;
    for (const at::Tensor& gradient : gradients)
        norm = std::hypot(norm, norm_of(gradient).item<double>());
    const double scale = max_norm / (norm + 1e-6);
    if (max_norm > 0 && scale < 1.0)
        for (at::Tensor gradient : gradients) gradient.mul_(scale);
    return norm;
}

}  // namespace plumb
