// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace plumb {

// What a run with these settings does and needs, in one place for validation, forms and trainers.

/// A task with generators of its own, which needs no files.
bool is_built_in_task(const Settings& settings);
/// Learns from prompts and rewards of its own completions: ppo, grpo, rloo and online DPO.
bool samples_completions(const Settings& settings);
/// Samples several completions of each prompt that are compared: grpo, rloo and online DPO.
bool samples_groups(const Settings& settings);
/// Learns from fixed preference pairs: reward, and DPO that is not online.
bool learns_from_pairs(const Settings& settings);
/// Whether rewards may judge completions here: where they are sampled as the run learns, and with
/// DPO on own prompts.
bool takes_rewards(const Settings& settings);
/// Whether they do. DPO that is not online has them label the pairs it samples before it learns, if
/// any is named.
bool uses_rewards(const Settings& settings);
/// Imitates demonstrations: sft.
bool is_supervised(const Settings& settings);
/// Compares the policy with a frozen copy of what it started from.
bool has_reference(const Settings& settings);
/// Drops inputs of a LoRA adapter while it learns, as TRL does: not where log-probabilities or
/// scores of two models or two sides are compared.
bool trains_with_dropout(const Settings& settings);
/// Makes its first model from demonstrations of a built-in task before anything else.
bool has_supervised_start(const Settings& settings);

/// settings.reward_funcs; with PPO, where that is empty, the learned reward model. Empty: the
/// task's own reward.
std::vector<std::string> reward_function_names(const Settings& settings);
/// What scores completions, as far as settings tell: reward_function_names, else the one that is
/// named as the built-in task. Empty for user data without reward_funcs, where the answers decide.
std::vector<std::string> scoring_functions(const Settings& settings);
/// Whether an entry of reward_funcs is the user's own code and no name of a built-in function: it
/// holds a '/', ends in .py, .so or .sh, or names a file that exists.
bool is_own_reward(std::string_view entry);
/// The name under which a reward is shown and recorded (rewards/NAME/mean): the stem of the file
/// where it is the user's own.
std::string reward_shown_name(std::string_view entry);
/// Makes relative paths among reward_funcs absolute, taken from the folder.
void resolve_own_rewards(Settings& settings, const std::filesystem::path& folder);
/// What the value of the k-th reward function is multiplied by.
double reward_weight(const Settings& settings, std::size_t k);
/// Whether the learned reward model is among the rewards.
bool uses_reward_model(const Settings& settings);
/// Whether the run has to train that reward model itself.
bool makes_reward_model(const Settings& settings);
/// Whether the run learns, or learns a reward, from preference pairs sampled from the model it
/// starts from; those of settings.pairs_run where that is given.
bool samples_pairs(const Settings& settings);
/// Whether evaluations may ask settings.eval_reward_model: the run writes text and no reward of its
/// own judges it.
bool takes_eval_reward(const Settings& settings);
/// Whether they do.
bool uses_eval_reward(const Settings& settings);
/// Whether the run ends where a budget of tokens, seconds or operations is used up.
bool has_budget(const Settings& settings);
/// Whether a reward model is trained, alone or for the run, from good and bad texts in place of
/// pairs: one of the two lists is filled.
bool reads_good_and_bad(const Settings& settings);
/// Whether the rows of train_files are preference pairs.
bool reads_pairs(const Settings& settings);
/// Whether the run reads train_files at all.
bool reads_train_files(const Settings& settings);

}  // namespace plumb
