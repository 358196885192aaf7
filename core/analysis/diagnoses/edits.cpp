// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/diagnoses/edits.h"

#include <algorithm>
#include <optional>

#include "analysis/diagnoses/words.h"
#include "config/fields.h"
#include "config/validation.h"

namespace plumb {
namespace {

bool has_new_problem(const Settings& before, const Settings& after) {
    const std::vector<FieldProblem> known = find_problems(before);
    return std::ranges::any_of(find_problems(after), [&](const FieldProblem& problem) {
        return std::ranges::find(known, problem.key, &FieldProblem::key) == known.end();
    });
}

std::optional<Suggestion> make(const Settings& settings, std::string_view label,
                               const Changes& changes) {
    Suggestion suggestion{std::string(label), {}, true};
    Settings edited = settings;
    for (const auto& [key, value] : changes) {
        const Field* field = find_field(key);
        if (!field || !set_field(*field, edited, value)) return std::nullopt;
        SettingChange change{std::string(key), field_text(*field, settings),
                             field_text(*field, edited)};
        if (change.old_value == change.new_value) return std::nullopt;
        suggestion.live = suggestion.live && field->live;
        suggestion.changes.push_back(std::move(change));
    }
    for (const SettingChange& change : suggestion.changes)
        if (!field_applies(*find_field(change.key), edited)) return std::nullopt;
    if (has_new_problem(settings, edited)) return std::nullopt;
    return suggestion;
}

}  // namespace

bool offer(const DiagnosisInput& input, Diagnosis& diagnosis, std::string_view label,
           const Changes& changes) {
    auto suggestion = make(input.settings, label, changes);
    if (!suggestion) return false;
    diagnosis.suggestions.push_back(std::move(*suggestion));
    return true;
}

bool offer_new_run(const DiagnosisInput& input, Diagnosis& diagnosis, std::string_view label,
                   const Changes& changes) {
    if (!offer(input, diagnosis, label, changes)) return false;
    diagnosis.suggestions.back().live = false;
    return true;
}

void offer_lower_learning_rate(const DiagnosisInput& input, Diagnosis& diagnosis) {
    offer(input, diagnosis, "Lower learning rate",
          {{"learning_rate", rounded(input.settings.learning_rate / 3, 2)}});
}

void offer_higher_kl_price(const DiagnosisInput& input, Diagnosis& diagnosis, double first) {
    const Settings& settings = input.settings;
    const auto raise = [&](std::string_view key, double value) {
        offer(input, diagnosis, "Higher price of KL",
              {{key, rounded(value > 0 ? 3 * value : first, 2)}});
    };
    if (settings.algorithm == "ppo") raise("kl_coef", settings.kl_coef);
    if (settings.algorithm == "grpo" || settings.algorithm == "rloo") raise("beta", settings.beta);
    if (settings.algorithm == "dpo") raise("dpo_beta", settings.dpo_beta);
}

}  // namespace plumb
