// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/win_rates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "analysis/compare/multiple_testing.h"
#include "base/check.h"
#include "base/strings.h"

namespace plumb {
namespace {

constexpr std::array<std::pair<TieRule, std::string_view>, 3> rule_names = {{
    {TieRule::half, "half"},
    {TieRule::drop, "drop"},
    {TieRule::both_lose, "both_lose"},
}};

double points_of(DuelOutcome outcome) {
    if (outcome == DuelOutcome::tie) return 0.5;
    return outcome == DuelOutcome::win ? 1 : 0;
}

Interval mirrored(const Interval& interval) { return {1 - interval.high, 1 - interval.low}; }

/// Ties count half: of outcomes 0, 1/2 and 1.
Estimate half_share(const WinCell& cell, const std::vector<double>& points,
                    const BootstrapOptions& bootstrap) {
    if (cell.ties == 0) return estimate_share(cell.wins, cell.judged());
    const auto n = static_cast<double>(cell.judged());
    Estimate share;
    share.count = cell.judged();
    share.value = (static_cast<double>(cell.wins) + static_cast<double>(cell.ties) / 2) / n;
    if (cell.wins > 0 && cell.losses > 0) {
        const auto mean = [&](std::span<const std::size_t> items) -> std::optional<double> {
            double sum = 0;
            for (const std::size_t item : items) sum += points[item];
            return sum / static_cast<double>(items.size());
        };
        share.interval = bootstrap_interval(points.size(), mean, bootstrap);
    } else {
        share.interval = wilson_interval_of_mean(*share.value, share.count);
    }
    return share;
}

Estimate share_of(const WinCell& cell, TieRule rule, const std::vector<double>& points,
                  const BootstrapOptions& bootstrap) {
    if (cell.judged() == 0) return {};
    switch (rule) {
        case TieRule::drop: return estimate_share(cell.wins, cell.wins + cell.losses);
        case TieRule::both_lose: return estimate_share(cell.wins, cell.judged());
        case TieRule::half: break;
    }
    return half_share(cell, points, bootstrap);
}

/// The cell of the second model against the first.
WinCell mirror_of(const WinCell& cell, TieRule rule) {
    WinCell mirror = cell;
    std::swap(mirror.wins, mirror.losses);
    if (rule == TieRule::both_lose) {
        mirror.share = share_of(mirror, rule, {}, {});
        return mirror;
    }
    if (mirror.share.value) mirror.share.value = 1 - *mirror.share.value;
    if (mirror.share.interval) mirror.share.interval = mirrored(*mirror.share.interval);
    return mirror;
}

/// Index of the pair a < b among all pairs of models.
std::size_t pair_index(std::size_t a, std::size_t b, std::size_t models) {
    return a * models - a * (a + 1) / 2 + b - a - 1;
}

std::string p_text(double p) { return p < 0.001 ? "< 0.001" : "= " + format_fixed(p, 3); }

std::string detail_of(const WinCell& cell) {
    if (cell.judged() == 0)
        return "no prompt on which the two were compared (" + std::to_string(cell.left_out) +
               " left out)";
    std::string text = std::to_string(cell.wins) + " won, " + std::to_string(cell.losses) +
                       " lost, " + std::to_string(cell.ties) + " tied";
    if (cell.left_out > 0) text += ", " + std::to_string(cell.left_out) + " left out";
    if (cell.p_value) text += "; sign test p " + p_text(*cell.p_value);
    if (cell.adjusted_p) text += ", Holm-corrected p " + p_text(*cell.adjusted_p);
    return text;
}

TableCell cell_of(const WinCell& cell) {
    TableCell shown;
    shown.detail = detail_of(cell);
    if (!cell.share.value) return shown;
    shown.text = estimate_text(cell.share);
    shown.value = cell.share.value;
    shown.interval = cell.share.interval;
    return shown;
}

std::string tests_note(std::int64_t tests) {
    if (tests == 0) return "No pair was decided on any prompt, so that there is no test.";
    return "A pair differs beyond chance where its p-value is below 0.05: an exact sign test of " +
           std::string("wins against losses, ties left out, corrected by Holm's method for ") +
           std::to_string(tests) + (tests == 1 ? " pair." : " pairs.");
}

}  // namespace

std::string_view to_string(TieRule rule) {
    for (const auto& [value, name] : rule_names)
        if (value == rule) return name;
    PLUMB_CHECK(false, "a rule for ties without a name");
}

std::optional<TieRule> parse_tie_rule(std::string_view name) {
    for (const auto& [value, text] : rule_names)
        if (text == name) return value;
    return std::nullopt;
}

std::string_view describe(TieRule rule) {
    switch (rule) {
        case TieRule::drop: return "ties are left out";
        case TieRule::both_lose: return "a tie is a win for neither";
        case TieRule::half: break;
    }
    return "ties count half a win for each";
}

DuelOutcome reversed(DuelOutcome outcome) {
    if (outcome == DuelOutcome::tie) return outcome;
    return outcome == DuelOutcome::win ? DuelOutcome::loss : DuelOutcome::win;
}

std::vector<Duel> duels_of_scores(const std::vector<std::vector<std::optional<double>>>& scores) {
    std::vector<Duel> duels;
    const std::size_t prompts = scores.empty() ? 0 : scores.front().size();
    const auto is_there = [](const std::optional<double>& score) {
        return score && !std::isnan(*score);
    };
    for (const auto& of_model : scores)
        PLUMB_CHECK(of_model.size() == prompts, "models with different numbers of prompts");
    for (std::size_t p = 0; p < prompts; ++p) {
        for (std::size_t a = 0; a < scores.size(); ++a) {
            if (!is_there(scores[a][p])) continue;
            for (std::size_t b = a + 1; b < scores.size(); ++b) {
                if (!is_there(scores[b][p])) continue;
                const double x = *scores[a][p], y = *scores[b][p];
                const DuelOutcome outcome = x == y  ? DuelOutcome::tie
                                            : x > y ? DuelOutcome::win
                                                    : DuelOutcome::loss;
                duels.push_back({p, a, b, outcome});
            }
        }
    }
    return duels;
}

Interval wilson_interval_of_mean(double mean, std::int64_t count, double z) {
    PLUMB_CHECK(mean >= 0 && mean <= 1 && count > 0, "a mean of outcomes between 0 and 1");
    const auto n = static_cast<double>(count);
    const double centre = mean + z * z / (2 * n);
    const double reach = z * std::sqrt(mean * (1 - mean) / n + z * z / (4 * n * n));
    const double scale = 1 + z * z / n;
    return {std::max(0.0, (centre - reach) / scale), std::min(1.0, (centre + reach) / scale)};
}

WinTable win_table(std::vector<std::string> models, std::size_t prompts,
                   std::span<const Duel> duels, TieRule ties, const BootstrapOptions& bootstrap) {
    WinTable table;
    table.models = std::move(models);
    table.prompts = prompts;
    table.ties = ties;
    const std::size_t count = table.models.size();
    table.cells.assign(count, std::vector<WinCell>(count));
    std::vector<std::vector<double>> points(count < 2 ? 0 : count * (count - 1) / 2);
    for (const Duel& duel : duels) {
        PLUMB_CHECK(duel.first < count && duel.second < count && duel.first != duel.second,
                    "a duel of two models of the table");
        const bool in_order = duel.first < duel.second;
        const std::size_t a = std::min(duel.first, duel.second);
        const std::size_t b = std::max(duel.first, duel.second);
        const DuelOutcome outcome = in_order ? duel.outcome : reversed(duel.outcome);
        WinCell& cell = table.cells[a][b];
        ++(outcome == DuelOutcome::win    ? cell.wins
           : outcome == DuelOutcome::loss ? cell.losses
                                          : cell.ties);
        points[pair_index(a, b, count)].push_back(points_of(outcome));
    }
    std::vector<std::optional<double>> p_values;
    for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = a + 1; b < count; ++b) {
            WinCell& cell = table.cells[a][b];
            cell.left_out =
                std::max<std::int64_t>(0, static_cast<std::int64_t>(prompts) - cell.judged());
            cell.share = share_of(cell, ties, points[pair_index(a, b, count)], bootstrap);
            cell.p_value = fair_coin_p_value(cell.wins, cell.wins + cell.losses);
            p_values.push_back(cell.p_value);
            if (cell.p_value) ++table.tests;
        }
    }
    const auto adjusted = holm_adjusted(p_values);
    for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = a + 1; b < count; ++b) {
            table.cells[a][b].adjusted_p = adjusted[pair_index(a, b, count)];
            table.cells[b][a] = mirror_of(table.cells[a][b], ties);
        }
    }
    return table;
}

ReportTable win_matrix(const WinTable& table, std::string_view judge) {
    ReportTable report{.id = "win_rates", .title = "Win rates, judged by " + std::string(judge)};
    report.columns.push_back({.id = "model", .title = "model"});
    for (std::size_t b = 0; b < table.models.size(); ++b)
        report.columns.push_back(
            {.id = "over_" + std::to_string(b + 1),
             .title = "over " + table.models[b],
             .help = "share of prompts on which the row's answer was the better",
             .is_number = true});
    for (std::size_t a = 0; a < table.models.size(); ++a) {
        TableRow row;
        row.cells.push_back({.text = table.models[a]});
        for (std::size_t b = 0; b < table.models.size(); ++b)
            row.cells.push_back(a == b ? TableCell{} : cell_of(table.cells[a][b]));
        report.rows.push_back(std::move(row));
    }
    report.notes.push_back(std::to_string(table.prompts) + " prompts; " +
                           std::string(describe(table.ties)) +
                           ". Intervals are 95 %, over prompts: Wilson's, or the bootstrap's where "
                           "ties count half. They say nothing of other training seeds.");
    report.notes.push_back(tests_note(table.tests));
    return report;
}

}  // namespace plumb
