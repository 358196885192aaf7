// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/optimizer.h"

#include <cmath>

#include "base/check.h"
#include "model/memory_ledger.h"

namespace plumb {

AdamW::AdamW(Decoder& model, const AdamWOptions& options) : model_(&model), options_(options) {
    PLUMB_CHECK(model.flat_gradients().defined(), "the model is frozen");
    first_moment_ = at::zeros_like(model.flat_gradients());
    second_moment_ = at::zeros_like(model.flat_gradients());
    account_as(first_moment_, MemoryOwner::optimizer);
    account_as(second_moment_, MemoryOwner::optimizer);
}

void AdamW::step(double learning_rate) {
    ++steps_;
    at::NoGradGuard no_gradient;
    at::Tensor parameters = model_->trained_parameters().detach();
    const auto update = [&](std::int64_t first, std::int64_t count, double weight_decay) {
        if (count == 0) return;
        std::vector<at::Tensor> parameter{parameters.narrow(0, first, count)};
        std::vector<at::Tensor> gradient{model_->flat_gradients().narrow(0, first, count)};
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
    // The fused kernel changes the parameters behind autograd's back; their version is what tells
    // generation to pack them anew.
    parameters.unsafeGetTensorImpl()->bump_version();
}

TensorMap AdamW::state() const {
    return {{"first_moment", first_moment_}, {"second_moment", second_moment_}};
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

double clip_gradients(const std::vector<at::Tensor>& gradients, double max_norm) {
    double norm = 0;
    for (const at::Tensor& gradient : gradients)
        norm = std::hypot(norm, at::linalg_vector_norm(gradient).item<double>());
    const double scale = max_norm / (norm + 1e-6);
    if (max_norm > 0 && scale < 1.0)
        for (at::Tensor gradient : gradients) gradient.mul_(scale);
    return norm;
}

}  // namespace plumb
