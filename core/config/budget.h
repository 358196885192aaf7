// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace plumb {

/// Where the runs of a comparison end.
enum class BudgetKind { updates, tokens, seconds, flops };

struct Budget {
    BudgetKind kind = BudgetKind::flops;
    double amount = 0;

    bool operator==(const Budget&) const = default;
};

/// "updates", "tokens", "seconds", "flops".
std::string_view budget_name(BudgetKind kind);
/// "seconds=30", "flops=2e12".
Result<Budget> parse_budget(std::string_view text);
/// As parse_budget() reads it.
std::string budget_text(const Budget& budget);
/// For a sentence: "30 seconds of updates each".
std::string budget_words(const Budget& budget);

/// Takes the place of the settings' budgets and, but for a budget of tokens where training samples
/// nothing (which then ends as the settings say), of max_steps and num_train_epochs.
void set_budget(const Budget& budget, Settings& settings);

}  // namespace plumb
