// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/arithmetic_task.h"

namespace plumb {
namespace {

// Of the held-out problems: the same for every run, so that runs compare.
constexpr std::uint64_t held_out_seed = 0;

/// A generator for one row, the same however the run came to it.
Random row_random(std::uint64_t seed, std::int64_t index) {
    return Random(derive_seed(seed + static_cast<std::uint64_t>(index), "row"));
}

}  // namespace

ArithmeticTask::ArithmeticTask(const Settings& settings)
    : options_{settings.arithmetic_digits, settings.arithmetic_cot_rate,
               settings.arithmetic_error_rate},
      seed_(derive_seed(static_cast<std::uint64_t>(settings.seed), "arithmetic")),
      held_out_(
          arithmetic_held_out(settings.arithmetic_digits, settings.eval_prompts, held_out_seed)) {}

const std::string& ArithmeticTask::name() const {
    static const std::string name = "arithmetic";
    return name;
}

Prompt ArithmeticTask::train_prompt(std::int64_t index) const {
    Random random = row_random(seed_, index);
    return arithmetic_prompt(random, options_.digits);
}

Demonstration ArithmeticTask::train_demonstration(std::int64_t index) const {
    Random random = row_random(seed_, index);
    return arithmetic_demonstration(random, options_);
}

std::vector<Demonstration> ArithmeticTask::eval_demonstrations() const {
    std::vector<Demonstration> demonstrations;
    for (std::size_t i = 0; i < held_out_.size(); ++i) {
        Random random = row_random(held_out_seed, static_cast<std::int64_t>(i));
        demonstrations.push_back(arithmetic_demonstration(random, held_out_[i], options_));
    }
    return demonstrations;
}

bool ArithmeticTask::solved(const Attempt& attempt) const {
    return arithmetic_reward(attempt.completion_with_special, attempt.answer) == 1.0;
}

std::optional<bool> ArithmeticTask::used_scratchpad(std::string_view completion) const {
    return arithmetic_uses_scratchpad(completion);
}

}  // namespace plumb
