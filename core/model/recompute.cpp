// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/recompute.h"

#include <utility>

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace plumb {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

struct HeldRecipe : torch::CustomClassHolder {
    explicit HeldRecipe(Recipe recipe) : call(std::move(recipe)) {}
    Recipe call;
};

class Recomputed : public torch::autograd::Function<Recomputed> {
public:
    static variable_list forward(AutogradContext* context, const Variable& input,
                                 const Variable& /*anchor*/,
                                 const c10::intrusive_ptr<HeldRecipe>& recipe) {
        context->set_materialize_grads(false);
        context->save_for_backward({input});
        context->saved_data["recipe"] = c10::IValue::make_capsule(recipe);
        return recipe->call(input);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const at::Tensor input = context->get_saved_variables()[0];
        const auto recipe = c10::static_intrusive_pointer_cast<HeldRecipe>(
            context->saved_data["recipe"].toCapsule());
        const at::AutoGradMode with_gradients(true);
        const at::Tensor again = input.detach().requires_grad_(input.requires_grad());
        const variable_list outputs = recipe->call(again);
        variable_list roots, root_gradients;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            if (!gradients[i].defined() || !outputs[i].requires_grad()) continue;
            roots.push_back(outputs[i]);
            root_gradients.push_back(gradients[i]);
        }
        if (!roots.empty()) torch::autograd::backward(roots, root_gradients);
        return {again.grad(), {}, {}};
    }
};

}  // namespace

std::vector<at::Tensor> recomputed(const at::Tensor& input, Recipe recipe) {
    if (!at::GradMode::is_enabled()) return recipe(input);
    // The graph must reach here also where the parameters alone have gradients, not the input.
    const at::Tensor anchor = at::empty({0}, input.options()).requires_grad_(true);
    return Recomputed::apply(input, anchor, c10::make_intrusive<HeldRecipe>(std::move(recipe)));
}

}  // namespace plumb
