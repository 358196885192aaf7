// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "algorithms/loss.h"
#include "base/result.h"

namespace plumb {

/// Losses on preference pairs, by TRL's names. What each is stands with its formula in
/// docs/algorithms.md.
enum class DpoLossType {
    sigmoid,
    robust,
    hinge,
    ipo,
    sigmoid_norm,
    exo_pair,
    nca_pair,
    bco_pair,
    sppo_hard,
    aot,
    aot_unpaired,
    apo_zero,
    apo_down,
    discopop,
    sft,
};

/// What measures the distance to the reference (Wang et al. 2024, Beyond Reverse KL).
enum class FDivergence { reverse_kl, forward_kl, js_divergence, alpha_divergence };

struct DpoLossConfig {
    /// Summed with loss_weights. {sigmoid, sft} with a weight on sft is RPO.
    std::vector<DpoLossType> loss_types = {DpoLossType::sigmoid};
    std::vector<double> loss_weights;  ///< as many as loss_types; empty: 1 each
    double beta = 0.1;                 ///< how strongly the reference holds; tau in ipo
    /// robust: share of labels thought to be flipped, in [0, 0.5); exo_pair: in (0, 0.5), about
    /// 1e-3; aot, aot_unpaired: in [0, 0.5]. The other types do not use it.
    double label_smoothing = 0.0;
    FDivergence f_divergence = FDivergence::reverse_kl;
    double f_alpha_divergence_coef = 0.5;  ///< a of the alpha divergence; at 1 it is reverse KL
    /// Weight in [0, 1] of the tokens by which one side of a pair is longer than the other
    /// (LD-DPO); empty: 1.
    std::optional<double> ld_alpha;
    bool use_weighting = false;  ///< WPO: pairs count by how likely the policy is to write them
    double discopop_tau = 0.05;
};

std::string_view dpo_loss_name(DpoLossType type);
std::optional<DpoLossType> dpo_loss_type(std::string_view name);
/// Every name, in the order of the enumeration.
const std::vector<std::string>& dpo_loss_names();
std::string_view f_divergence_name(FDivergence divergence);
std::optional<FDivergence> f_divergence(std::string_view name);
const std::vector<std::string>& f_divergence_names();

/// Whether the options go together; the error names the setting and the remedy.
Status check_dpo_config(const DpoLossConfig& config);

/// One micro-batch of B pairs in 2B rows, the chosen ones first, then the rejected ones in the
/// same order. [2B, T] each unless said. Numbers off the mask are ignored but must be finite.
struct DpoBatch {
    at::Tensor logprobs;   ///< of the policy, with gradient
    at::Tensor mask;       ///< 1 on completion tokens, of logprobs' dtype; at least one a row
    at::Tensor ref_logps;  ///< [2B]: sequence_logps() of the reference
    /// Of wpo_log_weights(), [2B]; needed with use_weighting.
    at::Tensor log_weights;
    // For metrics alone; where undefined, their metrics are left out.
    at::Tensor entropy;      ///< of the policy's distributions
    at::Tensor is_argmax;    ///< bool: the token was the policy's first choice
    at::Tensor mean_logits;  ///< the policy's logits, averaged over the vocabulary
};

/// Log-probability of each completion, [2B]: the sum over its tokens, where tokens after the first
/// min(|chosen|, |rejected|) of a pair count ld_alpha times (Liu et al. 2024, LD-DPO). For
/// the reference it is fixed by the rows and ld_alpha, so it may be computed once for all epochs.
at::Tensor sequence_logps(const at::Tensor& logprobs, const at::Tensor& mask,
                          std::optional<double> ld_alpha);

/// Logarithms of WPO's weights of the completions, [2B]: the mean over tokens of
/// log p - log sum_v p_v^2 (Zhou et al. 2024, WPO, eq. 2 ff.). log_collision [2B, T] is
/// log_collision_probability() at the same positions. No gradient.
at::Tensor wpo_log_weights(const at::Tensor& logprobs, const at::Tensor& log_collision,
                           const at::Tensor& mask);

/// Direct preference optimisation (Rafailov et al. 2023) and its relatives, as TRL 1.16
/// DPOTrainer: the weighted sum of the losses, each a mean over pairs. Options that
/// check_dpo_config() refuses are a broken invariant.
/// Metrics: rewards/chosen, rewards/rejected (beta times the log-ratio to the reference),
/// rewards/margins, rewards/accuracies (share of pairs with a positive margin), logps/chosen,
/// logps/rejected, all means over pairs; logits/chosen, logits/rejected, entropy (both sides) and
/// mean_token_accuracy (chosen alone), means over tokens; loss/<name> of each loss where there are
/// several, before its weight.
LossResult dpo_loss(const DpoBatch& batch, const DpoLossConfig& config);

}  // namespace plumb
