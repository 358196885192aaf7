// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/parity_updates.h"

#include <stdexcept>

#include "model/adapter_files.h"

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

namespace {

/// The logits on the probe's ids against those of that name.
void compare_logits(const ReferenceRun& run, const Decoder& model, const std::string& name,
                    const std::string& expected, Tolerance tolerance, Replay& replay) {
    const at::NoGradGuard no_gradient;
    Comparison& comparison = replay.comparisons.emplace_back(name);
    const auto failure = failure_of([&] {
        TensorMap tensors = read_tensors(run, "probe.safetensors");
        tensors.merge(read_tensors(run, "batches.safetensors"));
        const at::Tensor& ids = tensor(tensors, "probe.input_ids");
        comparison.close("logits", model.logits(model.hidden_states(ids)),
                         tensor(tensors, expected), tolerance);
    });
    if (failure) comparison.fail(*failure);
}

constexpr const char* initial_adapter = "adapter_initial";
constexpr const char* final_adapter = "adapter_final";

/// The run's first model: its base, with an adapter where the run has one.
Decoder load_first_model(const ReferenceRun& run) {
    const std::filesystem::path folder = run.folder / initial_adapter;
    if (!std::filesystem::exists(folder)) return load_model(run.model_folder);
    auto model = load_adapted(folder, at::kCPU);
    if (!model.ok()) throw std::runtime_error(model.error().message);
    return std::move(model).value();
}

/// "...lora_A.weight" as a module in memory has it: "...lora_A.default.weight".
std::string name_in_memory(const std::string& name) {
    return name.substr(0, name.rfind('.')) + ".default" + name.substr(name.rfind('.'));
}

}  // namespace

void add_parameter_norms(const Decoder& model, const std::string& prefix,
                         std::map<std::string, double>& norms) {
    const at::NoGradGuard no_gradient;
    for (const auto& [name, parameter] : model.trained_tensors())
        norms[prefix + (model.has_adapter() ? name_in_memory(name) : name)] =
            parameter.to(at::kDouble).norm().item<double>();
}

void compare_probe(const ReferenceRun& run, const Decoder& model, Replay& replay) {
    compare_logits(run, model, "probe", "probe.logits_after", probe_tolerance, replay);
}

Updates::Updates(const ReferenceRun& run, std::int64_t total, Replay& replay)
    : run_(run),
      settings_(run.settings),
      total_(total),
      replay_(replay),
      policy_{load_first_model(run), nullptr, {}} {
    if (read_tensors(run_, "probe.safetensors").contains("probe.logits_initial_adapter"))
        compare_logits(run_, model(), "initial_adapter", "probe.logits_initial_adapter",
                       logits_tolerance, replay_);
    model().enable_training();
    optimizer_.emplace(model(), adamw_options(settings_));
    before_ = model().trained_parameters().detach().clone();
    had_gradient_ = at::zeros_like(before_, at::kBool);
}

void Updates::apply(Metrics metrics) {
    if (replay_.metrics.empty())
        for (const auto& [name, gradient] : model().trained_tensors(true))
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
        const at::Tensor moved = model().trained_parameters().detach() != before_;
        replay_.moved_without_gradient = (moved & ~had_gradient_).sum().item<std::int64_t>();
    }
    if (!model().config().score_head) compare_probe(run_, model(), replay_);
    if (model().has_adapter()) finish_adapter();
}

/// The adapter as it was saved, and the logits after merging it.
void Updates::finish_adapter() {
    Comparison& comparison = replay_.comparisons.emplace_back(final_adapter);
    const auto expected = read_adapter_tensors(run_.folder / final_adapter);
    if (!expected.ok()) return comparison.fail(expected.error().message);
    const TensorMap own = model().adapter_tensors();
    for (const auto& [name, values] : *expected)
        if (const auto found = own.find(name); found != own.end())
            comparison.close(name, found->second, values, probe_tolerance);
        else
            comparison.fail("there is no tensor " + name);
    if (own.size() != expected->size()) comparison.fail("there are other tensors besides");
    const at::NoGradGuard no_gradient;
    const TensorMap probe = read_tensors(run_, "probe.safetensors");
    const at::Tensor& ids = tensor(probe, "probe.input_ids");
    const at::Tensor apart = model().logits(model().hidden_states(ids));
    model().merge_adapter();
    compare_logits(run_, model(), "merged", "probe.logits_merged", probe_tolerance, replay_);
    replay_.comparisons.back().close("merged and not", model().logits(model().hidden_states(ids)),
                                     apart, logits_tolerance);
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
