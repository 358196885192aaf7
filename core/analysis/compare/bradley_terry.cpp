// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/bradley_terry.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/strings.h"

namespace plumb {
namespace {

constexpr int most_iterations = 200000;
/// Largest change of a log strength in one iteration at which a fit has come to its end.
constexpr double point_change = 1e-13;
/// A resample starts at the fit and need not be known to more digits than its interval.
constexpr double resample_change = 1e-7;

/// wins[a * models + b]: of a over b, ties shared out.
struct Wins {
    std::size_t models = 0;
    std::vector<double> of;

    explicit Wins(std::size_t count) : models(count), of(count * count) {}
    double& at(std::size_t a, std::size_t b) { return of[a * models + b]; }
    double at(std::size_t a, std::size_t b) const { return of[a * models + b]; }
    double games(std::size_t a, std::size_t b) const { return at(a, b) + at(b, a); }

    void add(const Duel& duel, TieRule ties, double times = 1) {
        if (duel.outcome == DuelOutcome::win) {
            at(duel.first, duel.second) += times;
        } else if (duel.outcome == DuelOutcome::loss) {
            at(duel.second, duel.first) += times;
        } else if (ties == TieRule::half) {
            at(duel.first, duel.second) += times / 2;
            at(duel.second, duel.first) += times / 2;
        }
    }
};

/// Those that can be reached from the first model by steps that are there.
template <class Step>
std::vector<bool> reached(std::size_t models, std::size_t first, Step is_step) {
    std::vector<bool> seen(models);
    std::vector<std::size_t> open = {first};
    seen[first] = true;
    while (!open.empty()) {
        const std::size_t from = open.back();
        open.pop_back();
        for (std::size_t to = 0; to < models; ++to) {
            if (seen[to] || !is_step(from, to)) continue;
            seen[to] = true;
            open.push_back(to);
        }
    }
    return seen;
}

/// The largest set of models that comparisons link; of equally large ones the first.
std::vector<std::size_t> linked_models(const Wins& wins) {
    std::vector<std::size_t> largest;
    std::vector<bool> placed(wins.models);
    for (std::size_t first = 0; first < wins.models; ++first) {
        if (placed[first]) continue;
        const auto seen = reached(
            wins.models, first, [&](std::size_t a, std::size_t b) { return wins.games(a, b) > 0; });
        std::vector<std::size_t> members;
        for (std::size_t m = 0; m < wins.models; ++m) {
            if (!seen[m]) continue;
            placed[m] = true;
            members.push_back(m);
        }
        if (members.size() > largest.size()) largest = std::move(members);
    }
    return largest;
}

Wins wins_among(const Wins& all, const std::vector<std::size_t>& models) {
    Wins some(models.size());
    for (std::size_t a = 0; a < models.size(); ++a)
        for (std::size_t b = 0; b < models.size(); ++b)
            some.at(a, b) = all.at(models[a], models[b]);
    return some;
}

bool has_maximum(const Wins& wins) {
    const auto all = [](const std::vector<bool>& seen) {
        return std::ranges::all_of(seen, std::identity());
    };
    return all(reached(wins.models, 0,
                       [&](std::size_t a, std::size_t b) { return wins.at(a, b) > 0; })) &&
           all(reached(wins.models, 0,
                       [&](std::size_t a, std::size_t b) { return wins.at(b, a) > 0; }));
}

/// Half a win each way to every pair that was compared.
void regularise(Wins& wins) {
    const Wins given = wins;
    for (std::size_t a = 0; a < wins.models; ++a)
        for (std::size_t b = 0; b < wins.models; ++b)
            if (a != b && given.games(a, b) > 0) wins.at(a, b) += 0.5;
}

/// Log strengths of mean 0. Precondition: wins have a maximum.
std::vector<double> maximise(const Wins& wins, std::vector<double> logs, double change) {
    const std::size_t n = wins.models;
    std::vector<double> strength(n), total(n);
    for (std::size_t a = 0; a < n; ++a) {
        strength[a] = std::exp(logs[a]);
        for (std::size_t b = 0; b < n; ++b) total[a] += wins.at(a, b);
    }
    std::vector<double> expected(n);
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        std::ranges::fill(expected, 0.0);
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = a + 1; b < n; ++b) {
                const double each = wins.games(a, b) / (strength[a] + strength[b]);
                expected[a] += each;
                expected[b] += each;
            }
        }
        double mean = 0;
        std::vector<double> next(n);
        for (std::size_t a = 0; a < n; ++a) {
            next[a] = std::log(total[a] / expected[a]);
            mean += next[a] / static_cast<double>(n);
        }
        double largest = 0;
        for (std::size_t a = 0; a < n; ++a) {
            next[a] -= mean;
            largest = std::max(largest, std::abs(next[a] - logs[a]));
            strength[a] = std::exp(next[a]);
        }
        logs = std::move(next);
        if (largest < change) break;
    }
    return logs;
}

/// Fits resamples of the prompts, each once for all models.
class Resamples {
public:
    /// models: those of the fit, among all that duels name.
    Resamples(const std::vector<std::vector<Duel>>& by_prompt, TieRule ties, std::size_t all_models,
              const std::vector<std::size_t>& models, const std::vector<double>& fit)
        : by_prompt_(by_prompt), ties_(ties), all_models_(all_models), models_(models), fit_(fit) {}

    /// Empty where the resample does not link the models.
    std::vector<double> strengths(std::span<const std::size_t> prompts) const {
        std::vector<double> times(by_prompt_.size());
        for (const std::size_t prompt : prompts) ++times[prompt];
        Wins all(all_models_);
        for (std::size_t p = 0; p < by_prompt_.size(); ++p) {
            if (times[p] == 0) continue;
            for (const Duel& duel : by_prompt_[p]) all.add(duel, ties_, times[p]);
        }
        Wins wins = wins_among(all, models_);
        if (linked_models(wins).size() < models_.size()) return {};
        if (!has_maximum(wins)) regularise(wins);
        return maximise(wins, fit_, resample_change);
    }

private:
    const std::vector<std::vector<Duel>>& by_prompt_;
    const TieRule ties_;
    const std::size_t all_models_;
    const std::vector<std::size_t>& models_;
    const std::vector<double>& fit_;
};

/// One interval a model of the fit. The same seed draws the same resamples for each model, so that
/// a resample is fitted once, when the first model asks for it.
std::vector<std::optional<Interval>> intervals_of(const std::vector<std::vector<Duel>>& by_prompt,
                                                  const Resamples& resamples, std::size_t models,
                                                  const BootstrapOptions& bootstrap) {
    std::vector<std::vector<double>> fitted;
    std::vector<std::optional<Interval>> intervals;
    for (std::size_t m = 0; m < models; ++m) {
        std::size_t resample = 0;
        BootstrapOptions options = bootstrap;
        if (m > 0) options.resampled = {};
        intervals.push_back(bootstrap_interval(
            by_prompt.size(),
            [&](std::span<const std::size_t> prompts) -> std::optional<double> {
                if (resample == fitted.size()) fitted.push_back(resamples.strengths(prompts));
                const std::vector<double>& fit = fitted[resample++];
                return fit.empty() ? std::nullopt : std::optional(fit[m]);
            },
            options));
    }
    return intervals;
}

std::string names(const std::vector<std::size_t>& models, const std::vector<std::string>& all) {
    std::vector<std::string> some;
    for (const std::size_t model : models) some.push_back(all[model]);
    return join(some, ", ");
}

std::vector<std::string> notes_of(const BradleyTerry& fit) {
    std::vector<std::string> notes;
    notes.push_back(
        "Bradley-Terry by maximum likelihood, " +
        std::string(fit.ties == TieRule::half ? describe(TieRule::half) : "ties are left out") +
        "; strengths are logits of mean 0, intervals are 95 % by the bootstrap over prompts.");
    if (fit.regularised)
        notes.push_back(
            "Somebody never lost to the others, or never won, which puts the strengths of maximum "
            "likelihood at infinity: half a win each way was added to every pair compared. Their "
            "order holds, their distances and intervals are too small.");
    if (fit.unlinked.size() == fit.models.size())
        notes.push_back("Nothing was compared yet, so that no strength can be told.");
    else if (!fit.unlinked.empty())
        notes.push_back("No chain of comparisons links " + names(fit.unlinked, fit.models) +
                        " with the others, so that no strength can be told.");
    return notes;
}

}  // namespace

BradleyTerry bradley_terry(std::vector<std::string> models, std::size_t prompts,
                           std::span<const Duel> duels, TieRule ties,
                           const BootstrapOptions& bootstrap) {
    BradleyTerry fit;
    fit.models = std::move(models);
    fit.ties = ties;
    fit.strengths.resize(fit.models.size());
    Wins all(fit.models.size());
    std::vector<std::vector<Duel>> by_prompt(prompts);
    for (const Duel& duel : duels) {
        PLUMB_CHECK(duel.prompt < prompts && duel.first < fit.models.size() &&
                        duel.second < fit.models.size() && duel.first != duel.second,
                    "a duel of two models and a prompt of the table");
        all.add(duel, ties);
        by_prompt[duel.prompt].push_back(duel);
        ++fit.strengths[duel.first].count;
        ++fit.strengths[duel.second].count;
    }
    // A prompt that nothing was judged on is no part of the sample.
    std::erase_if(by_prompt, [](const std::vector<Duel>& of) { return of.empty(); });
    std::vector<std::size_t> linked = linked_models(all);
    if (linked.size() < 2) linked.clear();
    for (std::size_t m = 0; m < fit.models.size(); ++m)
        if (!std::ranges::binary_search(linked, m)) fit.unlinked.push_back(m);
    if (linked.empty()) return fit;
    Wins wins = wins_among(all, linked);
    fit.regularised = !has_maximum(wins);
    if (fit.regularised) regularise(wins);
    const std::vector<double> logs =
        maximise(wins, std::vector<double>(linked.size()), point_change);
    const Resamples resamples(by_prompt, ties, fit.models.size(), linked, logs);
    const auto intervals = intervals_of(by_prompt, resamples, linked.size(), bootstrap);
    for (std::size_t i = 0; i < linked.size(); ++i) {
        fit.strengths[linked[i]].value = logs[i];
        fit.strengths[linked[i]].interval = intervals[i];
    }
    return fit;
}

ReportTable bradley_terry_table(const BradleyTerry& fit, std::string_view judge) {
    ReportTable report{.id = "bradley_terry",
                       .title = "Bradley-Terry strengths, judged by " + std::string(judge)};
    report.columns = {
        {.id = "model", .title = "model"},
        {.id = "strength",
         .title = "strength",
         .unit = "logits",
         .help = "log odds of a win over a model of strength 0, the mean of all",
         .is_number = true},
        {.id = "wins_over_mean",
         .title = "wins over the mean",
         .help = "the probability of a win over a model of strength 0",
         .is_number = true},
        {.id = "duels", .title = "compared", .help = "answers compared", .is_number = true},
    };
    std::vector<std::size_t> order(fit.models.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const auto& x = fit.strengths[a].value;
        const auto& y = fit.strengths[b].value;
        return x && (!y || *x > *y);
    });
    const auto chance = [](double strength) { return 1 / (1 + std::exp(-strength)); };
    for (const std::size_t m : order) {
        const Estimate& strength = fit.strengths[m];
        TableRow row;
        row.cells.resize(report.columns.size());
        row.cells[0].text = fit.models[m];
        row.cells[3].text = std::to_string(strength.count);
        row.cells[3].value = static_cast<double>(strength.count);
        if (strength.value) {
            Estimate wins;
            wins.value = chance(*strength.value);
            wins.count = strength.count;
            if (strength.interval)
                wins.interval =
                    Interval{chance(strength.interval->low), chance(strength.interval->high)};
            row.cells[1].text = estimate_text(strength);
            row.cells[1].value = strength.value;
            row.cells[1].interval = strength.interval;
            row.cells[2].text = estimate_text(wins);
            row.cells[2].value = wins.value;
            row.cells[2].interval = wins.interval;
        } else {
            row.cells[1].detail = "no chain of comparisons links it with the others";
        }
        report.rows.push_back(std::move(row));
    }
    report.notes = notes_of(fit);
    return report;
}

}  // namespace plumb
