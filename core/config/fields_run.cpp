// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> run_fields() {
    return {
        {.key = "algorithm",
         .member = &Settings::algorithm,
         .label = "Algorithm",
         .help =
             "How the model learns: sft imitates demonstrations, dpo raises chosen over rejected "
             "completions of pairs, ppo, grpo and rloo sample completions and reinforce those "
             "that a reward scores high; reward trains a reward model on pairs.",
         .choices = {"sft", "reward", "dpo", "ppo", "grpo", "rloo"}},
        {.key = "task",
         .member = &Settings::task,
         .label = "Task",
         .help = "Where prompts come from: arithmetic (answers can be checked) and reviews (a gold "
                 "reward that can only be approximated) are built in and never run out; data reads "
                 "train_files.",
         .choices = {"arithmetic", "reviews", "data"}},
        {.key = "preset",
         .member = &Settings::preset,
         .label = "Preset",
         .help = "The preset that a run file starts from; what the file sets itself comes on top. "
                 "Without it a file starts from the defaults."},
        {.key = "seed",
         .member = &Settings::seed,
         .label = "Seed",
         .help =
             "Decides every random draw: initial weights, data order and sampling. Change it to "
             "see how much of a result is luck.",
         .minimum = 0,
         .trl_name = "seed"},
        {.key = "threads",
         .member = &Settings::threads,
         .label = "Threads",
         .help =
             "Processor threads of the run; 0 takes one for each core. Part of the result: sums "
             "differ in their last bits between thread counts.",
         .minimum = 0,
         .maximum = 1024,
         .advanced = true},
        {.key = "device",
         .member = &Settings::device,
         .label = "Device",
         .help = "Where tensors live: cpu, cuda, or cuda:N for the card of that number.",
         .advanced = true},
        {.key = "max_steps",
         .member = &Settings::max_steps,
         .label = "Steps",
         .help = "Optimiser steps of the run; -1 lets num_train_epochs decide. Raise it while the "
                 "reward or the held-out loss still improves.",
         .unit = "steps",
         .minimum = -1,
         .live = true,
         .trl_name = "max_steps"},
        {.key = "num_train_epochs",
         .member = &Settings::num_train_epochs,
         .label = "Epochs",
         .help = "Passes over the training rows; counts only where max_steps is -1.",
         .unit = "epochs",
         .minimum = 0,
         .minimum_excluded = true,
         .trl_name = "num_train_epochs"},
        {.key = "budget_tokens",
         .member = &Settings::budget_tokens,
         .label = "Budget of tokens",
         .help = "The run ends with the update by which its updates have sampled this many tokens, "
                 "if max_steps does not end it before; 0 sets no budget. Training that samples "
                 "nothing, as DPO on fixed pairs, is not bound by it.",
         .unit = "tokens",
         .minimum = 0,
         .live = true},
        {.key = "budget_seconds",
         .member = &Settings::budget_seconds,
         .label = "Budget of time",
         .help = "The run ends with the update by which its updates have taken this long, "
                 "evaluations left out, if max_steps does not end it before; 0 sets no budget. A "
                 "run that ends by the clock does not give the same numbers when it is repeated.",
         .unit = "s",
         .minimum = 0,
         .live = true},
        {.key = "budget_flops",
         .member = &Settings::budget_flops,
         .label = "Budget of operations",
         .help = "The run ends with the update by which its updates have taken this many "
                 "floating-point operations, estimated from shapes, if max_steps does not end it "
                 "before; 0 sets no budget. It is the fairest measure between algorithms that does "
                 "not depend on the machine.",
         .unit = "FLOP",
         .minimum = 0,
         .live = true},
        {.key = "comparison",
         .member = &Settings::comparison,
         .label = "Comparison",
         .help = "The comparison that the run is a part of: its runs are shown beside each other. "
                 "A label only.",
         .advanced = true},
        {.key = "variant",
         .member = &Settings::variant,
         .label = "Variant",
         .help = "What the run is called within its comparison. Runs of one variant differ by "
                 "their seeds and are averaged. A label only.",
         .advanced = true},
    };
}

std::vector<Field> evaluation_fields() {
    return {
        {.key = "eval_steps",
         .member = &Settings::eval_steps,
         .label = "Evaluate every",
         .help = "Steps between evaluations on held-out prompts; 0 evaluates at the start and the "
                 "end alone. Evaluation costs time, so raise it when steps are short.",
         .unit = "steps",
         .minimum = 0,
         .live = true,
         .trl_name = "eval_steps"},
        {.key = "eval_prompts",
         .member = &Settings::eval_prompts,
         .label = "Held-out prompts",
         .help = "How many prompts an evaluation uses, never trained on. With 256 an accuracy near "
                 "one half is known to about three points; four times as many halve that.",
         .unit = "prompts",
         .minimum = 1},
        {.key = "eval_kl",
         .member = &Settings::eval_kl,
         .label = "Measure the KL",
         .help = "Whether evaluations measure the KL of whole completions to the reference, which "
                 "takes a pass of the reference over them.",
         .advanced = true},
        {.key = "eval_reward_model",
         .member = &Settings::eval_reward_model,
         .label = "Score evaluations with",
         .help = "A reward model that scores the held-out answers of a run that has no reward of "
                 "its own, such as DPO on pairs, so that it can be compared with runs that have: a "
                 "folder, or a run as RUN or RUN@STEP. It is in memory during evaluations alone. "
                 "Empty: such runs report no reward.",
         .advanced = true},
        {.key = "save_steps",
         .member = &Settings::save_steps,
         .label = "Save every",
         .help =
             "Steps between checkpoints; 0 saves at the end alone. A run that is killed goes on "
             "from its last checkpoint.",
         .unit = "steps",
         .minimum = 0,
         .live = true,
         .trl_name = "save_steps"},
        {.key = "save_total_limit",
         .member = &Settings::save_total_limit,
         .label = "Checkpoints kept",
         .help = "How many of the newest checkpoints stay on disk, beside the best and the last.",
         .unit = "checkpoints",
         .minimum = 0,
         .advanced = true,
         .trl_name = "save_total_limit"},
        {.key = "min_free_mb",
         .member = &Settings::min_free_mb,
         .label = "Disk reserve",
         .help = "The run pauses before less than this is free on the workspace's disk. 0 never "
                 "pauses.",
         .unit = "MB",
         .minimum = 0,
         .advanced = true},
        {.key = "token_data_mb",
         .member = &Settings::token_data_mb,
         .label = "Token data",
         .help =
             "Most that the numbers of the sampled tokens (log-probabilities, ratio, advantage, "
             "value) may take in the workspace. When it is reached, every second step gives "
             "them up, from the first on. 0 keeps none; raise it to look at every step of a "
             "long run.",
         .unit = "MB",
         .minimum = 0,
         .maximum = 1'000'000,
         .advanced = true},
    };
}

}  // namespace plumb
