// SPDX-License-Identifier: GPL-3.0-or-later
#include "algorithms/dpo.h"

#include "algorithms/dpo_terms.h"
#include "algorithms/reductions.h"
#include "base/check.h"

namespace plumb {
namespace {

/// The halves of a batch, or of one value a row.
at::Tensor chosen_of(const at::Tensor& rows) { return rows.narrow(0, 0, rows.size(0) / 2); }
at::Tensor rejected_of(const at::Tensor& rows) {
    return rows.narrow(0, rows.size(0) / 2, rows.size(0) / 2);
}

/// 1 on the completion tokens, ld_alpha on those that the pair's shorter side has no match for.
at::Tensor token_weights(const at::Tensor& mask, double ld_alpha) {
    const at::Tensor lengths = mask.sum(1, true);  // [2B, 1]
    const at::Tensor shared = at::min(chosen_of(lengths), rejected_of(lengths)).repeat({2, 1});
    return mask *
           at::where(mask.cumsum(1) <= shared, at::ones_like(mask), at::full_like(mask, ld_alpha));
}

PairTerms pair_terms(const DpoBatch& batch, const at::Tensor& logps, const DpoLossConfig& config) {
    const at::Tensor logratios = logps - batch.ref_logps;
    const at::Tensor scores = divergence_scores(logratios, config);
    const at::Tensor lengths = batch.mask.sum(1).clamp_min(1);
    PairTerms terms;
    terms.chosen_logratios = chosen_of(logratios);
    terms.rejected_logratios = rejected_of(logratios);
    terms.chosen_scores = chosen_of(scores);
    terms.rejected_scores = rejected_of(scores);
    terms.chosen_lengths = chosen_of(lengths);
    terms.rejected_lengths = rejected_of(lengths);
    terms.policy_margins = chosen_of(logps) - rejected_of(logps);
    terms.ref_margins = chosen_of(batch.ref_logps) - rejected_of(batch.ref_logps);
    terms.chosen_nll = -masked_mean(chosen_of(batch.logprobs), chosen_of(batch.mask));
    return terms;
}

double number(const at::Tensor& scalar) { return scalar.item<double>(); }

void add_pair_metrics(const PairTerms& terms, const at::Tensor& logps, double beta,
                      std::map<std::string, double>& metrics) {
    const at::Tensor chosen = beta * terms.chosen_logratios.detach();
    const at::Tensor rejected = beta * terms.rejected_logratios.detach();
    metrics["rewards/chosen"] = number(chosen.mean());
    metrics["rewards/rejected"] = number(rejected.mean());
    metrics["rewards/margins"] = number((chosen - rejected).mean());
    metrics["rewards/accuracies"] = number((chosen > rejected).to(chosen.scalar_type()).mean());
    metrics["logps/chosen"] = number(chosen_of(logps).mean());
    metrics["logps/rejected"] = number(rejected_of(logps).mean());
}

void add_token_metrics(const DpoBatch& batch, std::map<std::string, double>& metrics) {
    const at::Tensor chosen_mask = chosen_of(batch.mask), rejected_mask = rejected_of(batch.mask);
    if (batch.entropy.defined())
        metrics["entropy"] = number(masked_mean(batch.entropy.detach(), batch.mask));
    if (batch.is_argmax.defined())
        metrics["mean_token_accuracy"] = number(
            masked_mean(chosen_of(batch.is_argmax).to(chosen_mask.scalar_type()), chosen_mask));
    if (batch.mean_logits.defined()) {
        const at::Tensor logits = batch.mean_logits.detach();
        metrics["logits/chosen"] = number(masked_mean(chosen_of(logits), chosen_mask));
        metrics["logits/rejected"] = number(masked_mean(rejected_of(logits), rejected_mask));
    }
}

}  // namespace

at::Tensor sequence_logps(const at::Tensor& logprobs, const at::Tensor& mask,
                          std::optional<double> ld_alpha) {
    PLUMB_CHECK(logprobs.dim() == 2 && logprobs.sizes() == mask.sizes() && mask.size(0) % 2 == 0,
                "log-probabilities and mask [2B, T] expected");
    return (logprobs * (ld_alpha ? token_weights(mask, *ld_alpha) : mask)).sum(1);
}

at::Tensor wpo_log_weights(const at::Tensor& logprobs, const at::Tensor& log_collision,
                           const at::Tensor& mask) {
    return masked_row_mean(logprobs.detach() - log_collision.detach(), mask);
}

LossResult dpo_loss(const DpoBatch& batch, const DpoLossConfig& config) {
    if (const Status status = check_dpo_config(config); !status.ok())
        PLUMB_CHECK(false, status.error().message);
    const at::Tensor logps = sequence_logps(batch.logprobs, batch.mask, config.ld_alpha);
    PLUMB_CHECK(batch.ref_logps.sizes() == logps.sizes(),
                "reference log-probabilities [2B] expected");
    const PairTerms terms = pair_terms(batch, logps, config);

    at::Tensor weights;  // [B]
    if (config.use_weighting) {
        PLUMB_CHECK(batch.log_weights.defined(), "use_weighting needs wpo_log_weights()");
        weights = (chosen_of(batch.log_weights) + rejected_of(batch.log_weights)).exp();
    }

    LossResult result;
    const std::size_t count = config.loss_types.size();
    for (std::size_t k = 0; k < count; ++k) {
        at::Tensor losses = pair_losses(config.loss_types[k], terms, config);
        if (weights.defined()) losses = losses * weights;
        const at::Tensor loss = losses.mean();
        if (count > 1)
            result.metrics["loss/" + std::string(dpo_loss_name(config.loss_types[k]))] =
                number(loss);
        const at::Tensor part = config.loss_weights.empty() ? loss : config.loss_weights[k] * loss;
        result.loss = k == 0 ? part : result.loss + part;
    }
    add_pair_metrics(terms, logps.detach(), config.beta, result.metrics);
    add_token_metrics(batch, result.metrics);
    return result;
}

}  // namespace plumb
