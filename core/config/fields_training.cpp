// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> optimiser_fields() {
    return {
        {.key = "learning_rate",
         .member = &Settings::learning_rate,
         .label = "Learning rate",
         .help = "Peak learning rate of AdamW. Lower it when the reward or loss jumps or the "
                 "entropy collapses, raise it when nothing moves.",
         .minimum = 0,
         .maximum = 1,
         .live = true,
         .trl_name = "learning_rate"},
        {.key = "lr_scheduler_type",
         .member = &Settings::lr_scheduler_type,
         .label = "Schedule",
         .help = "Shape of the learning rate over the run. All but constant rise over warmup_steps "
                 "first; a decay to the end helps supervised training most.",
         .choices = {"constant", "constant_with_warmup", "linear", "cosine", "cosine_with_min_lr",
                     "inverse_sqrt"},
         .trl_name = "lr_scheduler_type"},
        {.key = "warmup_steps",
         .member = &Settings::warmup_steps,
         .label = "Warm-up",
         .help =
             "Steps over which the learning rate rises from 0, while AdamW's averages are still "
             "made of few gradients.",
         .unit = "steps",
         .minimum = 0,
         .trl_name = "warmup_steps"},
        {.key = "lr_min_ratio",
         .member = &Settings::lr_min_ratio,
         .label = "Floor of the schedule",
         .help = "Share of learning_rate that cosine_with_min_lr ends at.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true},
        {.key = "weight_decay",
         .member = &Settings::weight_decay,
         .label = "Weight decay",
         .help = "Pulls weights to 0, norms left out. Some helps supervised training on few rows; "
                 "reinforcement learning seldom wants any.",
         .minimum = 0,
         .maximum = 10,
         .advanced = true,
         .trl_name = "weight_decay"},
        {.key = "adam_beta1",
         .member = &Settings::adam_beta1,
         .label = "Adam beta 1",
         .help = "How slowly AdamW's mean of the gradients forgets.",
         .minimum = 0,
         .maximum = 1,
         .maximum_excluded = true,
         .advanced = true,
         .trl_name = "adam_beta1"},
        {.key = "adam_beta2",
         .member = &Settings::adam_beta2,
         .label = "Adam beta 2",
         .help =
             "How slowly AdamW's mean of the squared gradients forgets; 0.999 is usual for long "
             "runs, 0.99 suits short ones.",
         .minimum = 0,
         .maximum = 1,
         .maximum_excluded = true,
         .advanced = true,
         .trl_name = "adam_beta2"},
        {.key = "adam_epsilon",
         .member = &Settings::adam_epsilon,
         .label = "Adam epsilon",
         .help = "Added to AdamW's denominator. A larger one damps steps where gradients are tiny.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true,
         .advanced = true,
         .trl_name = "adam_epsilon"},
        {.key = "max_grad_norm",
         .member = &Settings::max_grad_norm,
         .label = "Gradient clipping",
         .help = "Gradients whose norm over all weights is larger are scaled down to this; 0 does "
                 "not clip. It keeps one odd batch from ruining the model.",
         .minimum = 0,
         .live = true,
         .trl_name = "max_grad_norm"},
        {.key = "per_device_train_batch_size",
         .member = &Settings::per_device_train_batch_size,
         .label = "Micro-batch",
         .help = "Rows that pass through the model at once; with GRPO completions, so that "
                 "num_generations of them belong to one prompt. Memory grows in proportion.",
         .unit = "rows",
         .minimum = 1,
         .maximum = 1 << 20,
         .trl_name = "per_device_train_batch_size"},
        {.key = "gradient_accumulation_steps",
         .member = &Settings::gradient_accumulation_steps,
         .label = "Micro-batches per step",
         .help = "Micro-batches whose gradients are added up for one step: a larger batch without "
                 "more memory.",
         .unit = "micro-batches",
         .minimum = 1,
         .maximum = 1 << 20,
         .trl_name = "gradient_accumulation_steps"},
        {.key = "bf16",
         .member = &Settings::bf16,
         .label = "bfloat16",
         .help = "Whether models hold and compute bfloat16 numbers: half the memory for weights "
                 "and activations. AdamW keeps float32 copies of what is trained, and "
                 "probabilities and losses stay float32. On a CPU without bfloat16 instructions "
                 "it is slower.",
         .advanced = true,
         .trl_name = "bf16"},
        {.key = "gradient_checkpointing",
         .member = &Settings::gradient_checkpointing,
         .label = "Recompute layers",
         .help = "Whether updates keep only the input of each layer and compute the rest again on "
                 "their way back: the same numbers with far less memory, for about a third more "
                 "time.",
         .advanced = true,
         .trl_name = "gradient_checkpointing"},
        {.key = "memory_limit_gb",
         .member = &Settings::memory_limit_gb,
         .label = "Memory limit",
         .help =
             "Most memory that the run may take by its forecast; micro-batches are cut and more "
             "of them added up until it fits, so that steps stay the same. 0 cuts none.",
         .unit = "GB",
         .minimum = 0,
         .maximum = 1e6,
         .advanced = true},
        {.key = "on_non_finite",
         .member = &Settings::on_non_finite,
         .label = "Non-finite loss",
         .help =
             "What a NaN or infinite loss or gradient does: stop ends the run at its last sound "
             "weights, skip leaves that step out and goes on.",
         .choices = {"stop", "skip"},
         .advanced = true},
    };
}

std::vector<Field> sft_fields() {
    return {
        {.key = "sft_loss_type",
         .member = &Settings::sft_loss_type,
         .label = "Loss",
         .help = "nll is cross-entropy; dft weighs each token by its own probability, which spares "
                 "what the model already knows from unlikely demonstrations.",
         .choices = {"nll", "dft"},
         .trl_name = "loss_type"},
        {.key = "packing",
         .member = &Settings::packing,
         .label = "Packing",
         .help = "Whether short rows are put together up to max_length, so that every micro-batch "
                 "holds about the same number of tokens.",
         .trl_name = "packing"},
        {.key = "packing_strategy",
         .member = &Settings::packing_strategy,
         .label = "Packing by",
         .help =
             "bfd keeps rows whole and apart (best fit, longest first) and cuts what is longer "
             "than max_length; bfd_split keeps the rest as rows of its own; wrapped strings all "
             "rows together and cuts where max_length is full.",
         .choices = {"bfd", "bfd_split", "wrapped"},
         .advanced = true,
         .trl_name = "packing_strategy"},
    };
}

std::vector<Field> generation_fields() {
    return {
        {.key = "num_generations",
         .member = &Settings::num_generations,
         .label = "Group size",
         .help = "Completions sampled for each prompt; their mean reward is the baseline. Larger "
                 "groups give steadier advantages and fewer prompts per batch.",
         .unit = "completions",
         .minimum = 2,
         .maximum = 4096,
         .live = true,
         .trl_name = "num_generations"},
        {.key = "max_completion_length",
         .member = &Settings::max_completion_length,
         .label = "Longest completion",
         .help = "Sampling stops after this many tokens. Raise it when many completions are cut.",
         .unit = "tokens",
         .minimum = 1,
         .live = true,
         .trl_name = "max_completion_length"},
        {.key = "temperature",
         .member = &Settings::temperature,
         .label = "Temperature",
         .help = "Divides the logits when sampling and when training on the samples: above 1 "
                 "explores more, below 1 less.",
         .minimum = 0,
         .maximum = 100,
         .minimum_excluded = true,
         .live = true,
         .trl_name = "temperature"},
        {.key = "top_p",
         .member = &Settings::top_p,
         .label = "Top-p",
         .help = "Samples from the likeliest tokens that together hold this probability; 1 from "
                 "all. The loss sees the whole distribution, so keep it near 1 when training.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true,
         .live = true,
         .trl_name = "top_p"},
        {.key = "top_k",
         .member = &Settings::top_k,
         .label = "Top-k",
         .help = "Samples from this many of the likeliest tokens; 0 from all.",
         .unit = "tokens",
         .minimum = 0,
         .live = true,
         .trl_name = "top_k"},
        {.key = "min_p",
         .member = &Settings::min_p,
         .label = "Min-p",
         .help = "Leaves out tokens less likely than this share of the likeliest one; null leaves "
                 "none out.",
         .minimum = 0,
         .maximum = 1,
         .live = true,
         .advanced = true,
         .trl_name = "min_p"},
        {.key = "repetition_penalty",
         .member = &Settings::repetition_penalty,
         .label = "Repetition penalty",
         .help = "Above 1 makes tokens that already occurred less likely when sampling; 1 changes "
                 "nothing.",
         .minimum = 0,
         .maximum = 100,
         .minimum_excluded = true,
         .advanced = true,
         .trl_name = "repetition_penalty"},
        {.key = "steps_per_generation",
         .member = &Settings::steps_per_generation,
         .label = "Micro-batches per rollout",
         .help = "Micro-batches that one rollout is cut into; 0 takes gradient_accumulation_steps. "
                 "A multiple of that samples for several steps at once, the later ones off policy.",
         .unit = "micro-batches",
         .minimum = 0,
         .maximum = 1 << 20,
         .advanced = true,
         .trl_name = "steps_per_generation"},
    };
}

}  // namespace plumb
