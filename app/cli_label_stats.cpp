// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_label_stats.h"

#include <string>
#include <vector>

#include "base/strings.h"

namespace plumb::cli {
namespace {

/// A share or a coefficient with its interval: "0.81 (0.74 to 0.88), 120".
std::string estimate_text(const Estimate& estimate) {
    if (!estimate.value) return "not defined";
    std::string text = format_significant(*estimate.value, 3);
    if (estimate.interval)
        text += " (" + format_significant(estimate.interval->low, 3) + " to " +
                format_significant(estimate.interval->high, 3) + ")";
    return text + ", of " + std::to_string(estimate.count);
}

std::string estimate_json(const Estimate& estimate) {
    std::string text = "{\"value\":";
    text += estimate.value ? format_number(*estimate.value) : "null";
    if (estimate.interval)
        text += ",\"low\":" + format_number(estimate.interval->low) +
                ",\"high\":" + format_number(estimate.interval->high);
    return text + ",\"count\":" + std::to_string(estimate.count) + "}";
}

std::string choices_text(const AnnotatorReport& annotator) {
    std::string text;
    for (const auto& [choice, count] : annotator.choices)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + " " +
                std::string(to_string(choice));
    return text;
}

std::string source_text(const std::string& source) {
    if (source == gold_source) return "the gold reward";
    if (source == run_source) return "the reward of the run";
    return "the reward model " + one_line(source);
}

}  // namespace

void write_stats_json(Context& context, const LabelReport& stats) {
    for (const AnnotatorReport& annotator : stats.annotators) {
        JsonLine line("annotator");
        line.set("name", annotator.name);
        for (const auto& [choice, count] : annotator.choices)
            line.set(std::string(to_string(choice)), count);
        line.set_encoded("self_agreement", estimate_json(annotator.self_agreement));
        line.set_encoded("left", estimate_json(annotator.position.left));
        if (annotator.position.p_value) line.set("left_p_value", *annotator.position.p_value);
        if (annotator.median_seconds) line.set("median_seconds", *annotator.median_seconds);
        line.set("time_outliers", static_cast<std::int64_t>(annotator.time_outliers.size()));
        context.out.line(line.text());
    }
    for (const RewardAgreement& reward : stats.rewards) {
        JsonLine line("reward_agreement");
        line.set("source", reward.source);
        if (reward.annotator.empty())
            line.set_encoded("annotator", "null");
        else
            line.set("annotator", reward.annotator);
        context.out.line(line.set_encoded("share", estimate_json(reward.share)).text());
    }
    for (const PairReport& pair : stats.pairs)
        context.out.line(JsonLine("annotators")
                             .set("first", pair.first)
                             .set("second", pair.second)
                             .set_encoded("kappa", estimate_json(pair.kappa))
                             .text());
    context.out.line(
        JsonLine("agreement")
            .set_encoded("raw", estimate_json(stats.raw))
            .set_encoded("alpha", estimate_json(stats.alpha))
            .set_encoded("ordered_alpha", estimate_json(stats.ordered_alpha))
            .set("disagreements", static_cast<std::int64_t>(stats.disagreements.size()))
            .text());
}

void write_stats(Context& context, const LabelReport& stats) {
    std::vector<std::vector<std::string>> rows;
    for (const AnnotatorReport& annotator : stats.annotators)
        rows.push_back(
            {one_line(annotator.name), choices_text(annotator),
             annotator.median_seconds ? format_significant(*annotator.median_seconds, 2) + " s"
                                      : std::string(),
             estimate_text(annotator.self_agreement), estimate_text(annotator.position.left)});
    context.out.write(format_table(
        {{"annotator"}, {"verdicts"}, {"median", true}, {"agrees with itself"}, {"chose the left"}},
        rows));
    context.out.line("");
    for (const PairReport& pair : stats.pairs)
        context.out.line("Cohen's kappa of " + one_line(pair.first) + " and " +
                         one_line(pair.second) + ": " + estimate_text(pair.kappa));
    context.out.line("agreement: " + estimate_text(stats.raw));
    context.out.line("Krippendorff's alpha: " + estimate_text(stats.alpha));
    context.out.line("the same with a, tie, b in order: " + estimate_text(stats.ordered_alpha));
    context.out.line("items on which annotators differ: " +
                     std::to_string(stats.disagreements.size()));
    for (const RewardAgreement& reward : stats.rewards)
        context.out.line((reward.annotator.empty() ? "what most say" : one_line(reward.annotator)) +
                         " agrees with " + source_text(reward.source) + ": " +
                         estimate_text(reward.share));
}

}  // namespace plumb::cli
