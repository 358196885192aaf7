// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/lora_plan.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "model/aligned.h"

namespace plumb {
namespace {

ModelConfig untied(ModelConfig config) {
    config.tie_word_embeddings = false;
    return config;
}

std::string module_of(const std::string& parameter) {
    return parameter.substr(0, parameter.rfind('.'));
}

Error not_whole(const std::string& module) {
    return invalid_input("lora_modules_to_save: " + module +
                         " is kept together with others as one matrix and cannot be trained whole; "
                         "name it in lora_target_modules instead");
}

bool is_linear(Parameter parameter) {
    using enum Parameter;
    return parameter == qkv || parameter == output || parameter == gate_up || parameter == down ||
           parameter == head;
}

/// Whether a tensor of the files is one of our parameters, element by element.
bool is_whole(const FileTensor& tensor, const ModelConfig& config) {
    return tensor.layout == FileLayout::rows &&
           tensor.rows == parameter_shape(untied(config), tensor.parameter).front();
}

std::string short_name(const std::string& module) { return short_names({module}).front(); }

/// The module of the head: lm_head, score, ...
std::string head_module(const std::vector<FileTensor>& tensors) {
    for (const FileTensor& tensor : tensors)
        if (tensor.parameter == Parameter::head) return module_of(tensor.name);
    return {};
}

std::string saveable_names(const std::vector<FileTensor>& tensors) {
    std::vector<std::string> modules;
    for (const FileTensor& tensor : tensors)
        if (tensor.parameter == Parameter::embedding || tensor.parameter == Parameter::norm ||
            tensor.parameter == Parameter::head)
            modules.push_back(module_of(tensor.name));
    return join(short_names(modules), ", ");
}

/// What PEFT adapts in a family where nothing is named: the query and value projections, or the
/// matrix that they are part of.
std::vector<std::string> default_targets(const std::vector<std::string>& modules) {
    for (const char* fused : {"c_attn", "query_key_value"})
        if (std::ranges::any_of(modules, [&](const auto& m) { return names_module(fused, m); }))
            return {fused};
    return {"q_proj", "v_proj"};
}

/// The order in which they lie in memory, and with them the optimiser's state: the model's, however
/// they came to be named.
void sort_whole(const std::vector<FileTensor>& offered, AdapterPlan& plan) {
    std::ranges::sort(plan.whole, {}, [&](const FileTensor& tensor) {
        return std::ranges::find(offered, tensor.name, &FileTensor::name) - offered.begin();
    });
}

}  // namespace

std::vector<FileTensor> adaptable_tensors(const ModelConfig& model) {
    return family_of(model).tensors(untied(model));
}

std::vector<FileTensor> linear_modules(const ModelConfig& model) {
    std::vector<FileTensor> modules;
    for (FileTensor& tensor : adaptable_tensors(model)) {
        if (!is_linear(tensor.parameter) ||
            (tensor.parameter == Parameter::head && model.score_head))
            continue;
        tensor.name = module_of(tensor.name);
        modules.push_back(std::move(tensor));
    }
    return modules;
}

Result<AdapterPlan> plan_adapter(const ModelConfig& model, const LoraConfig& config) {
    AdapterPlan plan;
    LoraConfig& complete = plan.config = config;
    const std::vector<FileTensor> offered = adaptable_tensors(model);
    if (model.score_head) {
        const std::string head = short_name(head_module(offered));
        if (std::ranges::find(complete.modules_to_save, head) == complete.modules_to_save.end())
            complete.modules_to_save.push_back(head);
    }
    for (const std::string& name : complete.modules_to_save) {
        bool found = false;
        for (const FileTensor& tensor : offered) {
            if (!saves_module(name, module_of(tensor.name))) continue;
            if (!is_whole(tensor, model)) return not_whole(name);
            found = true;
            if (std::ranges::find(plan.whole, tensor.name, &FileTensor::name) == plan.whole.end())
                plan.whole.push_back(tensor);
        }
        if (!found)
            return invalid_input("lora_modules_to_save: " + name +
                                 " is no module of this model; it has " + saveable_names(offered));
    }
    sort_whole(offered, plan);
    std::vector<std::string> names;
    for (const FileTensor& module : linear_modules(model)) names.push_back(module.name);
    PLUMB_TRY(const auto targets,
              select_modules(complete, names, default_targets(names), head_module(offered)));
    for (const std::string& target : targets)
        plan.low_rank[target] = {complete.r, complete.lora_alpha};
    const auto& asked = complete.target_modules;
    if (asked.empty() || asked.front() == "all-linear")
        complete.target_modules = short_names(targets);

    return plan;
}

Result<AdapterPlan> plan_adapter(const ModelConfig& model, const LoraConfig& config,
                                 const std::map<std::string, double>& alphas,
                                 const TensorMap& tensors, const std::string& origin) {
    AdapterPlan plan;
    plan.config = config;
    const std::vector<FileTensor> offered = adaptable_tensors(model),
                                  modules = linear_modules(model);
    for (const auto& [name, tensor] : tensors) {
        const auto bad = [&, &key = name](const std::string& what) {
            return invalid_input(origin + ": tensor " + key + " " + what);
        };
        if (!name.starts_with(adapter_prefix))
            return bad("does not begin with " + std::string(adapter_prefix) +
                       ", as PEFT's tensors do");
        const std::string own = name.substr(adapter_prefix.size());
        if (is_copy_of_the_base(own) || own.ends_with(lora_b_suffix)) continue;
        if (own.ends_with(lora_a_suffix)) {
            const std::string module = own.substr(0, own.size() - lora_a_suffix.size());
            if (std::ranges::find(modules, module, &FileTensor::name) == modules.end())
                return bad("belongs to no linear layer of the base model");
            if (tensor.dim() != 2 || tensor.size(0) == 0) return bad("is not a matrix [r, in]");
            const auto alpha = std::ranges::find_if(
                alphas, [&](const auto& entry) { return names_module(entry.first, module); });
            plan.low_rank[module] = {tensor.size(0),
                                     alpha == alphas.end() ? config.lora_alpha : alpha->second};
            continue;
        }
        const auto whole = std::ranges::find(offered, own, &FileTensor::name);
        if (whole == offered.end()) return bad("belongs to no part of the base model");
        if (!is_whole(*whole, model)) return not_whole(module_of(own));
        plan.whole.push_back(*whole);
    }
    if (plan.low_rank.empty() && plan.whole.empty())
        return invalid_input(origin + " has no tensors of an adapter");
    sort_whole(offered, plan);
    return plan;
}

AdapterSize adapter_size(const ModelConfig& model, const AdapterPlan& plan) {
    const ModelConfig config = untied(model);
    AdapterSize size;
    std::map<std::pair<Parameter, std::int64_t>, std::pair<std::int64_t, std::int64_t>> stacks;
    for (const FileTensor& module : linear_modules(model)) {
        const auto planned = plan.low_rank.find(module.name);
        if (planned == plan.low_rank.end()) continue;
        const std::int64_t rank = planned->second.rank;
        auto& [ranks, elements] = stacks[{module.parameter, module.layer}];
        ranks += rank;
        elements += module.rows * rank;
    }
    for (const auto& [place, stack] : stacks) {
        const auto& [parameter, layer] = place;
        size.elements += aligned(stack.first * parameter_shape(config, parameter).back()) +
                         aligned(stack.second);
        if (parameter == Parameter::head) size.head = true;
        if (layer > 0) continue;
        if (parameter == Parameter::qkv) size.qkv = stack.first;
        if (parameter == Parameter::output) size.output = stack.first;
        if (parameter == Parameter::gate_up) size.gate_up = stack.first;
        if (parameter == Parameter::down) size.down = stack.first;
    }
    for (const FileTensor& tensor : plan.whole) {
        if (tensor.parameter == Parameter::head) size.head = true;
        size.elements += aligned(c10::multiply_integers(parameter_shape(config, tensor.parameter)));
    }
    return size;
}

bool is_copy_of_the_base(const std::string& name) { return name.ends_with(".base_layer.weight"); }

}  // namespace plumb
