// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/budget.h"

#include <array>
#include <cmath>

#include "base/strings.h"
#include "config/roles.h"

namespace plumb {
namespace {

constexpr std::array kinds{BudgetKind::updates, BudgetKind::tokens, BudgetKind::seconds,
                           BudgetKind::flops};

/// More updates than any budget lets a run come to.
constexpr std::int64_t most_updates = 1'000'000;

bool is_whole(BudgetKind kind) { return kind == BudgetKind::updates || kind == BudgetKind::tokens; }

}  // namespace

std::string_view budget_name(BudgetKind kind) {
    switch (kind) {
        case BudgetKind::updates: return "updates";
        case BudgetKind::tokens: return "tokens";
        case BudgetKind::seconds: return "seconds";
        case BudgetKind::flops: return "flops";
    }
    return {};
}

Result<Budget> parse_budget(std::string_view text) {
    const auto wrong = [&](const std::string& why) {
        return invalid_input("a budget of '" + std::string(text) + "' " + why +
                             "; give updates=N, tokens=N, seconds=N or flops=N");
    };
    const auto equals = text.find('=');
    if (equals == text.npos) return wrong("does not say of what it is");
    const std::string_view name = trim(text.substr(0, equals));
    for (const BudgetKind kind : kinds) {
        if (budget_name(kind) != name) continue;
        const auto amount = parse_double(trim(text.substr(equals + 1)));
        if (!amount || !std::isfinite(*amount) || *amount <= 0)
            return wrong("is not a number greater than 0");
        if (is_whole(kind) && (*amount != std::floor(*amount) || *amount > 1e15))
            return wrong("is not a whole number");
        return Budget{kind, *amount};
    }
    return wrong("is of '" + std::string(name) + "'");
}

std::string budget_text(const Budget& budget) {
    return std::string(budget_name(budget.kind)) + "=" + format_number(budget.amount);
}

std::string budget_words(const Budget& budget) {
    const std::string amount = format_number(budget.amount);
    switch (budget.kind) {
        case BudgetKind::updates: return amount + " updates each";
        case BudgetKind::tokens: return amount + " generated tokens each";
        case BudgetKind::seconds: return amount + " seconds of updates each";
        case BudgetKind::flops: return amount + " floating-point operations each";
    }
    return {};
}

void set_budget(const Budget& budget, Settings& settings) {
    settings.budget_tokens = 0;
    settings.budget_seconds = settings.budget_flops = 0;
    switch (budget.kind) {
        case BudgetKind::updates: break;
        case BudgetKind::tokens:
            settings.budget_tokens = static_cast<std::int64_t>(budget.amount);
            if (!has_budget(settings)) return;
            break;
        case BudgetKind::seconds: settings.budget_seconds = budget.amount; break;
        case BudgetKind::flops: settings.budget_flops = budget.amount; break;
    }
    settings.max_steps = budget.kind == BudgetKind::updates
                             ? static_cast<std::int64_t>(budget.amount)
                             : most_updates;
}

}  // namespace plumb
