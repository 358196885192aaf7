// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/ppo_update.h"

#include <algorithm>
#include <utility>

namespace plumb {
namespace {

/// The rows of these numbers, on the grid of the whole experience.
PpoRows pick_rows(const std::vector<TokenIds>& prompts, const std::vector<TokenIds>& completions,
                  std::span<const std::int64_t> numbers, std::int64_t width) {
    std::vector<TokenIds> some_prompts, some_completions;
    for (const std::int64_t number : numbers) {
        some_prompts.push_back(prompts[static_cast<std::size_t>(number)]);
        some_completions.push_back(completions[static_cast<std::size_t>(number)]);
    }
    return make_ppo_rows(some_prompts, some_completions, width);
}

}  // namespace

Result<PpoExperience> make_experience(PpoSamples samples, const PpoModels& models,
                                      const PpoConfig& config, double temperature,
                                      std::int64_t width, std::int64_t rows_at_once,
                                      const std::stop_token& stop, bool keep_graph) {
    const at::NoGradGuard no_gradient;
    PpoExperience experience;
    const auto count = static_cast<std::int64_t>(samples.prompts.size());
    std::vector<at::Tensor> reference, values;
    for (std::int64_t first = 0; first < count; first += rows_at_once) {
        if (stop.stop_requested()) return cancelled();
        std::vector<std::int64_t> numbers;
        for (std::int64_t i = first; i < std::min(count, first + rows_at_once); ++i)
            numbers.push_back(i);
        const PpoRows rows = pick_rows(samples.prompts, samples.completions, numbers, width);
        reference.push_back(
            ppo_logprobs(models.reference, rows, temperature, models.suppressed_ids).logprobs);
        const at::AutoGradMode graph(keep_graph);
        values.push_back(ppo_values(models.value, rows));
    }
    experience.rollout.ref_logprobs = at::cat(reference);
    if (keep_graph) {
        const at::AutoGradMode graph(true);
        experience.differentiable_values = at::cat(values);
        experience.rollout.values = experience.differentiable_values.detach();
    } else {
        experience.rollout.values = at::cat(values);
    }
    const at::Device device = experience.rollout.values.device();
    experience.rollout.logprobs = widened(samples.logprobs, width).to(device);
    experience.rollout.scores = samples.scores.to(device);
    experience.rollout.lengths = samples.lengths.to(device);
    experience.rollout.ended = samples.ended.to(device);
    experience.prompts = std::move(samples.prompts);
    experience.completions = std::move(samples.completions);
    experience.targets = ppo_targets(experience.rollout, config);
    return experience;
}

Result<PpoUpdateResult> update_on_rows(PpoExperience& experience,
                                       std::span<const std::int64_t> rows, const PpoModels& models,
                                       AdamW& policy_optimizer, AdamW& value_optimizer,
                                       const PpoConfig& config, double temperature,
                                       double learning_rate, double max_grad_norm,
                                       std::int64_t rows_at_once, const std::stop_token& stop) {
    const auto at_once = static_cast<std::size_t>(rows_at_once);
    const std::size_t parts = (rows.size() + at_once - 1) / at_once;
    MetricMeans means;
    std::vector<at::Tensor> log_ratios, clipped;
    at::Tensor known_values = std::exchange(experience.differentiable_values, {});
    if (parts > 1 || rows.size() != experience.prompts.size()) known_values.reset();
    const auto backward = [&](const LossResult& result) {
        const at::Tensor share = result.loss / static_cast<double>(parts);
        share.backward();
        means.add_loss(share.item<double>());
        means.add(result.metrics);
    };
    for (std::size_t first = 0; first < rows.size(); first += at_once) {
        if (stop.stop_requested()) return cancelled();
        const auto numbers = rows.subspan(first, std::min(at_once, rows.size() - first));
        const PpoRows part = pick_rows(experience.prompts, experience.completions, numbers,
                                       experience.rollout.logprobs.size(1));
        const at::Tensor index =
            at::tensor(std::vector<std::int64_t>(numbers.begin(), numbers.end()), at::kLong)
                .to(experience.rollout.logprobs.device());
        PpoBatch batch = ppo_rows(experience.rollout, experience.targets, index);
        batch.values = known_values.defined() ? known_values.index_select(0, index)
                                              : ppo_values(models.value, part);
        known_values.reset();
        backward(ppo_value_loss(batch, config));
        batch.values.reset();

        const TokenLogprobs tokens =
            ppo_logprobs(models.policy, part, temperature, models.suppressed_ids);
        batch.logprobs = tokens.logprobs;
        batch.entropy = tokens.entropy.detach();
        batch.entropy_mask = widened(completion_token_mask(part.batch), part.width);
        const LossResult result = ppo_policy_loss(batch, config);
        backward(result);
        log_ratios.push_back(result.ratios.log_ratio);
        clipped.push_back(result.ratios.clipped);
    }
    PpoUpdateResult update;
    update.metrics = means.result();
    update.ratios = {at::cat(log_ratios), at::cat(clipped)};
    update.grad_norm =
        apply_update({{models.policy, policy_optimizer}, {models.value, value_optimizer, "value."}},
                     learning_rate, max_grad_norm);
    return update;
}

}  // namespace plumb
