// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace plumb {

/// The variants that claims are judged by. Those of a sweep are followed by the value:
/// "PPO, kl_coef 0.1".
namespace claim_variants {
inline constexpr std::string_view ppo = "PPO", dpo = "DPO", grpo = "GRPO";  ///< reviews, one budget
inline constexpr std::string_view ppo_sums = "PPO, sums", dpo_sums = "DPO, sums",
                                  grpo_sums = "GRPO, sums";  ///< arithmetic, one budget
inline constexpr std::string_view ppo_once = "PPO, one pass", grpo_once = "GRPO, one pass";
inline constexpr std::string_view dpo_fresh = "DPO, fresh pairs";
inline constexpr std::string_view dpo_few = "DPO, few prompts";
inline constexpr std::string_view ppo_sweep = "PPO, kl_coef ", dpo_sweep = "DPO, dpo_beta ",
                                  grpo_sweep = "GRPO, beta ";
}  // namespace claim_variants

}  // namespace plumb
