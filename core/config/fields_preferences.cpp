// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> pairs_fields() {
    return {
        {.key = "pairs_prompts",
         .member = &Settings::pairs_prompts,
         .label = "Prompts",
         .help = "Prompts for which the model that the run starts from writes the completions that "
                 "become preference pairs. More pairs teach more.",
         .unit = "prompts",
         .minimum = 1,
         .maximum = 1 << 24},
        {.key = "pairs_per_prompt",
         .member = &Settings::pairs_per_prompt,
         .label = "Completions of each",
         .help = "Completions written for each of these prompts. Where labels have no noise the "
                 "best is paired with the worst, the next with the next, while they differ.",
         .unit = "completions",
         .minimum = 2,
         .maximum = 256},
        {.key = "pairs_label_temperature",
         .member = &Settings::pairs_label_temperature,
         .label = "Label noise",
         .help = "How often the worse of two completions is preferred: its chance is the logistic "
                 "function of the difference in reward (the task's gold reward; on own prompts "
                 "the run's rewards) divided by this. 0 never errs.",
         .minimum = 0,
         .maximum = 100},
        {.key = "pairs_run",
         .member = &Settings::pairs_run,
         .label = "Pairs of another run",
         .help = "A run of the workspace with the same task whose sampled pairs are taken, so that "
                 "several runs learn from the same ones. Empty: the run samples its own.",
         .advanced = true},
    };
}

std::vector<Field> reward_model_fields() {
    return {
        {.key = "reward_model",
         .member = &Settings::reward_model,
         .label = "Reward model",
         .help = "The model behind the reward reward_model: a folder in the Hugging Face layout "
                 "for sequence classification, or a run as RUN or RUN@STEP. Empty: the run makes "
                 "one from preference pairs, or good and bad texts, before it starts.",
         .trl_name = "reward_model_path"},
        {.key = "center_rewards_coefficient",
         .member = &Settings::center_rewards_coefficient,
         .label = "Centring",
         .help =
             "Weight of a term that keeps the rewards of pairs around 0 on average, which makes "
             "runs comparable; null leaves it out, 0.01 is usual.",
         .minimum = 0,
         .maximum = 1000,
         .trl_name = "center_rewards_coefficient"},
        {.key = "reward_model_learning_rate",
         .member = &Settings::reward_model_learning_rate,
         .label = "Learning rate",
         .help = "Learning rate at the start of the reward model that the run makes, from where it "
                 "falls to 0 in a straight line.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true},
        {.key = "reward_model_batch_size",
         .member = &Settings::reward_model_batch_size,
         .label = "Batch",
         .help = "Pairs in each step of the reward model that the run makes.",
         .unit = "pairs",
         .minimum = 1,
         .maximum = 1 << 20},
        {.key = "reward_model_epochs",
         .member = &Settings::reward_model_epochs,
         .label = "Epochs",
         .help = "Passes over the pairs for the reward model that the run makes. Too many and it "
                 "learns their noise.",
         .unit = "epochs",
         .minimum = 0,
         .minimum_excluded = true},
        {.key = "reward_refresh_file",
         .member = &Settings::reward_refresh_file,
         .label = "Refresh from",
         .help = "Preference pairs, such as labelled samples of this run, from which the reward "
                 "model learns anew at the step at which this is set. For a run that goes on: its "
                 "start has preference_files. A relative path is one of the workspace.",
         .live = true,
         .advanced = true},
        {.key = "reward_refresh_epochs",
         .member = &Settings::reward_refresh_epochs,
         .label = "Refresh epochs",
         .help = "Passes over the labels, and what is mixed with them, when the reward model is "
                 "refreshed.",
         .unit = "epochs",
         .minimum = 0,
         .minimum_excluded = true,
         .live = true,
         .advanced = true},
        {.key = "reward_refresh_learning_rate",
         .member = &Settings::reward_refresh_learning_rate,
         .label = "Refresh learning rate",
         .help = "Learning rate at the start of a refresh, from where it falls to 0 in a straight "
                 "line.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true,
         .live = true,
         .advanced = true},
        {.key = "reward_refresh_mix",
         .member = &Settings::reward_refresh_mix,
         .label = "Earlier pairs",
         .help = "How many of the pairs that the reward model was made from are mixed with each "
                 "label in a refresh, so that it does not forget what they taught. 0 takes the "
                 "labels alone.",
         .unit = "pairs",
         .minimum = 0,
         .maximum = 1000,
         .live = true,
         .advanced = true},
    };
}

std::vector<Field> dpo_fields() {
    return {
        {.key = "dpo_beta",
         .member = &Settings::dpo_beta,
         .label = "Beta",
         .help =
             "How strongly the reference holds the policy. A small one lets it move far for the "
             "same preferences: more reward, and more room for what the pairs do not cover.",
         .minimum = 0,
         .maximum = 1000,
         .minimum_excluded = true,
         .live = true,
         .trl_name = "beta"},
        {.key = "dpo_loss_type",
         .member = &Settings::dpo_loss_type,
         .label = "Loss",
         .help =
             "What is made of a pair's log-ratios; several are added up with loss_weights. "
             "sigmoid is DPO; ipo and hinge stop at a margin; robust and exo_pair know of wrong "
             "labels; with sft beside it the chosen completions stay likely.",
         .choices = {"sigmoid", "robust", "hinge", "ipo", "sigmoid_norm", "exo_pair", "nca_pair",
                     "bco_pair", "sppo_hard", "aot", "aot_unpaired", "apo_zero", "apo_down",
                     "discopop", "sft"},
         .trl_name = "loss_type"},
        {.key = "loss_weights",
         .member = &Settings::loss_weights,
         .label = "Loss weights",
         .help = "One factor for each of dpo_loss_type; empty is 1 each.",
         .minimum = -1e6,
         .maximum = 1e6,
         .trl_name = "loss_weights"},
        {.key = "label_smoothing",
         .member = &Settings::label_smoothing,
         .label = "Label smoothing",
         .help = "Share of labels thought to be wrong, for robust, exo_pair, aot and aot_unpaired; "
                 "the other losses do not use it.",
         .minimum = 0,
         .maximum = 0.5,
         .trl_name = "label_smoothing"},
        {.key = "f_divergence_type",
         .member = &Settings::f_divergence_type,
         .label = "Divergence",
         .help = "What measures the distance to the reference. Others than reverse_kl weigh tokens "
                 "that the reference finds unlikely less or more.",
         .choices = {"reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"},
         .advanced = true,
         .trl_name = "f_divergence_type"},
        {.key = "f_alpha_divergence_coef",
         .member = &Settings::f_alpha_divergence_coef,
         .label = "Alpha",
         .help = "Alpha of alpha_divergence; at 1 it is reverse_kl.",
         .minimum = -100,
         .maximum = 100,
         .advanced = true,
         .trl_name = "f_alpha_divergence_coef"},
        {.key = "ld_alpha",
         .member = &Settings::ld_alpha,
         .label = "Weight of extra length",
         .help = "How much the tokens count by which one side of a pair is longer than the other; "
                 "null counts them like all others. Below 1, length itself is rewarded less.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true,
         .trl_name = "ld_alpha"},
        {.key = "use_weighting",
         .member = &Settings::use_weighting,
         .label = "Weigh pairs by likelihood",
         .help =
             "Whether pairs count by how likely the policy is to write them (WPO), which brings "
             "pairs of other models nearer to its own.",
         .advanced = true,
         .trl_name = "use_weighting"},
        {.key = "discopop_tau",
         .member = &Settings::discopop_tau,
         .label = "DiscoPOP temperature",
         .help = "How sharply discopop passes from its logistic to its exponential part.",
         .minimum = 0,
         .maximum = 100,
         .minimum_excluded = true,
         .advanced = true,
         .trl_name = "discopop_tau"},
        {.key = "precompute_ref_log_probs",
         .member = &Settings::precompute_ref_log_probs,
         .label = "Reference once",
         .help = "Whether the reference's log-probabilities of all pairs are computed once before "
                 "the first step instead of in every epoch. The numbers are the same.",
         .advanced = true,
         .trl_name = "precompute_ref_log_probs"},
        {.key = "online_dpo",
         .member = &Settings::online_dpo,
         .label = "Online",
         .help =
             "Whether pairs are made anew in every step: num_generations completions of each "
             "prompt by the policy itself, the best by the rewards against the worst. Off takes "
             "the fixed pairs, which grow stale as the policy moves."},
    };
}

std::vector<Field> reference_fields() {
    return {
        {.key = "sync_ref_model",
         .member = &Settings::sync_ref_model,
         .label = "Refresh the reference",
         .help =
             "Whether the reference follows the policy from time to time, so that the KL prices "
             "recent movement alone. It gives up the bound on the whole distance.",
         .advanced = true,
         .trl_name = "sync_ref_model"},
        {.key = "ref_model_mixup_alpha",
         .member = &Settings::ref_model_mixup_alpha,
         .label = "Share of the policy",
         .help = "A refresh makes the reference this much policy and the rest what it was.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true,
         .trl_name = "ref_model_mixup_alpha"},
        {.key = "ref_model_sync_steps",
         .member = &Settings::ref_model_sync_steps,
         .label = "Refresh every",
         .help = "Steps between two refreshes of the reference.",
         .unit = "steps",
         .minimum = 1,
         .advanced = true,
         .trl_name = "ref_model_sync_steps"},
    };
}

}  // namespace plumb
