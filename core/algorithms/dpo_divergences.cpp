// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <numbers>

#include "algorithms/dpo_terms.h"
#include "base/check.h"

namespace plumb {
namespace {

// Below this the alpha divergence is reverse KL to the last digit of float32.
constexpr double alpha_near_one = 1e-6;

// exp(80) is about 5e34, which leaves float32 room for sums and products.
constexpr double largest_exponent = 80.0;

/// exp(x) - 1, exact for small x too: an alpha near 1 divides it by a small number.
at::Tensor bounded_expm1(const at::Tensor& x) { return x.clamp_max(largest_exponent).expm1(); }

}  // namespace

at::Tensor bounded_exp(const at::Tensor& x) { return x.clamp_max(largest_exponent).exp(); }

at::Tensor divergence_scores(const at::Tensor& logratios, const DpoLossConfig& config) {
    switch (config.f_divergence) {
        case FDivergence::reverse_kl: return logratios;
        case FDivergence::forward_kl: return -bounded_expm1(-logratios);
        case FDivergence::js_divergence: return std::numbers::ln2 + at::log_sigmoid(logratios);
        case FDivergence::alpha_divergence: {
            const double power = config.f_alpha_divergence_coef - 1.0;
            if (std::abs(power) < alpha_near_one) return logratios;
            return bounded_expm1(power * logratios) / power;
        }
    }
    PLUMB_CHECK(false, "unknown divergence");
}

}  // namespace plumb
