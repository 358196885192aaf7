// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> lora_fields() {
    return {
        {.key = "use_peft",
         .member = &Settings::use_peft,
         .label = "Train an adapter",
         .help = "Trains low-rank matrices beside the model's own (LoRA), which stay as they are: "
                 "gradients, optimiser and checkpoints shrink to a few percent, and reference, "
                 "reward and value models share the weights. Wants a learning rate about ten times "
                 "as high.",
         .trl_name = "use_peft"},
        {.key = "lora_r",
         .member = &Settings::lora_r,
         .label = "Rank",
         .help = "Rows of each adapter's matrices: how much can change. 8 to 64 is usual; memory "
                 "of the adapter grows in proportion.",
         .minimum = 1,
         .maximum = 4096,
         .trl_name = "lora_r"},
        {.key = "lora_alpha",
         .member = &Settings::lora_alpha,
         .label = "Alpha",
         .help = "What the adapter adds is multiplied by lora_alpha / lora_r, so that the rank may "
                 "change without the learning rate.",
         .minimum = 0,
         .minimum_excluded = true,
         .trl_name = "lora_alpha"},
        {.key = "lora_dropout",
         .member = &Settings::lora_dropout,
         .label = "Dropout",
         .help =
             "Share of an adapter's inputs that are left out at random while it learns. It acts "
             "in sft, grpo and rloo; the others compare two passes and train without.",
         .minimum = 0,
         .maximum = 1,
         .maximum_excluded = true,
         .trl_name = "lora_dropout"},
        {.key = "lora_target_modules",
         .member = &Settings::lora_target_modules,
         .label = "Adapted modules",
         .help = "Which linear layers get an adapter: ends of their names such as q_proj, "
                 "all-linear for all but the head, or one regular expression that matches whole "
                 "names. Empty takes the query and value projections.",
         .trl_name = "lora_target_modules"},
        {.key = "lora_modules_to_save",
         .member = &Settings::lora_modules_to_save,
         .label = "Modules trained whole",
         .help =
             "Modules that are trained and saved in full beside the adapter, such as "
             "embed_tokens or lm_head where tokens are new to the model: ends of their names, so "
             "that norm means every norm. The score head of a reward model is always among "
             "them.",
         .advanced = true,
         .trl_name = "lora_modules_to_save"},
        {.key = "use_rslora",
         .member = &Settings::use_rslora,
         .label = "Rank-stabilised scale",
         .help = "Multiplies by lora_alpha / sqrt(lora_r) instead (Kalajdzievski 2023), which lets "
                 "high ranks learn as fast as low ones.",
         .advanced = true,
         .trl_name = "use_rslora"},
    };
}

}  // namespace plumb
