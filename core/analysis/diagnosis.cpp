// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/diagnosis.h"

#include <algorithm>
#include <array>

#include "analysis/diagnoses/rules.h"

namespace plumb {

std::span<const DiagnosisRule> diagnosis_rules() {
    static const std::array rules = {
        all_cut_rule,    dead_groups_rule,    kl_rule,           entropy_rule,      length_rule,
        non_finite_rule, reward_hacking_rule, chosen_falls_rule, memory_creep_rule,
    };
    return rules;
}

std::string_view severity_name(Severity severity) {
    switch (severity) {
        case Severity::note: return "note";
        case Severity::warning: return "warning";
        case Severity::problem: return "problem";
    }
    return {};
}

std::vector<Diagnosis> diagnose(const DiagnosisInput& input) {
    std::vector<Diagnosis> found;
    for (const DiagnosisRule& rule : diagnosis_rules())
        for (Diagnosis& diagnosis : rule.find(input)) {
            // A rule names what may show it; not every run measures all of it.
            std::erase_if(diagnosis.evidence.metrics,
                          [&](const std::string& key) { return !input.metrics.contains(key); });
            found.push_back(std::move(diagnosis));
        }
    std::ranges::stable_sort(found, [](const Diagnosis& a, const Diagnosis& b) {
        if (a.standing != b.standing) return a.standing;
        return a.severity > b.severity;
    });
    return found;
}

std::string changes_text(const Suggestion& suggestion) {
    std::string text;
    for (const SettingChange& change : suggestion.changes)
        text += (text.empty() ? "" : ", ") + change.key + " " + change.old_value + " \u2192 " +
                change.new_value;
    return text;
}

}  // namespace plumb
