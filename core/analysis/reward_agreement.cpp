// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/reward_agreement.h"

#include <cstdint>
#include <map>
#include <optional>

#include "analysis/label_majority.h"

namespace plumb {
namespace {

struct Count {
    std::int64_t agree = 0, all = 0;
};

/// a or b by item; who says something else is left out.
using Preferred = std::map<LabelItemId, Choice>;

bool is_decisive(Choice choice) { return choice == Choice::a || choice == Choice::b; }

std::map<std::string, Preferred> preferred_by_annotator(std::span<const Verdict> verdicts) {
    std::map<std::string, Preferred> preferred;
    for (const Verdict& verdict : verdicts)
        if (verdict.round == 0 && is_decisive(verdict.choice))
            preferred[verdict.annotator][verdict.item] = verdict.choice;
    return preferred;
}

Preferred preferred_by_most(std::span<const Verdict> verdicts) {
    std::map<LabelItemId, std::vector<Choice>> choices;
    for (const Verdict& verdict : verdicts)
        if (verdict.round == 0) choices[verdict.item].push_back(verdict.choice);
    Preferred preferred;
    for (const auto& [item, all] : choices)
        if (const auto choice = majority_of(all).choice; choice && is_decisive(*choice))
            preferred[item] = *choice;
    return preferred;
}

void add(const std::string& annotator, const Preferred& preferred,
         const std::map<std::string, Preferred>& by_source, std::vector<RewardAgreement>& all) {
    for (const auto& [source, rewarded] : by_source) {
        Count count;
        for (const auto& [item, choice] : preferred) {
            const auto reward = rewarded.find(item);
            if (reward == rewarded.end()) continue;
            ++count.all;
            if (reward->second == choice) ++count.agree;
        }
        if (count.all > 0)
            all.push_back({source, annotator, estimate_share(count.agree, count.all)});
    }
}

}  // namespace

std::vector<RewardAgreement> reward_agreement(std::span<const Verdict> verdicts,
                                              std::span<const ItemReward> rewards) {
    std::map<std::string, Preferred> by_source;
    for (const ItemReward& reward : rewards)
        if (reward.reward_a != reward.reward_b)
            by_source[reward.source][reward.item] =
                reward.reward_a > reward.reward_b ? Choice::a : Choice::b;
    const auto by_annotator = preferred_by_annotator(verdicts);
    std::vector<RewardAgreement> all;
    for (const auto& [annotator, preferred] : by_annotator)
        add(annotator, preferred, by_source, all);
    if (by_annotator.size() > 1) add("", preferred_by_most(verdicts), by_source, all);
    return all;
}

}  // namespace plumb
