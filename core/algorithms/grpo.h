// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "algorithms/kl.h"
#include "algorithms/loss.h"

namespace plumb {

enum class GrpoLossType { grpo, bnpo, dr_grpo, dapo, cispo, sapo, vespo, luspo };
enum class ImportanceSampling { token, sequence };

struct GrpoLossConfig {
    GrpoLossType loss_type = GrpoLossType::dapo;
    ImportanceSampling importance_sampling = ImportanceSampling::token;
    double epsilon = 0.2;
    double epsilon_high = 0.2;
    std::optional<double> delta;
    double beta = 0.0;
    bool use_bias_correction_kl = true;
    double top_entropy_quantile = 1.0;
    double entropy_coef = 0.0;
    bool report_policy_loss = false;  ///< also where the bonus is 0, for one that comes and goes
    std::optional<double> off_policy_mask_threshold;
    double sapo_temperature_pos = 1.0, sapo_temperature_neg = 1.05;
    double vespo_k_pos = 2.0, vespo_lambda_pos = 3.0, vespo_k_neg = 3.0, vespo_lambda_neg = 2.0;
};

/// One micro-batch of completions, [B, T] each unless said. Values off the mask are ignored.
struct GrpoBatch {
    at::Tensor logprobs;  ///< of the policy, with gradient
    at::Tensor entropy;   ///< of the policy's distribution; with gradient where entropy_coef > 0
    at::Tensor old_logprobs;  ///< of the policy that sampled; undefined: detach(logprobs), ratio 1
    at::Tensor ref_logprobs;  ///< of the reference; needed where beta > 0
    at::Tensor mask;          ///< 0 and 1, of logprobs' dtype
    at::Tensor advantages;    ///< [B]
    /// dapo, cispo, vespo: tokens of the generation batch * accumulation / steps_per_generation
    /// (TRL's num_items_in_batch); below 0: this batch's own tokens times accumulation.
    double num_items = -1;
    std::int64_t accumulation = 1;           ///< micro-batches per update
    std::int64_t max_completion_length = 0;  ///< dr_grpo divides by it
};

/// The GRPO family of losses (DeepSeekMath; DAPO; Dr. GRPO; GSPO; CISPO; SAPO; VESPO; LUSPO), as in
/// TRL 1.16 GRPOTrainer._compute_loss. Metrics: entropy, kl (beta > 0), clip_ratio/*, and those of
/// the loss type; policy_loss and entropy_coef with an entropy bonus.
LossResult grpo_loss(const GrpoBatch& batch, const GrpoLossConfig& config);

}  // namespace plumb
