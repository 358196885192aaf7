// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

namespace plumb {

// Coefficients that follow what the last step measured. Each is a value with a pure update, so that
// a checkpoint holds it as a number.

/// How the price of KL follows the KL that was measured.
struct AdaptiveKl {
    double target = 6.0;       ///< nats of a sequence, the unit of objective/kl
    double horizon = 10000.0;  ///< episodes; a larger one changes the price more slowly
};

/// kl_coef of PPO: fixed, or kept near a target KL by the proportional controller of Ziegler et al.
/// 2019 (Fine-Tuning Language Models from Human Preferences, section 2.2):
/// e = clip(KL / target - 1, -0.2, 0.2); coef <- coef (1 + e episodes / horizon).
struct KlController {
    double coef = 0.05;
    std::optional<AdaptiveKl> adaptive;  ///< without it coef stays
};

/// The controller after a step of that many episodes with a mean sequence KL of observed_kl. A KL
/// that is not finite changes nothing.
KlController updated(KlController controller, double observed_kl, double episodes);

/// GRPO's entropy bonus that switches on where the policy becomes too certain (Skywork-OR1; TRL
/// 1.16 use_adaptive_entropy): the coefficient grows by delta after a step whose entropy was at
/// most the target and shrinks by delta after any other.
struct EntropyController {
    double coef = 0.0;
    double min = 0.0, max = 1.0, delta = 0.005;
    double target = 0.2;  ///< nats a token
};

EntropyController updated(EntropyController controller, double entropy);
/// What entropy_coef is to be for a step after one with that entropy: the bonus is paid only up to
/// the target. Before the first step there is none (TRL): infinity.
double applied_coef(const EntropyController& controller, double entropy);

}  // namespace plumb
