// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/claims.h"

#include <set>

#include "config/claim_variants.h"
#include "small_run.h"

using namespace plumb;

class TestClaimRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_waits_is_not_queued_again() {
        SmallSession session;
        session->hold_queue();
        const auto first = enqueue_claims(*session, ClaimSize::quick);
        VERIFY_OK(first);
        QVERIFY(first->runs.size() > 50);
        QCOMPARE(session->queue_state().waiting, first->runs.size());
        std::set<std::pair<std::string, std::int64_t>> made;
        for (const PlannedRun& run : first->runs) {
            QCOMPARE(run.settings.comparison, claims_comparison(ClaimSize::quick));
            QVERIFY(made.insert({run.settings.variant, run.settings.seed}).second);
        }
        const auto again = enqueue_claims(*session, ClaimSize::quick);
        VERIFY_OK(again);
        QVERIFY(again->runs.empty());
        // One that was taken out is missing again.
        VERIFY_OK(session->dequeue({first->entries.back()}));
        const auto rest = enqueue_claims(*session, ClaimSize::quick);
        VERIFY_OK(rest);
        QCOMPARE(rest->runs.size(), std::size_t{1});
        QCOMPARE(rest->runs.front().settings.variant, first->runs.back().settings.variant);
    }

    void every_claim_has_its_variants() {
        for (const ClaimSize size : {ClaimSize::quick, ClaimSize::full}) {
            const auto experiments = claim_experiments(size);
            VERIFY_OK(experiments);
            std::set<std::string> names;
            for (const Experiment& experiment : *experiments)
                for (const Variant& variant : experiment.variants) names.insert(variant.name);
            for (const std::string_view needed :
                 {claim_variants::ppo, claim_variants::dpo, claim_variants::grpo,
                  claim_variants::ppo_sums, claim_variants::dpo_sums, claim_variants::grpo_sums,
                  claim_variants::ppo_once, claim_variants::grpo_once, claim_variants::dpo_fresh,
                  claim_variants::dpo_few})
                QVERIFY2(names.contains(std::string(needed)), std::string(needed).c_str());
            const auto has_weight = [&](std::string_view prefix, std::string_view value) {
                return std::ranges::any_of(names, [&](const std::string& name) {
                    return name.starts_with(prefix) && name.ends_with(value) &&
                           name.size() == prefix.size() + value.size();
                });
            };
            QVERIFY(has_weight(claim_variants::ppo_sweep, "0"));
            QVERIFY(has_weight(claim_variants::dpo_sweep, "0.1"));
        }
    }

    void gains_are_told_apart_by_the_prompts_of_the_pairs() {
        SmallSession session;
        Settings settings = small_reviews_run("dpo");
        settings.pairs_prompts = 2;
        settings.pairs_per_prompt = 16;
        settings.variant = claim_variants::dpo_few;
        settings.comparison = claims_comparison(ClaimSize::quick);
        const auto run = session->start(settings, "few");
        VERIFY_OK(run);
        QCOMPARE(session.until_end().state, RunState::finished);
        const auto reader = session.reader();
        const auto gains = prompt_gains(*reader, session->workspace(), *run);
        VERIFY_OK(gains);
        QVERIFY(gains->has_value());
        QCOMPARE((*gains)->inside_prompts + (*gains)->outside_prompts, settings.eval_prompts);
        QVERIFY((*gains)->outside_prompts > 0);
        const auto claims = read_claims(*reader, session->workspace(), ClaimSize::quick);
        VERIFY_OK(claims);
        const auto narrow = std::ranges::find(*claims, "dpo-narrow", &Claim::id);
        QCOMPARE(narrow->runs, std::vector<RunId>{*run});
    }
};

PLUMB_REGISTER_TEST(TestClaimRuns)
#include "claims_test.moc"
