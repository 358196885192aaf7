// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/claims.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/compare/claim_evidence.h"
#include "analysis/compare/group_curves.h"
#include "analysis/compare/group_tables.h"
#include "analysis/compare/mean_test.h"
#include "analysis/compare/multiple_testing.h"
#include "analysis/ticks.h"
#include "config/claim_variants.h"

namespace plumb {
namespace {

namespace variants = claim_variants;

constexpr double level = 0.05;
/// "About half": between these shares.
constexpr Interval about_half = {0.4, 0.6};

std::string counted(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string runs_of_seeds(std::size_t count) {
    return count == 1 ? "1 seed" : std::to_string(count) + " seeds";
}

/// Fills in what all claims have: the runs, the seeds, and that nothing was run.
class Judge {
public:
    Judge(const std::vector<ComparedRun>& runs, const std::map<RunId, PromptGains>& gains)
        : evidence_(runs), gains_(gains) {}

    std::vector<Claim> all() {
        std::vector<Claim> claims = {models(),        compute(),    compute_to_reward(),
                                     ppo_sensitive(), ppo_hacks(),  dpo_stable(),
                                     dpo_stale(),     dpo_narrow(), grpo_checkable(),
                                     grpo_learned(),  grpo_longer()};
        std::vector<std::optional<double>> p_values;
        for (const Claim& claim : claims) p_values.push_back(claim.p_value);
        const auto adjusted = holm_adjusted(p_values);
        for (std::size_t i = 0; i < claims.size(); ++i) settle(claims[i], adjusted[i]);
        return claims;
    }

private:
    Claim begin(std::string id, std::string statement, std::string experiment,
                const std::vector<std::string>& of) const {
        Claim claim;
        claim.id = std::move(id);
        claim.statement = std::move(statement);
        claim.experiment = std::move(experiment);
        std::string missing;
        for (const std::string& variant : of) {
            const auto found = evidence_.runs_of(variant);
            if (found.empty()) missing += (missing.empty() ? "" : ", ") + variant;
            for (const ComparedRun* run : found) claim.runs.push_back(run->record.id);
        }
        if (!missing.empty()) claim.reason = "No run of " + missing + " has come to an end yet.";
        return claim;
    }

    bool is_run(const Claim& claim) const { return claim.reason.empty(); }

    /// The verdict of a claim that says that these values, one a seed, are above 0 on average.
    void test(Claim& claim, const std::vector<double>& values) const {
        const MeanTest result = mean_test(values);
        claim.estimate = result.estimate;
        claim.p_value = result.p_value;
        claim.seeds = values.size();
        claim.verdict = ClaimVerdict::not_decided;
    }

    /// Once it is known how many tests there are.
    void settle(Claim& claim, std::optional<double> adjusted) const {
        claim.adjusted_p = adjusted;
        if (claim.verdict != ClaimVerdict::not_decided || !claim.reason.empty()) return;
        if (claim.seeds < 2) {
            claim.reason = "One seed decides nothing.";
        } else if (!adjusted) {
            claim.reason = "The seeds do not differ at all, so that they tell nothing of others.";
        } else if (*adjusted >= level) {
            claim.reason = "p " + p_text(*adjusted) + " after correction for all claims: these " +
                           runs_of_seeds(claim.seeds) + " do not decide it; more could.";
        } else {
            const bool above = claim.estimate.value.value_or(0) > 0;
            claim.verdict = above ? ClaimVerdict::holds : ClaimVerdict::does_not_hold;
            claim.reason = "p " + p_text(*adjusted) + " after correction for all claims, " +
                           runs_of_seeds(claim.seeds) + ".";
        }
    }

    Claim models() const {
        Claim claim = begin(
            "models", "PPO holds 4 models in memory, DPO 2, GRPO 3.",
            "The models counted in memory during updates (memory/models) on "
            "reviews, where the reward is learned; on sums a rule is the reward.",
            {std::string(variants::ppo), std::string(variants::dpo), std::string(variants::grpo)});
        if (!is_run(claim)) return claim;
        const std::pair<std::string_view, double> said[] = {
            {variants::ppo, 4}, {variants::dpo, 2}, {variants::grpo, 3}};
        bool as_said = true;
        for (const auto& [variant, models] : said) {
            const auto counts = evidence_.values(variant, last_of("memory/models"));
            claim.seeds = std::max(claim.seeds, counts.size());
            for (const double count : counts) as_said = as_said && count == models;
            claim.figure += (claim.figure.empty() ? "" : ", ") + std::string(variant) + " " +
                            (counts.empty() ? "not measured" : short_number(counts.front()));
        }
        for (const auto& [variant, name] :
             {std::pair(variants::ppo_sums, "PPO"), std::pair(variants::grpo_sums, "GRPO")})
            if (const auto counts = evidence_.values(variant, last_of("memory/models"));
                !counts.empty())
                claim.figure += "; with a rule as reward " + std::string(name) + " " +
                                short_number(counts.front());
        claim.verdict = as_said ? ClaimVerdict::holds : ClaimVerdict::does_not_hold;
        claim.reason =
            "A count that no draw changes: equal in all runs, so that no interval is "
            "needed.";
        if (!as_said) claim.reason = "The counts are not those of the claim.";
        return claim;
    }

    Claim compute() const {
        Claim claim =
            begin("grpo-compute", "GRPO needs about half of PPO's compute.",
                  "Operations of sampling, scores and updates for each sampled token, when both "
                  "pass over "
                  "each completion once, same model, batch and prompts, a learned reward and a "
                  "reference. About half: between " +
                      short_number(about_half.low) + " and " + short_number(about_half.high) + ".",
                  {std::string(variants::grpo_once), std::string(variants::ppo_once)});
        if (!is_run(claim)) return claim;
        const std::vector<double> ratios =
            evidence_.paired(variants::grpo_once, variants::ppo_once, flops_per_token,
                             [](double grpo, double ppo) { return grpo / ppo; });
        claim.estimate = mean_estimate(ratios);
        claim.seeds = ratios.size();
        claim.figure = estimate_text(claim.estimate) + " of PPO's operations for a sampled token";
        const std::vector<double> as_preset =
            evidence_.paired(variants::grpo, variants::ppo, flops_per_token,
                             [](double grpo, double ppo) { return grpo / ppo; });
        if (!as_preset.empty())
            claim.figure += "; " + estimate_text(mean_estimate(as_preset)) +
                            " with the presets, whose PPO passes over each twice";
        claim.verdict = ClaimVerdict::not_decided;
        if (!claim.estimate.interval) {
            claim.reason = "One seed decides nothing.";
            return claim;
        }
        const Interval seen = *claim.estimate.interval;
        if (seen.low >= about_half.low && seen.high <= about_half.high)
            claim.verdict = ClaimVerdict::holds;
        else if (seen.high < about_half.low || seen.low > about_half.high)
            claim.verdict = ClaimVerdict::does_not_hold;
        claim.reason =
            claim.verdict == ClaimVerdict::not_decided
                ? "The interval reaches over the edge of what counts as about half."
                : "The whole interval lies " +
                      std::string(claim.verdict == ClaimVerdict::holds ? "within" : "outside") +
                      " what counts as about half. It depends on the number of passes.";
        return claim;
    }

    Claim compute_to_reward() const {
        Claim claim = begin(
            "grpo-compute-to-reward", "GRPO reaches a given reward with less compute than PPO.",
            "Operations until the held-out gold reward is half way from the start to PPO's "
            "best, on reviews; the logarithm of PPO's over GRPO's, by seed.",
            {std::string(variants::ppo), std::string(variants::grpo)});
        if (!is_run(claim)) return claim;
        std::vector<double> logs;
        std::size_t unreached = 0;
        evidence_.for_pairs(variants::ppo, variants::grpo,
                            [&](const ComparedRun& ppo, const ComparedRun& grpo) {
                                const auto start = first_of("eval/gold_reward")(ppo);
                                const auto best = best_of(ppo);
                                if (!start || !best) return;
                                const double aim = *start + 0.5 * (*best - *start);
                                const auto of_ppo = flops_until(ppo, aim);
                                const auto of_grpo = flops_until(grpo, aim);
                                if (of_ppo && of_grpo && *of_ppo > 0 && *of_grpo > 0)
                                    logs.push_back(std::log(*of_ppo / *of_grpo));
                                else
                                    ++unreached;
                            });
        test(claim, logs);
        if (claim.estimate.value) {
            Estimate ratio = claim.estimate;
            ratio.value = std::exp(-*ratio.value);
            if (ratio.interval)
                ratio.interval = Interval{std::exp(-claim.estimate.interval->high),
                                          std::exp(-claim.estimate.interval->low)};
            claim.figure = "GRPO took " + estimate_text(ratio) + " of PPO's operations";
        }
        if (unreached > 0) {
            claim.figure += (claim.figure.empty() ? "" : "; ") + counted(unreached, "seed") +
                            " where GRPO did not get there";
            claim.p_value.reset();
            claim.reason = "GRPO did not get there with " + counted(unreached, "seed") +
                           ", so that there is no ratio.";
        }
        return claim;
    }

    Claim ppo_sensitive() const {
        Claim claim = begin("ppo-sensitive", "PPO depends more on its KL weight than DPO.",
                            "The held-out gold reward at the end for every weight of a sweep: best "
                            "minus worst, by seed, PPO's minus DPO's.",
                            {});
        const auto ppo = evidence_.sweep(variants::ppo_sweep),
                   dpo = evidence_.sweep(variants::dpo_sweep);
        if (ppo.size() < 2 || dpo.size() < 2) {
            claim.reason = "The sweeps of PPO and DPO have not come to an end yet.";
            return claim;
        }
        add_runs(claim, {ppo, dpo});
        const auto ranges = [&](const std::vector<std::string>& of) {
            std::map<std::int64_t, std::vector<double>> ends;
            for (const std::string& variant : of)
                for (const ComparedRun* run : evidence_.runs_of(variant))
                    if (const auto end = run->last("eval/gold_reward"))
                        ends[run->settings.seed].push_back(*end);
            std::map<std::int64_t, double> result;
            for (const auto& [seed, values] : ends)
                if (values.size() == of.size())
                    result[seed] = std::ranges::max(values) - std::ranges::min(values);
            return result;
        };
        const auto of_ppo = ranges(ppo), of_dpo = ranges(dpo);
        const auto grpo = evidence_.sweep(variants::grpo_sweep);
        std::vector<double> differences;
        for (const auto& [seed, range] : of_ppo)
            if (const auto other = of_dpo.find(seed); other != of_dpo.end())
                differences.push_back(range - other->second);
        test(claim, differences);
        claim.figure = "best to worst: PPO " + estimate_text(mean_of(of_ppo)) + ", DPO " +
                       estimate_text(mean_of(of_dpo));
        if (grpo.size() > 1) claim.figure += ", GRPO " + estimate_text(mean_of(ranges(grpo)));
        return claim;
    }

    Claim ppo_hacks() const {
        const auto sweep = evidence_.sweep(variants::ppo_sweep);
        Claim claim = begin(
            "ppo-hacks", "With a low KL weight PPO exploits its reward model.",
            "What the held-out gold reward lost from its best evaluation to the end: without a KL "
            "weight, minus with the weight that ends best; and whether the learned reward rose "
            "meanwhile.",
            {});
        const std::string none = std::string(variants::ppo_sweep) + "0";
        if (sweep.size() < 2 || std::ranges::find(sweep, none) == sweep.end()) {
            claim.reason = "The sweep of PPO's KL weight has not come to an end yet.";
            return claim;
        }
        std::string sound;
        double best_end = -INFINITY;
        for (const std::string& variant : sweep) {
            const Estimate end =
                mean_estimate(evidence_.values(variant, last_of("eval/gold_reward")));
            if (variant != none && end.value && *end.value > best_end) {
                best_end = *end.value;
                sound = variant;
            }
        }
        add_runs(claim, {{none, sound}});
        std::size_t hacked = 0, seen = 0;
        for (const ComparedRun* run : evidence_.runs_of(none)) {
            ++seen;
            hacked += has_hacked(*run);
        }
        test(claim, evidence_.paired(none, sound, lost_after_best,
                                     [](double a, double b) { return a - b; }));
        claim.figure =
            "lost " + estimate_text(mean_estimate(evidence_.values(none, lost_after_best))) +
            " gold at kl_coef 0, " +
            estimate_text(mean_estimate(evidence_.values(sound, lost_after_best))) + " at " +
            sound.substr(variants::ppo_sweep.size()) + "; learned reward up while gold fell in " +
            std::to_string(hacked) + " of " + std::to_string(seen);
        return claim;
    }

    Claim dpo_stable() const {
        Claim claim = begin("dpo-stable", "DPO is more stable than PPO.",
                            "What the held-out gold reward lost from its best evaluation to the "
                            "end, mean over the KL weights of a sweep, by seed: PPO's minus DPO's.",
                            {});
        const auto ppo = evidence_.sweep(variants::ppo_sweep),
                   dpo = evidence_.sweep(variants::dpo_sweep);
        if (ppo.size() < 2 || dpo.size() < 2) {
            claim.reason = "The sweeps of PPO and DPO have not come to an end yet.";
            return claim;
        }
        add_runs(claim, {ppo, dpo});
        const auto by_seed = [&](const std::vector<std::string>& of) {
            std::map<std::int64_t, std::vector<double>> lost;
            for (const std::string& variant : of)
                for (const ComparedRun* run : evidence_.runs_of(variant))
                    if (const auto value = lost_after_best(*run))
                        lost[run->settings.seed].push_back(*value);
            std::map<std::int64_t, double> means;
            for (const auto& [seed, values] : lost)
                if (values.size() == of.size()) means[seed] = *mean_estimate(values).value;
            return means;
        };
        const auto diverged = [&](const std::vector<std::string>& of) {
            std::size_t count = 0, all = 0;
            for (const std::string& variant : of)
                for (const ComparedRun* run : evidence_.runs_of(variant)) {
                    ++all;
                    count += has_diverged(*run, "eval/gold_reward");
                }
            return std::to_string(count) + " of " + std::to_string(all);
        };
        const auto of_ppo = by_seed(ppo), of_dpo = by_seed(dpo);
        std::vector<double> differences;
        for (const auto& [seed, lost] : of_ppo)
            if (const auto other = of_dpo.find(seed); other != of_dpo.end())
                differences.push_back(lost - other->second);
        test(claim, differences);
        claim.figure = "lost after the best: PPO " + estimate_text(mean_of(of_ppo)) + ", DPO " +
                       estimate_text(mean_of(of_dpo)) + "; ended below the start: PPO " +
                       diverged(ppo) + ", DPO " + diverged(dpo);
        return claim;
    }

    Claim dpo_stale() const {
        const std::string fixed = std::string(variants::dpo_sweep) + "0.1";
        Claim claim = begin("dpo-stale", "Fixed pairs hold DPO back: they go stale.",
                            "The held-out gold reward at the end with pairs that the policy writes "
                            "anew in each step and the reward model ranks, minus that with the "
                            "fixed pairs which that reward model was made from.",
                            {std::string(variants::dpo_fresh), fixed});
        if (!is_run(claim)) return claim;
        test(claim, evidence_.paired(variants::dpo_fresh, fixed, last_of("eval/gold_reward"),
                                     [](double a, double b) { return a - b; }));
        claim.figure =
            "fresh pairs " + ends_text(variants::dpo_fresh) + ", fixed pairs " + ends_text(fixed);
        return claim;
    }

    Claim dpo_narrow() const {
        Claim claim = begin("dpo-narrow", "DPO does little for prompts that its pairs do not have.",
                            "Pairs of a few prompts, as many as others have of many: the rise of "
                            "the gold reward on held-out prompts that the pairs have, minus that "
                            "on prompts that they do not have.",
                            {std::string(variants::dpo_few)});
        if (!is_run(claim)) return claim;
        std::vector<double> differences, inside, outside;
        for (const ComparedRun* run : evidence_.runs_of(variants::dpo_few))
            if (const auto found = gains_.find(run->record.id); found != gains_.end()) {
                const PromptGains& gains = found->second;
                if (gains.inside_prompts == 0 || gains.outside_prompts == 0) continue;
                differences.push_back(gains.inside - gains.outside);
                inside.push_back(gains.inside);
                outside.push_back(gains.outside);
            }
        test(claim, differences);
        claim.figure = "gold rose by " + estimate_text(mean_estimate(inside)) +
                       " on prompts of the pairs, by " + estimate_text(mean_estimate(outside)) +
                       " on others";
        if (differences.empty()) {
            claim.figure.clear();
            claim.reason = "No run has held-out answers on both kinds of prompts.";
        }
        return claim;
    }

    Claim grpo_checkable() const {
        Claim claim = begin("grpo-checkable", "GRPO is strongest where an answer can be checked.",
                            "Sums with a rule as reward, every algorithm with the same operations: "
                            "GRPO's held-out accuracy minus the better one of PPO's and DPO's "
                            "means, by seed.",
                            {std::string(variants::grpo_sums), std::string(variants::ppo_sums),
                             std::string(variants::dpo_sums)});
        if (!is_run(claim)) return claim;
        const auto accuracy = last_of("eval/accuracy");
        const double ppo =
            mean_estimate(evidence_.values(variants::ppo_sums, accuracy)).value.value_or(0);
        const double dpo =
            mean_estimate(evidence_.values(variants::dpo_sums, accuracy)).value.value_or(0);
        test(claim, evidence_.paired(variants::grpo_sums,
                                     ppo >= dpo ? variants::ppo_sums : variants::dpo_sums, accuracy,
                                     [](double a, double b) { return a - b; }));
        for (const auto& variant : {variants::grpo_sums, variants::ppo_sums, variants::dpo_sums})
            claim.figure += (claim.figure.empty() ? "accuracy " : ", ") +
                            std::string(variant.substr(0, variant.find(','))) + " " +
                            estimate_text(mean_estimate(evidence_.values(variant, accuracy)));
        return claim;
    }

    Claim grpo_learned() const {
        Claim claim = begin("grpo-learned", "GRPO is weak where answers cannot be checked.",
                            "Reviews with a learned reward, every algorithm with the same "
                            "operations: PPO's held-out gold reward at the end minus GRPO's.",
                            {std::string(variants::ppo), std::string(variants::grpo)});
        if (!is_run(claim)) return claim;
        test(claim, evidence_.paired(variants::ppo, variants::grpo, last_of("eval/gold_reward"),
                                     [](double a, double b) { return a - b; }));
        claim.figure = "gold reward PPO " + ends_text(variants::ppo) + ", GRPO " +
                       ends_text(variants::grpo) + ", DPO " + ends_text(variants::dpo);
        return claim;
    }

    Claim grpo_longer() const {
        Claim claim =
            begin("grpo-longer", "With GRPO reasoning gets longer by itself.",
                  "Sums: the mean length of held-out answers at the end minus that at the "
                  "start, in tokens; nothing rewards length.",
                  {std::string(variants::grpo_sums)});
        if (!is_run(claim)) return claim;
        const auto change = [](const char* key) {
            return [key](const ComparedRun& run) -> std::optional<double> {
                const auto start = first_of(key)(run), end = run.last(key);
                if (!start || !end) return std::nullopt;
                return *end - *start;
            };
        };
        test(claim, evidence_.values(variants::grpo_sums, change("eval/mean_length")));
        const auto mean = [&](auto value) {
            return estimate_text(mean_estimate(evidence_.values(variants::grpo_sums, value)));
        };
        claim.figure = mean(first_of("eval/mean_length")) + " to " +
                       mean(last_of("eval/mean_length")) + " tokens; scratchpad in " +
                       mean(first_of("eval/scratchpad")) + " to " +
                       mean(last_of("eval/scratchpad")) + " of the answers";
        return claim;
    }

    void add_runs(Claim& claim, const std::vector<std::vector<std::string>>& of) const {
        for (const auto& some : of)
            for (const std::string& variant : some)
                for (const ComparedRun* run : evidence_.runs_of(variant))
                    claim.runs.push_back(run->record.id);
    }

    static Estimate mean_of(const std::map<std::int64_t, double>& by_seed) {
        std::vector<double> values;
        for (const auto& [seed, value] : by_seed) values.push_back(value);
        return mean_estimate(values);
    }

    std::string ends_text(std::string_view variant) const {
        return estimate_text(mean_estimate(evidence_.values(variant, last_of("eval/gold_reward"))));
    }

    ClaimEvidence evidence_;
    const std::map<RunId, PromptGains>& gains_;
};

}  // namespace

std::string_view verdict_text(ClaimVerdict verdict) {
    switch (verdict) {
        case ClaimVerdict::holds: return "holds here";
        case ClaimVerdict::does_not_hold: return "does not hold here";
        case ClaimVerdict::not_decided: return "not decided";
        case ClaimVerdict::not_run: return "not run yet";
    }
    return {};
}

std::vector<Claim> judge_claims(const std::vector<ComparedRun>& runs,
                                const std::map<RunId, PromptGains>& gains) {
    return Judge(runs, gains).all();
}

ReportTable claims_table(const std::vector<Claim>& claims) {
    ReportTable table{.id = "claims", .title = "The usual account, measured"};
    table.columns = {{"claim", "claim", "", "", false},
                     {"verdict", "verdict", "", "", false},
                     {"figure", "figure", "", "", false},
                     {"seeds", "seeds", "", "", true},
                     {"p_holm", "p (Holm)", "", "Corrected for all claims of this table.", true},
                     {"reason", "why", "", "", false},
                     {"experiment", "experiment", "", "", false},
                     {"runs", "runs", "", "", false}};
    for (const Claim& claim : claims) {
        std::string runs;
        for (const RunId run : claim.runs) runs += (runs.empty() ? "" : " ") + std::to_string(run);
        TableCell seeds, p;
        if (claim.seeds > 0)
            seeds = {.text = std::to_string(claim.seeds),
                     .value = static_cast<double>(claim.seeds)};
        if (claim.adjusted_p)
            p = {.text = p_text(*claim.adjusted_p),
                 .value = claim.adjusted_p,
                 .detail = "uncorrected " + p_text(*claim.p_value)};
        TableCell figure{.text = claim.figure, .interval = claim.estimate.interval};
        table.rows.push_back({{{.text = claim.statement},
                               {.text = std::string(verdict_text(claim.verdict))},
                               std::move(figure),
                               std::move(seeds),
                               std::move(p),
                               {.text = claim.reason},
                               {.text = claim.experiment},
                               {.text = runs}}});
    }
    table.notes = {
        "Means over seeds with 95 % intervals (Student's t). A verdict is at 5 % after correction "
        "for all claims that were tested (Holm); it is about these small models and tasks, and not "
        "decided is no proof of the contrary."};
    return table;
}

}  // namespace plumb
