// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> ppo_fields() {
    return {
        {.key = "kl_coef",
         .member = &Settings::kl_coef,
         .label = "KL price",
         .help = "What each nat of KL to the reference costs, taken off the reward token by token. "
                 "Too low and the reward model is exploited, too high and nothing is learnt.",
         .minimum = 0,
         .live = true,
         .trl_name = "kl_coef"},
        {.key = "kl_estimator",
         .member = &Settings::kl_estimator,
         .label = "KL estimator",
         .help =
             "k1 is the plain difference of log-probabilities; k3 never is negative and spreads "
             "less.",
         .choices = {"k1", "k3"},
         .advanced = true,
         .trl_name = "kl_estimator"},
        {.key = "kl_target",
         .member = &Settings::kl_target,
         .label = "KL wanted",
         .help =
             "The KL of a whole completion that kl_coef is steered to, rising while the measured "
             "one is above and falling while it is below; null keeps kl_coef as it is.",
         .unit = "nats",
         .minimum = 0,
         .minimum_excluded = true,
         .advanced = true},
        {.key = "kl_horizon",
         .member = &Settings::kl_horizon,
         .label = "KL horizon",
         .help = "How slowly kl_coef follows kl_target: it changes by at most a fifth in this many "
                 "completions.",
         .unit = "completions",
         .minimum = 1,
         .advanced = true},
        {.key = "num_ppo_epochs",
         .member = &Settings::num_ppo_epochs,
         .label = "Passes over a rollout",
         .help = "How often each rollout is trained on. More gets more out of each sample, until "
                 "clipping holds most of it back.",
         .unit = "passes",
         .minimum = 1,
         .maximum = 1000,
         .trl_name = "num_ppo_epochs"},
        {.key = "num_mini_batches",
         .member = &Settings::num_mini_batches,
         .label = "Minibatches",
         .help = "Into how many updates a pass over a rollout is cut, its rows in a new order in "
                 "every pass.",
         .unit = "minibatches",
         .minimum = 1,
         .maximum = 1 << 20,
         .trl_name = "num_mini_batches"},
        {.key = "cliprange",
         .member = &Settings::cliprange,
         .label = "Clip range",
         .help = "How far the probability ratio may go from 1 before its gradient is cut.",
         .minimum = 0,
         .live = true,
         .trl_name = "cliprange"},
        {.key = "cliprange_value",
         .member = &Settings::cliprange_value,
         .label = "Clip range of values",
         .help = "How far a value may move from the rollout's before its gradient is cut.",
         .minimum = 0,
         .live = true,
         .advanced = true,
         .trl_name = "cliprange_value"},
        {.key = "vf_coef",
         .member = &Settings::vf_coef,
         .label = "Weight of the value loss",
         .help = "Weight of the value model's loss beside the policy's.",
         .minimum = 0,
         .live = true,
         .trl_name = "vf_coef"},
        {.key = "gamma",
         .member = &Settings::gamma,
         .label = "Discount",
         .help =
             "What a reward one token later is worth; 1 for rewards at the end of a completion.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true,
         .trl_name = "gamma"},
        {.key = "lam",
         .member = &Settings::lam,
         .label = "Lambda",
         .help = "How far advantages look ahead before they trust the value model: 1 waits for the "
                 "reward itself, 0 for the next value.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true,
         .trl_name = "lam"},
        {.key = "whiten_rewards",
         .member = &Settings::whiten_rewards,
         .label = "Whiten rewards",
         .help =
             "Whether the rewards of a rollout are divided by their spread, so that their scale "
             "does not matter.",
         .advanced = true,
         .trl_name = "whiten_rewards"},
        {.key = "missing_eos_penalty",
         .member = &Settings::missing_eos_penalty,
         .label = "Price of no end",
         .help = "Taken off the reward of a completion that did not come to an end; null takes "
                 "nothing. It stops run-on text that the reward model likes.",
         .minimum = 0,
         .minimum_excluded = true,
         .live = true,
         .trl_name = "missing_eos_penalty"},
    };
}

std::vector<Field> rloo_fields() {
    return {
        {.key = "normalize_advantages",
         .member = &Settings::normalize_advantages,
         .label = "Normalise advantages",
         .help = "Whether advantages are brought to mean 0 and spread 1 over the batch.",
         .advanced = true,
         .trl_name = "normalize_advantages"},
        {.key = "reward_clip_range",
         .member = &Settings::reward_clip_range,
         .label = "Range of rewards",
         .help =
             "The lowest and the highest reward; what lies beyond is brought to the edge. Empty "
             "leaves rewards as they are.",
         .minimum = -1e9,
         .maximum = 1e9,
         .advanced = true,
         .trl_name = "reward_clip_range"},
    };
}

}  // namespace plumb
