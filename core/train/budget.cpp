// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/budget.h"

#include <algorithm>
#include <cmath>

namespace plumb {

double budget_used(const Settings& settings, const TrainerState& state) {
    double used = 0;
    const auto look = [&](double amount, double budget) {
        if (budget > 0) used = std::max(used, amount / budget);
    };
    const UpdateSeconds& seconds = state.seconds;
    look(state.work.generated_tokens, static_cast<double>(settings.budget_tokens));
    look(seconds.generate + seconds.score + seconds.update, settings.budget_seconds);
    look(state.work.flops, settings.budget_flops);
    return used;
}

std::int64_t expected_updates(std::int64_t step, std::int64_t most, double used) {
    if (used <= 0 || step <= 0) return most;
    if (used >= 1) return step;
    const double expected = std::ceil(static_cast<double>(step) / used);
    return expected < static_cast<double>(most) ? static_cast<std::int64_t>(expected) : most;
}

}  // namespace plumb
