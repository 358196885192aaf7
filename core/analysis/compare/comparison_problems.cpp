// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/comparison_problems.h"

#include <algorithm>
#include <map>
#include <set>

#include "analysis/compare/group_values.h"
#include "analysis/metric_info.h"
#include "analysis/run_ledger.h"
#include "analysis/ticks.h"
#include "base/strings.h"
#include "config/roles.h"

namespace plumb {
namespace {

constexpr double equal_within = 0.1;

std::string list(const std::vector<std::string>& items, std::size_t most = 4) {
    std::string text;
    for (std::size_t i = 0; i < items.size() && i < most; ++i)
        text += (i == 0 ? "" : ", ") + items[i];
    if (items.size() > most) text += " and " + std::to_string(items.size() - most) + " more";
    return text;
}

class Finder {
public:
    Finder(const std::vector<ComparedRun>& runs, const std::vector<RunGroup>& groups,
           const std::string& metric)
        : runs_(runs), groups_(groups), metric_(metric) {}

    std::vector<ComparisonProblem> find() {
        look_at_tasks();
        look_at_gold();
        look_at_states();
        look_at_seeds();
        look_at_budgets();
        look_at_kl();
        look_at_checkpoints();
        look_at_edits();
        return std::move(found_);
    }

private:
    void add(std::string id, std::string text) {
        found_.push_back({std::move(id), std::move(text)});
    }

    /// Names of the policy runs for which it holds.
    template <class Predicate>
    std::vector<std::string> runs_with(Predicate holds) const {
        std::vector<std::string> names;
        for (const ComparedRun& run : runs_)
            if (run.trains_policy() && holds(run)) names.push_back(run.record.name);
        return names;
    }

    void look_at_tasks() {
        std::set<std::string> tasks;
        std::set<std::int64_t> digits, prompts;
        for (const ComparedRun& run : runs_) {
            tasks.insert(run.settings.task);
            if (run.settings.task == "arithmetic") digits.insert(run.settings.arithmetic_digits);
            if (run.trains_policy()) prompts.insert(run.settings.eval_prompts);
        }
        if (tasks.size() > 1)
            add("tasks", "The runs are of different tasks (" + list({tasks.begin(), tasks.end()}) +
                             "): rewards are not on one scale and prompts are not the same. Costs "
                             "can be compared, rewards and win rates cannot.");
        else if (digits.size() > 1)
            add("tasks",
                "The runs are of sums of different lengths (arithmetic_digits): their accuracies "
                "are of different prompts.");
        if (tasks.size() == 1 && prompts.size() > 1)
            add("prompts",
                "Evaluations use different numbers of held-out prompts (eval_prompts); values are "
                "means over different prompts.");
    }

    void look_at_gold() {
        const auto without = runs_with([](const ComparedRun& run) {
            return !run.last("eval/gold_reward") && !run.last("eval/accuracy");
        });
        const auto all = runs_with([](const ComparedRun&) { return true; });
        if (all.empty()) {
            add("gold", "No run trains a policy: there is no reward to compare.");
        } else if (without.size() == all.size()) {
            add("gold",
                "No run has a gold reward: what is compared is " + metric_info(metric_).title +
                    ", the proxy that runs optimise themselves. It cannot show that a proxy is "
                    "exploited; judge the answers by people or another reward (win rates).");
        } else if (!without.empty()) {
            add("gold", "No gold reward was measured in " + list(without) +
                            "; there the comparison has nothing to say about it.");
        }
        std::set<std::string> scales;
        for (const ComparedRun& run : runs_)
            if (run.trains_policy() && run.last("eval/reward"))
                scales.insert(rewards_text(run.settings));
        if (scales.size() > 1 && metric_ == "eval/reward")
            add("rewards", "Runs optimise different rewards (" +
                               list({scales.begin(), scales.end()}) +
                               "), which are not on one scale.");
    }

    void look_at_states() {
        const auto named = [&](auto holds) {
            std::vector<std::string> names;
            for (const ComparedRun& run : runs_)
                if (holds(run.record.state)) names.push_back(run.record.name);
            return names;
        };
        if (const auto going = named([](RunState s) { return !is_over(s); }); !going.empty())
            add("state", list(going) + (going.size() == 1 ? " is" : " are") +
                             " still going on; means are over what runs have reached so far.");
        if (const auto failed = named([](RunState s) { return s == RunState::failed; });
            !failed.empty())
            add("state",
                list(failed) + " failed; the last values before the failure stand for the end.");
        if (const auto cut = named(
                [](RunState s) { return s == RunState::aborted || s == RunState::interrupted; });
            !cut.empty())
            add("state",
                list(cut) + (cut.size() == 1 ? " was" : " were") + " cut off before the end.");
    }

    void look_at_seeds() {
        std::vector<std::string> single;
        std::set<std::vector<std::int64_t>> all_seeds;
        for (const RunGroup& group : groups_) {
            if (!runs_[group.runs.front()].trains_policy()) continue;
            if (group.runs.size() == 1) single.push_back(group.name);
            std::vector<std::int64_t> seeds;
            for (const std::size_t run : group.runs) seeds.push_back(runs_[run].settings.seed);
            all_seeds.insert(seeds);
        }
        if (!single.empty())
            add("seeds", (single.size() == 1 ? list(single) + " has one seed"
                                             : list(single) + " have one seed each") +
                             ": there is no interval over seeds and no verdict. Two are the least, "
                             "three or more are better.");
        if (all_seeds.size() > 1)
            add("seeds",
                "Groups have different seeds; differences are then of means (Welch) instead of "
                "seed by seed.");
    }

    void look_at_budgets() {
        struct Spent {
            double tokens = 0, seconds = 0, flops = 0;
        };
        std::vector<Spent> spent;
        for (const RunGroup& group : groups_) {
            if (!runs_[group.runs.front()].trains_policy()) continue;
            Spent mean;
            double count = 0;
            for (const std::size_t run : group.runs)
                if (const auto ledger = RunLedger(runs_[run].metrics).at()) {
                    mean.tokens += ledger->generated_tokens;
                    mean.seconds += ledger->total.sum();
                    mean.flops += ledger->operations;
                    ++count;
                }
            if (count == 0) continue;
            spent.push_back({mean.tokens / count, mean.seconds / count, mean.flops / count});
        }
        if (spent.size() < 2) return;
        const auto is_equal = [&](auto member) {
            const auto [low, high] = std::ranges::minmax(spent, {}, member);
            return high.*member - low.*member <= equal_within * (high.*member);
        };
        std::vector<std::string> equal;
        if (is_equal(&Spent::seconds)) equal.emplace_back("seconds");
        if (is_equal(&Spent::tokens)) equal.emplace_back("generated tokens");
        if (is_equal(&Spent::flops)) equal.emplace_back("FLOPs");
        if (!equal.empty()) {
            add("budget", "The groups have spent about equal " + list(equal) +
                              " in their updates (within 10 %).");
            return;
        }
        const auto [low, high] = std::ranges::minmax(spent, {}, &Spent::flops);
        add("budget",
            "The groups have not spent the same: in their updates from " +
                short_number(low.flops / 1e12) + " to " + short_number(high.flops / 1e12) +
                " TFLOP, and seconds and tokens differ too. A lead at the end may be a larger "
                "budget: look at the curves over time, tokens or FLOPs, or compare with a budget.");
    }

    void look_at_kl() {
        const auto without =
            runs_with([](const ComparedRun& run) { return !run.last("eval/kl_sequence"); });
        if (!without.empty())
            add("kl", "No KL on held-out prompts was measured in " + list(without) +
                          " (eval_kl): they are not on the frontier.");
    }

    void look_at_checkpoints() {
        const auto without = runs_with([](const ComparedRun& run) {
            return is_over(run.record.state) && run.checkpoints.empty();
        });
        if (!without.empty())
            add("checkpoint", "No checkpoint is left of " + list(without) +
                                  ": new answers and win rates cannot be had from there; what was "
                                  "recorded while it trained can.");
    }

    void look_at_edits() {
        std::vector<std::string> edited;
        for (const ComparedRun& run : runs_)
            if (!run.edits.empty()) edited.push_back(run.record.name);
        if (!edited.empty())
            add("edits", list(edited) + (edited.size() == 1 ? " was" : " were") +
                             " edited while going on, so that each stands alone (see Edits).");
    }

    const std::vector<ComparedRun>& runs_;
    const std::vector<RunGroup>& groups_;
    const std::string& metric_;
    std::vector<ComparisonProblem> found_;
};

}  // namespace

std::vector<ComparisonProblem> comparison_problems(const std::vector<ComparedRun>& runs,
                                                   const std::vector<RunGroup>& groups,
                                                   const std::string& metric) {
    return Finder(runs, groups, metric).find();
}

}  // namespace plumb
