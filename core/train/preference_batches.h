// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "algorithms/dpo.h"
#include "algorithms/reward.h"
#include "base/result.h"
#include "config/settings.h"
#include "data/preferences.h"
#include "train/batches.h"
#include "train/update.h"

namespace plumb {

/// B pairs as 2B rows, the chosen ones first, then the rejected ones in the same order.
struct PreferenceBatch {
    CompletionBatch rows;
    std::vector<TokenIds> texts;  ///< [2B]: prompt and completion
    at::Tensor margin;            ///< [B] float32; undefined where no pair has one
};
PreferenceBatch make_preference_batch(std::span<const PreferenceRow> pairs);

/// What a reference says of a batch. No gradients.
struct ReferenceLogps {
    at::Tensor sums;    ///< [2B], of whole completions, as the DPO losses take them
    at::Tensor tokens;  ///< [2B, width], at the temperature that was asked for
};
ReferenceLogps reference_token_logps(const Decoder& reference, const PreferenceBatch& batch,
                                     const DpoLossConfig& config, double temperature,
                                     const std::vector<std::int64_t>& suppressed_ids);
/// Their sums alone, [2B].
at::Tensor reference_logps(const Decoder& reference, const PreferenceBatch& batch,
                           const DpoLossConfig& config,
                           const std::vector<std::int64_t>& suppressed_ids);
/// The same of all pairs, [pairs, 2] (chosen, rejected), at most rows_at_once pairs at a time.
Result<at::Tensor> all_reference_logps(const Decoder& reference,
                                       std::span<const PreferenceRow> pairs,
                                       const DpoLossConfig& config,
                                       const std::vector<std::int64_t>& suppressed_ids,
                                       std::int64_t rows_at_once, const std::stop_token& stop);

/// Loss and metrics of a DPO micro-batch; the graph is built where gradients are on.
/// ref_logps [2B].
LossResult dpo_result(const Decoder& model, const PreferenceBatch& batch,
                      const at::Tensor& ref_logps, const DpoLossConfig& config,
                      const std::vector<std::int64_t>& suppressed_ids);
/// Forward and backward of one DPO micro-batch; its share of the update is 1 / accumulation.
void accumulate_dpo(Decoder& model, const PreferenceBatch& batch, const at::Tensor& ref_logps,
                    const DpoLossConfig& config, const std::vector<std::int64_t>& suppressed_ids,
                    std::int64_t accumulation, MetricMeans& means);

/// Scores of the rows, [2B] (see text_scores). model has a score head.
at::Tensor preference_scores(const Decoder& model, const PreferenceBatch& batch);
/// The same of all pairs, on the CPU: [2, pairs] (chosen, rejected), at most rows_at_once pairs at
/// a time. Precondition: there are some.
Result<at::Tensor> all_preference_scores(const Decoder& model, std::span<const PreferenceRow> pairs,
                                         std::int64_t rows_at_once, const std::stop_token& stop);
/// Forward and backward of a reward model's micro-batch; its share as above.
void accumulate_reward(Decoder& model, const PreferenceBatch& batch, const RewardLossConfig& config,
                       std::int64_t accumulation, MetricMeans& means);

/// The settings as the loss functions take them; validated settings only.
DpoLossConfig dpo_loss_config(const Settings& settings);

}  // namespace plumb
