// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <map>

#include "analysis/compare/bradley_terry.h"
#include "analysis/compare/win_rates.h"
#include "compare_reference.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// Monte Carlo error of the ends of intervals from so many resamples, with room for both programs.
constexpr double share_error = 0.02, strength_error = 0.08;
const BootstrapOptions many = {.seed = 5, .resamples = 6000};

std::vector<std::string> letters(std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.emplace_back(1, static_cast<char>('A' + i));
    return names;
}

/// One pair with so many outcomes.
std::vector<Duel> pair_of(std::size_t wins, std::size_t losses, std::size_t ties) {
    std::vector<Duel> duels;
    const auto add = [&](std::size_t count, DuelOutcome outcome) {
        for (std::size_t i = 0; i < count; ++i) duels.push_back({duels.size(), 0, 1, outcome});
    };
    add(wins, DuelOutcome::win);
    add(losses, DuelOutcome::loss);
    add(ties, DuelOutcome::tie);
    return duels;
}

bool is_wilson(const Estimate& share, double mean) {
    const Interval interval = wilson_interval_of_mean(mean, share.count);
    return is_near(share.interval.value().low, interval.low, 1e-12) &&
           is_near(share.interval.value().high, interval.high, 1e-12);
}

}  // namespace

class TestWinRates : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void random_tables_agree_with_python() {
        ReferenceWords words("win-rates.txt");
        std::string name;
        std::vector<Duel> duels;
        std::size_t models = 0, prompts = 0;
        std::map<TieRule, WinTable> tables;
        int cells = 0, fits = 0, regularised = 0, bootstrapped = 0;
        for (std::string kind = words.word(); !kind.empty(); kind = words.word()) {
            if (kind == "table") {
                name = words.word();
                models = words.count();
                prompts = words.count();
                std::vector scores(models, std::vector<std::optional<double>>(prompts));
                for (std::size_t p = 0; p < prompts; ++p)
                    for (std::size_t m = 0; m < models; ++m) scores[m][p] = words.maybe();
                duels = duels_of_scores(scores);
                for (const TieRule rule : {TieRule::half, TieRule::drop, TieRule::both_lose})
                    tables[rule] = win_table(letters(models), prompts, duels, rule, many);
            } else if (kind == "cell") {
                const WinTable& table = tables.at(parse_tie_rule(words.word()).value());
                const std::size_t a = words.count(), b = words.count();
                const WinCell& cell = table.cells[a][b];
                const std::string at = name + " " + std::to_string(a) + " " + std::to_string(b);
                for (const std::int64_t count :
                     {cell.wins, cell.losses, cell.ties, cell.left_out, cell.share.count})
                    QVERIFY2(count == static_cast<std::int64_t>(words.count()), at.c_str());
                const auto share = words.maybe(), low = words.maybe(), high = words.maybe();
                const bool is_bootstrap = words.count() == 1;
                QVERIFY2(is_near(cell.share.value.value(), share.value()), at.c_str());
                const double error = is_bootstrap ? share_error : 1e-6;
                QVERIFY2(is_near(cell.share.interval.value().low, low.value(), error), at.c_str());
                QVERIFY2(is_near(cell.share.interval->high, high.value(), error), at.c_str());
                QVERIFY2(is_near(cell.p_value.value(), words.number()), at.c_str());
                QVERIFY2(is_near(cell.adjusted_p.value(), words.number()), at.c_str());
                ++cells;
                bootstrapped += is_bootstrap;
            } else {
                const TieRule rule = parse_tie_rule(words.word()).value();
                const BradleyTerry fit = bradley_terry(letters(models), prompts, duels, rule,
                                                       {.seed = 5, .resamples = 4000});
                QCOMPARE(fit.regularised, words.count() == 1);
                double sum = 0;
                for (std::size_t m = 0; m < models; ++m) {
                    COMPARE_TEXT(words.word(), std::string("strength"));
                    QCOMPARE(words.count(), m);
                    const Estimate& strength = fit.strengths[m];
                    QVERIFY2(is_near(strength.value.value(), words.number()), name.c_str());
                    const double width = strength.interval.value().high - strength.interval->low;
                    const double error = strength_error * width;
                    QVERIFY2(is_near(strength.interval->low, words.number(), error), name.c_str());
                    QVERIFY2(is_near(strength.interval->high, words.number(), error), name.c_str());
                    sum += *strength.value;
                }
                QVERIFY(is_near(sum, 0, 1e-9));
                ++fits;
                regularised += fit.regularised;
            }
        }
        QCOMPARE(cells, 3 * (1 + 3 + 10 + 28 + 6 + 3));
        QCOMPARE(fits, 12);
        QCOMPARE(regularised, 2);
        QVERIFY(bootstrapped > 10);
    }

    void both_sides_of_a_pair_mirror_each_other() {
        const auto duels = pair_of(7, 3, 2);
        for (const TieRule rule : {TieRule::half, TieRule::drop}) {
            const WinTable table = win_table(letters(2), 15, duels, rule);
            const WinCell &ab = table.cells[0][1], &ba = table.cells[1][0];
            QCOMPARE(ab.wins, ba.losses);
            QCOMPARE(ab.left_out, 3);
            QCOMPARE(ba.left_out, 3);
            QVERIFY(is_near(*ab.share.value + *ba.share.value, 1, 1e-12));
            QVERIFY(is_near(ab.share.interval->low, 1 - ba.share.interval->high, 1e-12));
            QCOMPARE(ab.p_value, ba.p_value);
        }
        const WinTable lost = win_table(letters(2), 15, duels, TieRule::both_lose);
        QVERIFY(is_near(*lost.cells[0][1].share.value, 7.0 / 12, 1e-12));
        QVERIFY(is_near(*lost.cells[1][0].share.value, 3.0 / 12, 1e-12));
        // Told the other way round, a duel is the same.
        std::vector<Duel> turned = duels;
        for (Duel& duel : turned)
            duel = {duel.prompt, duel.second, duel.first, reversed(duel.outcome)};
        const WinTable same = win_table(letters(2), 15, turned, TieRule::half);
        QCOMPARE(same.cells[0][1].wins, 7);
        QCOMPARE(same.cells[0][1].losses, 3);
    }

    void an_interval_has_a_width_where_all_outcomes_agree() {
        const auto share = [](const std::vector<Duel>& duels) {
            return win_table(letters(2), duels.size(), duels, TieRule::half).cells[0][1].share;
        };
        QVERIFY(is_wilson(share(pair_of(0, 0, 9)), 0.5));
        QVERIFY(is_wilson(share(pair_of(9, 0, 0)), 1));
        QVERIFY(is_wilson(share(pair_of(9, 0, 1)), 0.95));  // no loss to be drawn
        QVERIFY(is_wilson(share(pair_of(0, 4, 1)), 0.1));
        QVERIFY(is_wilson(share(pair_of(0, 0, 1)), 0.5));
        QVERIFY(!is_wilson(share(pair_of(4, 4, 4)), 0.5));
    }

    void what_was_not_judged_has_no_share() {
        const double nan = std::nan("");
        const auto duels =
            duels_of_scores({{1.0, std::nullopt, nan}, {2.0, 1.0, 1.0}, {{}, {}, {}}});
        QCOMPARE(duels.size(), std::size_t{1});
        const WinTable table = win_table(letters(3), 3, duels, TieRule::half);
        QCOMPARE(table.cells[0][1].losses, 1);
        QCOMPARE(table.cells[0][1].left_out, 2);
        QCOMPARE(table.tests, 1);
        const WinCell& none = table.cells[0][2];
        QVERIFY(!none.share.value && !none.share.interval && !none.p_value && !none.adjusted_p);
        // Ties alone are no test, and under "drop" no share.
        const WinTable ties = win_table(letters(2), 4, pair_of(0, 0, 4), TieRule::drop);
        QVERIFY(!ties.cells[0][1].share.value);
        QVERIFY(!ties.cells[0][1].p_value);
        QCOMPARE(ties.tests, 0);
    }

    void the_matrix_says_what_it_counts() {
        WinTable table = win_table({"ppo@60", "dpo@60"}, 12, pair_of(8, 1, 2), TieRule::half);
        const ReportTable report = win_matrix(table, "gold");
        COMPARE_TEXT(report.title, "Win rates, judged by gold");
        QCOMPARE(report.columns.size(), std::size_t{3});
        COMPARE_TEXT(report.columns[2].title, "over dpo@60");
        QCOMPARE(report.rows[0].cells[2].value, table.cells[0][1].share.value);
        QVERIFY(report.rows[0].cells[2].interval);
        QVERIFY(report.rows[0].cells[1].text.empty());
        const std::string& detail = report.rows[0].cells[2].detail;
        QVERIFY2(detail.find("8 won, 1 lost, 2 tied, 1 left out") == 0, detail.c_str());
        QVERIFY2(detail.find("p = 0.039") != std::string::npos, detail.c_str());
        const std::string notes = report.notes[0] + report.notes[1];
        QVERIFY2(notes.find("ties count half a win") != std::string::npos, notes.c_str());
        QVERIFY2(notes.find("Holm's method for 1 pair.") != std::string::npos, notes.c_str());
    }

    void an_undefeated_model_has_a_finite_strength_and_a_note() {
        const auto duels = pair_of(5, 0, 0);
        const BradleyTerry fit = bradley_terry(letters(2), 5, duels, TieRule::half);
        QVERIFY(fit.regularised);
        // 5.5 wins to 0.5.
        QVERIFY(is_near(*fit.strengths[0].value - *fit.strengths[1].value, std::log(11), 1e-9));
        const ReportTable report = bradley_terry_table(fit, "gold");
        COMPARE_TEXT(report.rows[0].cells[0].text, "A");
        QVERIFY(report.notes.back().find("half a win each way") != std::string::npos);
    }

    void models_that_nothing_links_have_no_strength() {
        // A and B, then C and D, E with nobody.
        std::vector<Duel> duels = pair_of(3, 1, 0);
        for (std::size_t p = 0; p < 3; ++p)
            duels.push_back({p, 2, 3, p == 0 ? DuelOutcome::loss : DuelOutcome::win});
        const BradleyTerry fit = bradley_terry(letters(5), 4, duels, TieRule::half);
        QCOMPARE(fit.unlinked, std::vector<std::size_t>({2, 3, 4}));
        QVERIFY(is_near(*fit.strengths[0].value, std::log(3) / 2, 1e-9));
        QVERIFY(!fit.strengths[2].value);
        const ReportTable report = bradley_terry_table(fit, "people");
        QVERIFY(report.notes.back().find("C, D, E") != std::string::npos);
        QVERIFY(report.rows.back().cells[1].text.empty());
        const BradleyTerry nothing = bradley_terry(letters(2), 4, {}, TieRule::half);
        QCOMPARE(nothing.unlinked.size(), std::size_t{2});
        QVERIFY(bradley_terry_table(nothing, "people").notes.back().find("Nothing was compared") ==
                0);
    }

    void rules_have_names() {
        for (const TieRule rule : {TieRule::half, TieRule::drop, TieRule::both_lose})
            QCOMPARE(parse_tie_rule(to_string(rule)), rule);
        QVERIFY(!parse_tie_rule("third"));
    }
};

PLUMB_REGISTER_TEST(TestWinRates)
#include "win_rates_test.moc"
