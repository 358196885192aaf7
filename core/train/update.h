// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/grpo.h"
#include "algorithms/rloo.h"
#include "algorithms/sft.h"
#include "base/result.h"
#include "config/settings.h"
#include "store/records.h"
#include "train/batches.h"
#include "train/non_finite.h"
#include "train/optimizer.h"

namespace plumb {

/// Collects the metrics of the micro-batches of one update: losses add up, the rest is averaged.
class MetricMeans {
public:
    void add_loss(double loss) { loss_ += loss; }
    void add(const std::map<std::string, double>& metrics);
    Metrics result() const;

private:
    double loss_ = 0;
    std::map<std::string, std::pair<double, std::int64_t>> sums_;
};

/// Forward and backward of one supervised micro-batch; adds to the model's gradients.
/// num_items: labels of the whole accumulation window.
void accumulate_sft(Decoder& model, const LabelledBatch& batch, double num_items, SftLossType type,
                    MetricMeans& means);

/// A micro-batch of a GRPO rollout with what its loss needs. [B, width] where not said otherwise.
struct RolloutSlice {
    CompletionBatch batch;
    at::Tensor mask;          ///< float32; 0 also for completions that are left out as truncated
    at::Tensor advantages;    ///< [B]
    at::Tensor old_logprobs;  ///< undefined until the policy first differs from the sampling one
    at::Tensor ref_logprobs;  ///< undefined where beta = 0
    TokenRatios ratios = {};  ///< of the last pass over it; no part of a checkpoint
};

struct GrpoUpdateOptions {
    GrpoLossConfig loss;
    double temperature = 1.0;
    std::vector<std::int64_t> suppressed_ids;
    double num_items = -1;  ///< see GrpoBatch
    std::int64_t accumulation = 1;
    std::int64_t max_completion_length = 0;
};

/// Forward and backward of one GRPO micro-batch; adds to the model's gradients. Where old_logprobs
/// is undefined the policy has not changed since it sampled: the ratio is 1, and the slice keeps
/// these log-probabilities for a later pass over it.
void accumulate_grpo(Decoder& model, RolloutSlice& slice, const GrpoUpdateOptions& options,
                     MetricMeans& means);

/// The same of an RLOO micro-batch; its share of the update is 1 / accumulation.
void accumulate_rloo(Decoder& model, RolloutSlice& slice, const RlooConfig& config,
                     const GrpoUpdateOptions& options, MetricMeans& means);

/// A model that is trained, with its optimiser.
struct ModelUpdate {
    Decoder& model;
    AdamW& optimizer;
    std::string prefix = "";  ///< before the names of its parameters
};

/// Clips the gradients of all models by their common norm, updates the parameters and clears the
/// gradients for the next update. A non-finite norm leaves the parameters as they are.
GradientNorm apply_update(const std::vector<ModelUpdate>& models, double learning_rate,
                          double max_grad_norm);
inline GradientNorm apply_update(Decoder& model, AdamW& optimizer, double learning_rate,
                                 double max_grad_norm) {
    return apply_update({{model, optimizer}}, learning_rate, max_grad_norm);
}

/// The names of the YAML settings as the loss functions' enumerations; validated settings only.
GrpoLossConfig grpo_loss_config(const Settings& settings);
SftLossType sft_loss_type(const Settings& settings);
AdamWOptions adamw_options(const Settings& settings);

}  // namespace plumb
