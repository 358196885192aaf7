// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/label_report.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/statistics.h"

namespace plumb {
namespace {

/// The categories of agreement, in the order of preference: A, none, B.
int ordered_category(Choice choice) {
    switch (choice) {
        case Choice::a:
        case Choice::good: return 0;
        case Choice::b:
        case Choice::bad: return 2;
        default: return 1;
    }
}

/// The annotators by name, and the place of each among them.
std::map<std::string, std::int64_t> numbered_annotators(std::span<const Verdict> verdicts) {
    std::map<std::string, std::int64_t> numbers;
    for (const Verdict& verdict : verdicts) numbers.emplace(verdict.annotator, 0);
    std::int64_t next = 0;
    for (auto& [name, number] : numbers) number = next++;
    return numbers;
}

AnnotatorReport report_on_one(const std::string& name, std::span<const Verdict> verdicts) {
    AnnotatorReport report;
    report.name = name;
    std::map<LabelItemId, Choice> first;
    std::vector<RepeatedRating> repeats;
    std::vector<ShownVerdict> shown;
    std::vector<double> seconds;
    std::vector<VerdictId> timed;
    for (const Verdict& verdict : verdicts) {
        if (verdict.annotator != name) continue;
        if (verdict.round == 0) ++report.choices[verdict.choice];
        if (verdict.choice == Choice::skip) continue;
        if (verdict.seconds) {
            seconds.push_back(*verdict.seconds);
            timed.push_back(verdict.id);
        }
        if (verdict.a_left)
            shown.push_back({verdict.choice == Choice::a   ? ShownVerdict::a
                             : verdict.choice == Choice::b ? ShownVerdict::b
                                                           : ShownVerdict::neither,
                             *verdict.a_left});
        // Rounds rise within an item.
        if (verdict.round == 0)
            first[verdict.item] = verdict.choice;
        else if (const auto before = first.find(verdict.item); before != first.end())
            repeats.push_back({static_cast<int>(before->second), static_cast<int>(verdict.choice)});
    }
    report.self_agreement = self_agreement(repeats);
    report.position = position_bias(shown);
    for (const std::size_t i : time_outliers(seconds)) report.time_outliers.push_back(timed[i]);
    if (!seconds.empty()) {
        report.median_seconds = median(seconds);
        if (*report.median_seconds > 0) report.verdicts_per_hour = 3600 / *report.median_seconds;
    }
    return report;
}

/// Whether both rated one item.
bool have_common_item(std::span<const Rating> ratings, std::int64_t first, std::int64_t second) {
    std::set<std::int64_t> items;
    for (const Rating& rating : ratings)
        if (rating.annotator == first) items.insert(rating.item);
    return std::ranges::any_of(ratings, [&](const Rating& rating) {
        return rating.annotator == second && items.contains(rating.item);
    });
}

}  // namespace

std::vector<LabelItemId> disagreements_of(std::span<const Verdict> verdicts) {
    std::map<LabelItemId, std::set<Choice>> choices;
    std::vector<LabelItemId> order;
    for (const Verdict& verdict : verdicts) {
        if (verdict.choice == Choice::skip || verdict.round > 0) continue;
        const auto [entry, first] = choices.try_emplace(verdict.item);
        if (first) order.push_back(verdict.item);
        entry->second.insert(verdict.choice);
    }
    std::erase_if(order, [&](LabelItemId item) { return choices.at(item).size() < 2; });
    return order;
}

LabelReport report_on(std::span<const Verdict> verdicts, const BootstrapOptions& options,
                      std::span<const ItemReward> rewards) {
    LabelReport report;
    const auto annotators = numbered_annotators(verdicts);
    std::vector<Rating> ratings, ordered;
    for (const Verdict& verdict : verdicts) {
        if (verdict.choice == Choice::skip || verdict.round > 0) continue;
        const std::int64_t annotator = annotators.at(verdict.annotator);
        ratings.push_back({verdict.item, annotator, static_cast<int>(verdict.choice)});
        ordered.push_back({verdict.item, annotator, ordered_category(verdict.choice)});
    }
    for (const auto& [name, number] : annotators)
        report.annotators.push_back(report_on_one(name, verdicts));
    for (const auto& [first, a] : annotators)
        for (const auto& [second, b] : annotators)
            if (a < b && have_common_item(ratings, a, b))
                report.pairs.push_back({first, second, cohen_kappa(ratings, a, b, options)});
    report.raw = raw_agreement(ratings, options);
    report.alpha = krippendorff_alpha(ratings, CategoryScale::nominal, options);
    report.ordered_alpha = krippendorff_alpha(ordered, CategoryScale::ordinal, options);
    report.disagreements = disagreements_of(verdicts);
    report.rewards = reward_agreement(verdicts, rewards);
    return report;
}

}  // namespace plumb
