// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/claims.h"

#include <cmath>

#include "config/claim_variants.h"
#include "made_runs.h"

using namespace plumb;

namespace {

namespace variants = claim_variants;

class MadeRuns {
public:
    void add(std::string_view variant, const std::string& preset, std::int64_t seed,
             const std::map<std::string, std::vector<double>>& metrics) {
        ComparedRun run = made_run(static_cast<RunId>(runs_.size() + 1), preset, seed, metrics);
        run.settings.variant = variant;
        run.record.step = 20;
        runs_.push_back(std::move(run));
    }
    std::vector<ComparedRun> runs_;
};

Claim claim(const std::vector<Claim>& claims, const std::string& id) {
    const auto found = std::ranges::find(claims, id, &Claim::id);
    if (found == claims.end()) qFatal("no claim %s", id.c_str());
    return *found;
}

/// Gold reward up to a best value, then to the end; the proxy meanwhile.
std::map<std::string, std::vector<double>> rise(double best, double end, double proxy_end = 2) {
    return {{"eval/gold_reward", {-0.2, best, end}}, {"eval/reward", {0, 1.5, proxy_end}}};
}

}  // namespace

class TestClaims : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void without_runs_nothing_is_claimed() {
        for (const Claim& one : judge_claims({}, {})) {
            QCOMPARE(one.verdict, ClaimVerdict::not_run);
            QVERIFY(!one.reason.empty());
            QVERIFY(!one.statement.empty() && !one.experiment.empty());
        }
    }

    void models_are_counted() {
        MadeRuns evidence;
        const std::tuple<std::string_view, const char*, double> said[] = {
            {variants::ppo, "ppo-reviews", 4},
            {variants::dpo, "dpo-reviews", 2},
            {variants::grpo, "grpo-reviews", 3}};
        for (const auto& [variant, preset, models] : said)
            evidence.add(variant, preset, 0, {{"memory/models", {models, models}}});
        QCOMPARE(claim(judge_claims(evidence.runs_, {}), "models").verdict, ClaimVerdict::holds);
        evidence.runs_[2].metrics["memory/models"].back().value = 2;
        QCOMPARE(claim(judge_claims(evidence.runs_, {}), "models").verdict,
                 ClaimVerdict::does_not_hold);
    }

    void about_half_is_an_interval() {
        const auto with = [](double ratio, double noise) {
            MadeRuns evidence;
            for (std::int64_t seed = 0; seed < 3; ++seed) {
                const double shift = noise * static_cast<double>(seed - 1);
                evidence.add(variants::ppo_once, "ppo-reviews", seed,
                             {{"cost/flops", {0, 1e12}}, {"cost/generated_tokens", {0, 1e5}}});
                evidence.add(variants::grpo_once, "grpo-reviews", seed,
                             {{"cost/flops", {0, 1e12 * (ratio + shift)}},
                              {"cost/generated_tokens", {0, 1e5}}});
            }
            return claim(judge_claims(evidence.runs_, {}), "grpo-compute");
        };
        QCOMPARE(with(0.5, 0.001).verdict, ClaimVerdict::holds);
        QCOMPARE(with(0.8, 0.001).verdict, ClaimVerdict::does_not_hold);
        QCOMPARE(with(0.5, 0.2).verdict, ClaimVerdict::not_decided);
        QVERIFY(std::abs(*with(0.5, 0.001).estimate.value - 0.5) < 1e-9);
    }

    void hacking_is_told_from_noise_by_a_sound_weight() {
        MadeRuns evidence;
        for (std::int64_t seed = 0; seed < 4; ++seed) {
            const double shift = 0.02 * static_cast<double>(seed);
            evidence.add("PPO, kl_coef 0", "ppo-reviews", seed, rise(2.0, 0.1 + shift, 2.5));
            evidence.add("PPO, kl_coef 0.1", "ppo-reviews", seed, rise(2.0, 1.95 - shift / 4));
        }
        const Claim hacks = claim(judge_claims(evidence.runs_, {}), "ppo-hacks");
        QCOMPARE(hacks.verdict, ClaimVerdict::holds);
        QVERIFY(hacks.figure.find("4 of 4") != std::string::npos);
        QCOMPARE(hacks.runs.size(), 8u);
        QCOMPARE(hacks.seeds, 4u);
    }

    void a_claim_turned_round_does_not_hold() {
        MadeRuns evidence;
        for (std::int64_t seed = 0; seed < 4; ++seed) {
            const double shift = 0.01 * static_cast<double>(seed);
            evidence.add(variants::ppo, "ppo-reviews", seed, rise(1.0 + shift, 1.0 + shift));
            evidence.add(variants::grpo, "grpo-reviews", seed, rise(2.0, 2.0));
        }
        QCOMPARE(claim(judge_claims(evidence.runs_, {}), "grpo-learned").verdict,
                 ClaimVerdict::does_not_hold);
    }

    void one_seed_is_never_a_verdict() {
        MadeRuns evidence;
        evidence.add(variants::ppo, "ppo-reviews", 0, rise(2, 2));
        evidence.add(variants::grpo, "grpo-reviews", 0, rise(1, 1));
        const Claim learned = claim(judge_claims(evidence.runs_, {}), "grpo-learned");
        QCOMPARE(learned.verdict, ClaimVerdict::not_decided);
        QVERIFY(learned.reason.find("One seed") != std::string::npos);
    }

    void verdicts_are_corrected_for_all_claims() {
        // p is .02 for one claim alone, which two others push above 5 %.
        MadeRuns evidence;
        const double differences[] = {0.5, 0.7, 0.35};
        for (std::int64_t seed = 0; seed < 3; ++seed) {
            const double end = 1.0 + differences[seed];
            evidence.add(variants::ppo, "ppo-reviews", seed, rise(end, end));
            evidence.add(variants::grpo, "grpo-reviews", seed, rise(1, 1));
        }
        const Claim alone = claim(judge_claims(evidence.runs_, {}), "grpo-learned");
        QVERIFY(*alone.p_value < 0.05);
        for (std::int64_t seed = 0; seed < 3; ++seed)
            evidence.add(variants::grpo_sums, "grpo-arithmetic", seed,
                         {{"eval/mean_length", {6, 6.0 + static_cast<double>(seed % 2)}},
                          {"eval/accuracy", {0.3, 0.9 + 0.01 * static_cast<double>(seed)}}});
        const Claim among = claim(judge_claims(evidence.runs_, {}), "grpo-learned");
        QVERIFY(*among.adjusted_p > *among.p_value);
    }

    void gains_outside_the_pairs_are_of_the_runs_that_learned_from_few() {
        MadeRuns evidence;
        std::map<RunId, PromptGains> gains;
        for (std::int64_t seed = 0; seed < 4; ++seed) {
            evidence.add(variants::dpo_few, "dpo-reviews", seed, rise(1, 1));
            gains[seed + 1] = {1.0 + 0.01 * static_cast<double>(seed), 0.2, 60, 190};
        }
        QCOMPARE(claim(judge_claims(evidence.runs_, gains), "dpo-narrow").verdict,
                 ClaimVerdict::holds);
        QVERIFY(claim(judge_claims(evidence.runs_, {}), "dpo-narrow").verdict !=
                ClaimVerdict::holds);
    }

    void unfinished_runs_are_no_evidence() {
        MadeRuns evidence;
        evidence.add(variants::grpo_sums, "grpo-arithmetic", 0, {{"eval/mean_length", {6, 10}}});
        evidence.runs_[0].record.state = RunState::running;
        QCOMPARE(claim(judge_claims(evidence.runs_, {}), "grpo-longer").verdict,
                 ClaimVerdict::not_run);
    }

    void the_table_names_the_runs() {
        MadeRuns evidence;
        evidence.add(variants::grpo_sums, "grpo-arithmetic", 0, {{"eval/mean_length", {6, 10}}});
        const ReportTable table = claims_table(judge_claims(evidence.runs_, {}));
        const auto row = std::ranges::find_if(table.rows, [](const TableRow& r) {
            return r.cells[0].text.find("longer") != std::string::npos;
        });
        QVERIFY(row != table.rows.end());
        QCOMPARE(row->cells.back().text, std::string("1"));
    }
};

PLUMB_REGISTER_TEST(TestClaims)
#include "claims_test.moc"
