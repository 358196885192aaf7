// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/ppo_batch.h"

#include <algorithm>

namespace plumb {
namespace {

std::int64_t size_of(const TokenIds& row) { return static_cast<std::int64_t>(row.size()); }

}  // namespace

at::Tensor widened(const at::Tensor& values, std::int64_t width) {
    return at::constant_pad_nd(values, {0, width - values.size(1)});
}

PpoRows make_ppo_rows(const std::vector<TokenIds>& prompts,
                      const std::vector<TokenIds>& completions, std::int64_t width) {
    PpoRows rows;
    rows.batch = make_completion_batch(prompts, completions);
    rows.width = width;
    std::vector<std::int64_t> positions, slots;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto row = static_cast<std::int64_t>(i);
        const std::int64_t last = std::min(size_of(completions[i]), width - 1);
        for (std::int64_t t = 0; t <= last; ++t) {
            positions.push_back(rows.batch.places[i].after(t));
            slots.push_back(row * width + t);
        }
    }
    const auto options = at::TensorOptions().dtype(at::kLong);
    rows.value_positions = at::tensor(positions, options);
    rows.value_slots = at::tensor(slots, options);
    return rows;
}

std::int64_t ppo_width(const std::vector<TokenIds>& completions, std::int64_t limit) {
    std::int64_t longest = 0;
    for (const TokenIds& completion : completions) longest = std::max(longest, size_of(completion));
    return std::max(longest, std::min(longest + 1, limit));
}

TokenLogprobs ppo_logprobs(const Decoder& policy, const PpoRows& rows, double temperature,
                           const std::vector<std::int64_t>& suppressed_ids) {
    const TokenLogprobs tokens =
        completion_logprobs(policy, rows.batch, temperature, suppressed_ids);
    return {widened(tokens.logprobs, rows.width), widened(tokens.entropy, rows.width)};
}

at::Tensor ppo_values(const Decoder& value, const PpoRows& rows) {
    const at::Tensor scores =
        value.scores(hidden_at(value, rows.batch.sequences, rows.value_positions,
                               static_cast<double>(rows.batch.tokens)));  // [M]
    return at_slots(scores, rows.value_slots, rows.batch.rows, rows.width);
}

PpoConfig ppo_config(const Settings& settings, double kl_coef) {
    PpoConfig config;
    config.kl_coef = kl_coef;
    config.kl_estimator = settings.kl_estimator == "k3" ? KlEstimator::k3 : KlEstimator::k1;
    config.gamma = settings.gamma;
    config.lam = settings.lam;
    config.whiten_rewards = settings.whiten_rewards;
    config.missing_eos_penalty = settings.missing_eos_penalty;
    config.cliprange = settings.cliprange;
    config.cliprange_value = settings.cliprange_value;
    config.vf_coef = settings.vf_coef;
    return config;
}

}  // namespace plumb
