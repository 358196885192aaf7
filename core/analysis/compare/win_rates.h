// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/compare/report_table.h"
#include "analysis/estimate.h"

namespace plumb {

/// What a tie does to the share of wins.
enum class TieRule : std::uint8_t {
    half,       ///< half a win for each: both shares of a pair add up to 1
    drop,       ///< left out: the share is of the prompts that one of the two won
    both_lose,  ///< no win for either, but the prompt counts
};
/// "half", "drop", "both_lose"
std::string_view to_string(TieRule rule);
std::optional<TieRule> parse_tie_rule(std::string_view name);
/// "ties count half a win for each"
std::string_view describe(TieRule rule);

/// How the answers of two models to one prompt compare, as the first of them sees it.
enum class DuelOutcome : std::uint8_t { win, loss, tie };
DuelOutcome reversed(DuelOutcome outcome);

/// The answers of two models to one prompt, judged. Indices into the models and the prompts.
struct Duel {
    std::size_t prompt = 0;
    std::size_t first = 0, second = 0;
    DuelOutcome outcome = DuelOutcome::tie;
};

/// Every pair of models on every prompt that both have a score for; equal scores are a tie. A
/// missing score, or one that is not a number, judges nothing. scores[m][p]: of model m's answer to
/// prompt p. Precondition: equally many prompts for each model.
std::vector<Duel> duels_of_scores(const std::vector<std::vector<std::optional<double>>>& scores);

/// One model against another.
struct WinCell {
    std::int64_t wins = 0, losses = 0, ties = 0;
    std::int64_t left_out = 0;  ///< prompts on which the two were not compared
    /// Share of wins under the rule, 95 %; count is the number of prompts that it is a share of.
    Estimate share{};
    /// Exact sign test of wins against losses, ties left out, two-sided; adjusted by Holm's method
    /// over all pairs of the table. Empty where no prompt was decided.
    std::optional<double> p_value{}, adjusted_p{};

    std::int64_t judged() const { return wins + losses + ties; }
};

/// Every model against every other.
struct WinTable {
    std::vector<std::string> models;
    std::size_t prompts = 0;
    TieRule ties = TieRule::half;
    /// cells[a][b]: a against b; empty on the diagonal. cells[b][a] mirrors it.
    std::vector<std::vector<WinCell>> cells;
    std::int64_t tests = 0;  ///< pairs with a p-value: what Holm's method corrects for
};

/// Of duels between these models on so many prompts; two of the same models on the same prompt are
/// two prompts to it, so that there should be none.
///
/// The interval of a share of outcomes that are 0 or 1 (no ties, or ties that do not count half) is
/// Wilson's. With half wins it is the percentile bootstrap over the prompts of the pair, as long as
/// both models have won one: resamples show nothing that has not been seen, and without a win or
/// without a loss they would end at 0 or 1 too surely. There the interval is Wilson's of the share,
/// which is never too narrow for outcomes between 0 and 1, since their variance is at most
/// p (1 - p). Prompts are what intervals are over: they say nothing of another training seed.
WinTable win_table(std::vector<std::string> models, std::size_t prompts,
                   std::span<const Duel> duels, TieRule ties,
                   const BootstrapOptions& bootstrap = {});

/// Wilson's interval of a mean of outcomes between 0 and 1. Precondition: 0 <= mean <= 1, count >
/// 0.
Interval wilson_interval_of_mean(double mean, std::int64_t count, double z = normal_quantile_95);

/// A row a model, a column for each model that it is compared with: "over MODEL". judge: what
/// decided, said in the title.
ReportTable win_matrix(const WinTable& table, std::string_view judge);

}  // namespace plumb
