// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/agreement_words.h"

#include "base/strings.h"

namespace plumb {
namespace {

constexpr double reliable = 0.8, tentative = 0.667, unlikely = 0.05;
constexpr int digits = 2;

std::string percent(double share) { return format_fixed(100 * share, 0); }

std::string counted(std::int64_t number, const std::string& one, const std::string& many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::string p_value_text(double p) { return p < 0.001 ? "< 0.001" : "= " + format_fixed(p, 3); }

const char* strength_of(double kappa) {
    if (kappa < 0) return "less than by chance";
    if (kappa <= 0.2) return "slight";
    if (kappa <= 0.4) return "fair";
    if (kappa <= 0.6) return "moderate";
    return kappa <= 0.8 ? "substantial" : "almost perfect";
}

}  // namespace

std::string coefficient_text(const Estimate& estimate) {
    if (!estimate.value) return "not defined";
    std::string text = format_fixed(*estimate.value, digits);
    if (estimate.interval)
        text += " (" + format_fixed(estimate.interval->low, digits) + " to " +
                format_fixed(estimate.interval->high, digits) + ")";
    return text;
}

std::string share_text(const Estimate& estimate) {
    if (!estimate.value) return "not defined";
    std::string text = percent(*estimate.value) + " %";
    if (estimate.interval)
        text += " (" + percent(estimate.interval->low) + " to " + percent(estimate.interval->high) +
                " %)";
    return text;
}

std::string raw_agreement_sentence(const Estimate& raw) {
    if (!raw.value)
        return "No item has verdicts of two annotators yet, so that nothing can be said of their "
               "agreement.";
    return "Two annotators said the same in " + share_text(raw) + " of " +
           counted(raw.count, "comparison", "comparisons") + ", chance included.";
}

std::string alpha_sentence(const Estimate& alpha, bool ordered) {
    const std::string name =
        ordered ? "Krippendorff's alpha with left, tie, right in order" : "Krippendorff's alpha";
    if (!alpha.value)
        return name + " is not defined: " +
               (alpha.count == 0 ? "no item has two verdicts."
                                 : "everybody chose the same throughout.");
    std::string text = name + " is " + coefficient_text(alpha) + ", on " +
                       counted(alpha.count, "item", "items") + ": ";
    if (*alpha.value >= reliable)
        text += "agreement that can be relied upon (0.8 or more).";
    else if (*alpha.value >= tentative)
        text += "enough for tentative conclusions (0.667 or more), not for firm ones (0.8).";
    else
        text +=
            "too little to rely on (below 0.667). Talk about the items on which they differ, and "
            "label them again.";
    const double bound = *alpha.value >= reliable ? reliable : tentative;
    if (*alpha.value >= tentative && alpha.interval && alpha.interval->low < bound)
        text += " The interval reaches below that: more items would tell.";
    return text;
}

std::string kappa_sentence(const PairReport& pair) {
    const std::string names = pair.first + " and " + pair.second;
    if (!pair.kappa.value)
        return names + " both chose one and the same throughout, which tells nothing.";
    const bool less = *pair.kappa.value < 0;
    return names + " agree " + (less ? "" : "beyond chance: ") + strength_of(*pair.kappa.value) +
           (less ? "." : " agreement.");
}

std::string self_agreement_sentence(const AnnotatorReport& annotator) {
    const Estimate& self = annotator.self_agreement;
    if (!self.value) return annotator.name + " has judged no item twice.";
    return annotator.name + " said the same again in " + share_text(self) + " of " +
           counted(self.count, "item", "items") + " shown twice.";
}

std::string position_sentence(const AnnotatorReport& annotator) {
    const PositionBias& position = annotator.position;
    if (!position.left.value) return annotator.name + " has given no verdict for a side.";
    std::string text = annotator.name + " chose the left in " + share_text(position.left) + " of " +
                       counted(position.left.count, "decision", "decisions");
    if (position.p_value) text += ", p " + p_value_text(*position.p_value);
    return text + (position.p_value && *position.p_value < unlikely
                       ? ": the place seems to matter, not the answer alone."
                       : ": no sign that the place matters.");
}

std::string reward_sentence(const RewardAgreement& agreement) {
    const std::string who =
        agreement.annotator.empty() ? "What most annotators say" : agreement.annotator;
    return who + " chose the answer with the higher reward (" + agreement.source + ") in " +
           share_text(agreement.share) + " of " +
           counted(agreement.share.count, "decision", "decisions") + ".";
}

}  // namespace plumb
