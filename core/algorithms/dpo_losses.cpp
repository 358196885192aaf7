// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include "algorithms/dpo_terms.h"
#include "base/check.h"

namespace plumb {
namespace {

using at::log_sigmoid;

/// -(1 - eps) log sigmoid(x) - eps log sigmoid(-x)
at::Tensor smoothed(const at::Tensor& x, double eps) {
    return -(1.0 - eps) * log_sigmoid(x) - eps * log_sigmoid(-x);
}

/// KL of (q, 1 - q) with q = sigmoid(x) from the labels (1 - eps, eps) (Ji et al. 2024, EXO, eq.
/// 16).
at::Tensor exo(const at::Tensor& x, double eps) {
    const at::Tensor log_q = log_sigmoid(x), log_rest = log_sigmoid(-x);
    return log_q.exp() * (log_q - std::log(1.0 - eps)) +
           log_rest.exp() * (log_rest - std::log(eps));
}

/// Quantile against quantile in place of pair against pair (Melnyk et al. 2024, AOT).
at::Tensor sorted_difference(const at::Tensor& higher, const at::Tensor& lower) {
    return std::get<0>(higher.sort(0)) - std::get<0>(lower.sort(0));
}

}  // namespace

bool supports_divergences(DpoLossType type) {
    switch (type) {
        case DpoLossType::sigmoid:
        case DpoLossType::robust:
        case DpoLossType::hinge:
        case DpoLossType::ipo:
        case DpoLossType::sigmoid_norm:
        case DpoLossType::exo_pair:
        case DpoLossType::discopop:
        case DpoLossType::sft: return true;
        case DpoLossType::nca_pair:
        case DpoLossType::bco_pair:
        case DpoLossType::sppo_hard:
        case DpoLossType::aot:
        case DpoLossType::aot_unpaired:
        case DpoLossType::apo_zero:
        case DpoLossType::apo_down: return false;
    }
    PLUMB_CHECK(false, "unknown loss type");
}

at::Tensor pair_losses(DpoLossType type, const PairTerms& terms, const DpoLossConfig& config) {
    const double beta = config.beta, eps = config.label_smoothing;
    const at::Tensor& chosen = terms.chosen_logratios;
    const at::Tensor& rejected = terms.rejected_logratios;
    const auto lead = [&] { return beta * (terms.chosen_scores - terms.rejected_scores); };
    const auto mean_lead = [&] {  // of scores a token
        return terms.chosen_scores / terms.chosen_lengths -
               terms.rejected_scores / terms.rejected_lengths;
    };
    switch (type) {
        case DpoLossType::sigmoid: return -log_sigmoid(lead());
        case DpoLossType::robust: {
            const at::Tensor x = lead();
            return (-(1.0 - eps) * log_sigmoid(x) + eps * log_sigmoid(-x)) / (1.0 - 2.0 * eps);
        }
        case DpoLossType::hinge: return at::relu(1.0 - lead());
        case DpoLossType::ipo: return (mean_lead() - 1.0 / (2.0 * beta)).square();
        case DpoLossType::sigmoid_norm: return -log_sigmoid(beta * mean_lead());
        case DpoLossType::exo_pair: return exo(lead(), eps);
        case DpoLossType::nca_pair:
            return -log_sigmoid(beta * chosen) - 0.5 * log_sigmoid(-beta * chosen) -
                   0.5 * log_sigmoid(-beta * rejected);
        case DpoLossType::bco_pair:
            return -log_sigmoid(beta * chosen) - log_sigmoid(-beta * rejected);
        case DpoLossType::sppo_hard:
            return (chosen - 0.5 / beta).square() + (rejected + 0.5 / beta).square();
        case DpoLossType::aot:
            return smoothed(beta * sorted_difference(terms.policy_margins, terms.ref_margins), eps);
        case DpoLossType::aot_unpaired:
            return smoothed(beta * sorted_difference(chosen, rejected), eps);
        case DpoLossType::apo_zero:
            return 1.0 - at::sigmoid(beta * chosen) + at::sigmoid(beta * rejected);
        case DpoLossType::apo_down:
            return at::sigmoid(beta * chosen) + 1.0 - at::sigmoid(beta * (chosen - rejected));
        case DpoLossType::discopop: {
            const at::Tensor x = lead();
            const at::Tensor mix = at::sigmoid(x / config.discopop_tau);
            return -(1.0 - mix) * log_sigmoid(x) + mix * bounded_exp(-x);
        }
        case DpoLossType::sft: return terms.chosen_nll.expand_as(chosen);
    }
    PLUMB_CHECK(false, "unknown loss type");
}

}  // namespace plumb
