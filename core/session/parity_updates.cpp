// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/parity_updates.h"

#include <stdexcept>

namespace plumb::parity {

TensorMap read_tensors(const ReferenceRun& run, const char* file) {
    if (!std::filesystem::exists(run.folder / file)) return {};
    auto tensors = read_safetensors(run.folder / file);
    if (!tensors.ok()) throw std::runtime_error(tensors.error().message);
    return std::move(tensors).value();
}

Decoder load_model(const std::filesystem::path& folder) {
    auto model = Decoder::load(folder, at::kCPU);
    if (!model.ok()) throw std::runtime_error("not supported yet: " + model.error().message);
    return std::move(model).value();
}

void add_parameter_norms(const Decoder& model, const std::string& prefix,
                         std::map<std::string, double>& norms) {
    const at::NoGradGuard no_gradient;
    for (const auto& [name, parameter] : model.named_tensors())
        norms[prefix + name] = parameter.to(at::kDouble).norm().item<double>();
}

void compare_probe(const ReferenceRun& run, const Decoder& model, Replay& replay) {
    const at::NoGradGuard no_gradient;
    Comparison& comparison = replay.comparisons.emplace_back("probe");
    const auto failure = failure_of([&] {
        TensorMap tensors = read_tensors(run, "probe.safetensors");
        tensors.merge(read_tensors(run, "batches.safetensors"));
        const at::Tensor& ids = tensor(tensors, "probe.input_ids");
        comparison.close("logits", model.logits(model.hidden_states(ids)),
                         tensor(tensors, "probe.logits_after"), probe_tolerance);
    });
    if (failure) comparison.fail(*failure);
}

Updates::Updates(const ReferenceRun& run, std::int64_t total, Replay& replay)
    : run_(run),
      settings_(run.settings),
      total_(total),
      replay_(replay),
      policy_{load_model(run.model_folder), nullptr, {}} {
    model().enable_training();
    optimizer_.emplace(model(), adamw_options(settings_));
    before_ = model().flat_parameters().detach().clone();
    had_gradient_ = at::zeros_like(before_, at::kBool);
}

void Updates::apply(Metrics metrics) {
    if (replay_.metrics.empty())
        for (const auto& [name, gradient] : model().named_tensors(true))
            replay_.first_gradient_norms[name] = gradient.to(at::kDouble).norm().item<double>();
    had_gradient_ |= model().flat_gradients() != 0;
    const auto step = static_cast<std::int64_t>(replay_.metrics.size());
    const double rate = learning_rate_at(step, total_, settings_);
    metrics["grad_norm"] = apply_update(model(), *optimizer_, rate, settings_.max_grad_norm).value;
    metrics["learning_rate"] = rate;
    metrics["num_tokens"] = tokens_;
    replay_.metrics.push_back(std::move(metrics));
}

void Updates::finish() {
    add_parameter_norms(model(), "", replay_.parameter_norms);
    if (settings_.weight_decay == 0) {
        const at::Tensor moved = model().flat_parameters().detach() != before_;
        replay_.moved_without_gradient = (moved & ~had_gradient_).sum().item<std::int64_t>();
    }
    if (!model().config().score_head) compare_probe(run_, model(), replay_);
}

/// Adds one micro-batch to the means of its update and to the list of losses.
void collect(const MetricMeans& micro_batch, MetricMeans& means, Replay& replay) {
    Metrics metrics = micro_batch.result();
    replay.losses.push_back(metrics.at("loss"));
    means.add_loss(metrics.at("loss"));
    metrics.erase("loss");
    means.add(metrics);
}

}  // namespace plumb::parity
