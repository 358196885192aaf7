// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> arithmetic_fields() {
    return {
        {.key = "arithmetic_digits",
         .member = &Settings::arithmetic_digits,
         .label = "Digits",
         .help = "How many digits each problem adds up. More make the task harder: the supervised "
                 "start takes longer and thinking pays more.",
         .unit = "digits",
         .minimum = 3,
         .maximum = 12},
        {.key = "arithmetic_cot_rate",
         .member = &Settings::arithmetic_cot_rate,
         .label = "Scratchpad share",
         .help =
             "Share of the sloppy demonstrations that write running sums before the answer; the "
             "rest answer directly.",
         .minimum = 0,
         .maximum = 1},
        {.key = "arithmetic_error_rate",
         .member = &Settings::arithmetic_error_rate,
         .label = "Error rate",
         .help = "Chance of a wrong digit in each step of a sloppy demonstration. It sets how far "
                 "below perfect the model starts.",
         .minimum = 0,
         .maximum = 1},
    };
}

std::vector<Field> start_fields() {
    return {
        {.key = "start_batch_size",
         .member = &Settings::start_batch_size,
         .label = "Batch",
         .help = "Demonstrations in each step of the supervised start.",
         .unit = "rows",
         .minimum = 1},
        {.key = "start_learning_rate",
         .member = &Settings::start_learning_rate,
         .label = "Learning rate",
         .help = "Peak learning rate of the supervised start; with arithmetic that of its clean "
                 "demonstrations. Too low and the model may not pass its check.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true},
        {.key = "start_warmup_steps",
         .member = &Settings::start_warmup_steps,
         .label = "Warm-up",
         .help = "Steps over which start_learning_rate is reached from 0.",
         .unit = "steps",
         .minimum = 0,
         .advanced = true},
        {.key = "start_check_steps",
         .member = &Settings::start_check_steps,
         .label = "Check every",
         .help = "Steps between accuracy checks of the textbook phase, which ends at the first one "
                 "passed.",
         .unit = "steps",
         .minimum = 1,
         .advanced = true},
        {.key = "start_check_prompts",
         .member = &Settings::start_check_prompts,
         .label = "Check prompts",
         .help = "Held-out prompts that a check answers.",
         .unit = "prompts",
         .minimum = 1,
         .advanced = true},
        {.key = "start_check_accuracy",
         .member = &Settings::start_check_accuracy,
         .label = "Check passed at",
         .help =
             "Share of right answers (arithmetic) or well-formed texts (reviews) that passes the "
             "check. Nothing is trained from a model that failed it, since there would be "
             "nothing to reinforce.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true},
        {.key = "start_max_steps",
         .member = &Settings::start_max_steps,
         .label = "Steps",
         .help = "Steps of the supervised start; with arithmetic the most that its clean "
                 "demonstrations may take until the check is passed.",
         .unit = "steps",
         .minimum = 1,
         .advanced = true},
        {.key = "start_sloppy_steps",
         .member = &Settings::start_sloppy_steps,
         .label = "Sloppy steps",
         .help = "Steps on demonstrations with errors and direct answers that follow the textbook "
                 "phase; the result is the model that reinforcement learning improves.",
         .unit = "steps",
         .minimum = 0},
        {.key = "start_sloppy_learning_rate",
         .member = &Settings::start_sloppy_learning_rate,
         .label = "Sloppy learning rate",
         .help = "Learning rate at the beginning of the sloppy phase, from where it falls in a "
                 "straight line.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true,
         .advanced = true},
        {.key = "start_sloppy_learning_rate_end",
         .member = &Settings::start_sloppy_learning_rate_end,
         .label = "Sloppy learning rate, end",
         .help = "Learning rate that the sloppy phase ends at.",
         .minimum = 0,
         .maximum = 1,
         .advanced = true},
        {.key = "start_weight_decay",
         .member = &Settings::start_weight_decay,
         .label = "Weight decay",
         .help = "AdamW's weight decay during the supervised start.",
         .minimum = 0,
         .maximum = 10,
         .advanced = true},
    };
}

}  // namespace plumb
