// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/reviews_task.h"

namespace plumb {
namespace {

// Of the held-out reviews: the same for every run, so that runs compare.
constexpr std::uint64_t held_out_seed = 0;

/// The review of one row, the same however the run came to it.
std::string row_review(std::uint64_t seed, std::int64_t index) {
    Random random(derive_seed(seed + static_cast<std::uint64_t>(index), "row"));
    return review(random);
}

}  // namespace

ReviewsTask::ReviewsTask(const Settings& settings)
    : seed_(derive_seed(static_cast<std::uint64_t>(settings.seed), "reviews")) {
    Random random(derive_seed(held_out_seed, "reviews held out"));
    for (std::int64_t i = 0; i < settings.eval_prompts; ++i)
        held_out_.push_back({.prompt = "", .completion = review(random)});
}

const std::string& ReviewsTask::name() const {
    static const std::string name = "reviews";
    return name;
}

Prompt ReviewsTask::train_prompt(std::int64_t index) const {
    return {.text = review_prompt(row_review(seed_, index))};
}

Demonstration ReviewsTask::train_demonstration(std::int64_t index) const {
    return {.prompt = "", .completion = row_review(seed_, index)};
}

std::vector<Prompt> ReviewsTask::eval_prompts() const {
    std::vector<Prompt> prompts;
    for (const Demonstration& row : held_out_)
        prompts.push_back({.text = review_prompt(row.completion)});
    return prompts;
}

bool ReviewsTask::well_formed(const Attempt& attempt) const {
    return review_is_well_formed(std::string(attempt.prompt) + ' ' +
                                 std::string(attempt.completion_with_special));
}

}  // namespace plumb
