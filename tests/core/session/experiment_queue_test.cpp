// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/experiment_queue.h"

#include "analysis/compare/stored_comparison.h"
#include "small_run.h"

using namespace plumb;

namespace {

/// PPO, DPO and GRPO of some updates each.
Experiment small_experiment() {
    Experiment experiment;
    experiment.name = "three";
    experiment.title = "Three";
    for (const char* algorithm : {"ppo", "dpo", "grpo"}) {
        Settings settings = small_reviews_run(algorithm);
        if (settings.algorithm == "grpo") settings.reward_funcs = {"reward_model"};
        experiment.variants.push_back({algorithm_title(settings), settings});
    }
    experiment.preparation = small_reviews_run("reward");
    experiment.budget = Budget{BudgetKind::updates, 3};
    experiment.seeds = 1;
    return experiment;
}

QStringList names_of(const std::vector<PlannedRun>& runs) {
    QStringList names;
    for (const PlannedRun& run : runs) names << QString::fromStdString(run.name);
    return names;
}

/// Runs what waits, so many runs.
void run_all(SmallSession& session, std::size_t count) {
    session->run_queue();
    for (std::size_t i = 0; i < count; ++i) {
        const RunEnded ended = session.until_end();
        if (ended.state != RunState::finished) qFatal("%s", ended.message.c_str());
    }
}

}  // namespace

class TestExperimentQueue : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_runs_share_what_the_preparation_made() {
        SmallSession session;
        session->hold_queue();
        ExperimentOptions options;
        options.seeds = {5, 6};
        const auto queued = enqueue_experiment(*session, small_experiment(), options);
        VERIFY_OK(queued);
        QCOMPARE(queued->runs.size(), std::size_t{8});
        QCOMPARE(queued->entries.size(), std::size_t{8});
        QCOMPARE(session->queue_state().waiting, std::size_t{8});
        run_all(session, 8);
        const auto reader = session.reader();
        const auto runs = runs_of_comparison(*reader, "three");
        VERIFY_OK(runs);
        QCOMPARE(runs->size(), std::size_t{8});
        // All runs of a seed begin at the same policy and score the same answers equally.
        std::map<std::int64_t, std::vector<double>> rewards;
        for (const PlannedRun& planned : queued->runs) {
            if (planned.is_preparation) continue;
            const RunRecord run = reader->find_run(planned.name).value();
            QCOMPARE(run.step, std::int64_t{3});
            rewards[planned.settings.seed].push_back(
                reader->metric(run.id, "eval/reward").value().front().value);
        }
        QCOMPARE(rewards.size(), std::size_t{2});
        for (const auto& [seed, values] : rewards) {
            QCOMPARE(values.size(), std::size_t{3});
            QCOMPARE(values[1], values[0]);
            QCOMPARE(values[2], values[0]);
        }
        QVERIFY(rewards.at(5).front() != rewards.at(6).front());
    }

    void a_shared_start_is_shared_by_all_seeds() {
        SmallSession session;
        session->hold_queue();
        ExperimentOptions options;
        options.seeds = {5, 6};
        options.shared_start = true;
        const auto queued = enqueue_experiment(*session, small_experiment(), options);
        VERIFY_OK(queued);
        QCOMPARE(queued->runs.size(), std::size_t{7});
        run_all(session, 7);
        const auto reader = session.reader();
        const auto start_of = [&](std::size_t place) {
            const RunRecord run = reader->find_run(queued->runs[place].name).value();
            const auto bytes =
                read_file(session->store().run_folder(run.id) / "start" / "model.safetensors");
            if (!bytes) qFatal("%s", bytes.error().message.c_str());
            return *bytes;
        };
        const std::string first = start_of(1);
        for (std::size_t place = 2; place < 7; ++place) QVERIFY(start_of(place) == first);
    }

    void names_are_made_unique() {
        SmallSession session;
        session->hold_queue();
        const Experiment experiment = small_experiment();
        const auto name = [&](const ExperimentOptions& options) {
            const auto queued = enqueue_experiment(*session, experiment, options);
            if (!queued) qFatal("%s", queued.error().message.c_str());
            return queued->comparison;
        };
        COMPARE_TEXT(name({}), "three");
        COMPARE_TEXT(name({}), "three 2");
        ExperimentOptions options;
        options.name = "mine";
        COMPARE_TEXT(name(options), "mine");
        COMPARE_TEXT(name(options), "mine 2");
    }

    void all_are_queued_or_none() {
        SmallSession session;
        session->hold_queue();
        Experiment experiment = small_experiment();
        experiment.variants.back().settings.reward_model = "nobody";
        const auto queued = enqueue_experiment(*session, experiment, {});
        QVERIFY(!queued.ok());
        QVERIFY2(queued.error().message.find("GRPO, seed 0 · three: reward_model: ") == 0,
                 queued.error().message.c_str());
        QCOMPARE(session->queue_state().waiting, std::size_t{0});
        QVERIFY(session.reader()->queue()->empty());
    }

    void sweeps_join_a_comparison_and_use_its_preparation() {
        SmallSession session;
        session->hold_queue();
        const auto sweep = [&](Settings base, const char* key, std::vector<std::string> values,
                               const char* into) {
            base.max_steps = 2;
            const auto experiment = sweep_experiment(base, key, values);
            if (!experiment) qFatal("%s", experiment.error().message.c_str());
            ExperimentOptions options;
            options.name = into;
            options.seeds = {5};
            return enqueue_experiment(*session, *experiment, options, true);
        };
        const auto first = sweep(small_reviews_run("ppo"), "kl_coef", {"0", "0.1"}, "frontier");
        VERIFY_OK(first);
        QCOMPARE(names_of(first->runs), QStringList({"reward model, seed 5 · frontier",
                                                     "PPO, kl_coef 0, seed 5 · frontier",
                                                     "PPO, kl_coef 0.1, seed 5 · frontier"}));
        const auto second = sweep(small_reviews_run("dpo"), "dpo_beta", {"0.05"}, "frontier");
        VERIFY_OK(second);
        QCOMPARE(names_of(second->runs), QStringList({"DPO, dpo_beta 0.05, seed 5 · frontier"}));
        COMPARE_TEXT(second->runs.front().settings.pairs_run, "reward model, seed 5 · frontier");
        run_all(session, 4);
        // Also once it has run.
        const auto third = sweep(small_reviews_run("dpo"), "dpo_beta", {"0.5"}, "frontier");
        VERIFY_OK(third);
        QCOMPARE(third->runs.size(), std::size_t{1});
        const auto again = sweep(small_reviews_run("dpo"), "dpo_beta", {"0.5"}, "frontier");
        QVERIFY(!again.ok());
        QVERIFY(again.error().message.find("DPO, dpo_beta 0.5, seed 5 · frontier") !=
                std::string::npos);
        // Other pairs are another preparation.
        Settings other = small_reviews_run("ppo");
        other.pairs_prompts = 20;
        const auto apart = sweep(other, "kl_coef", {"0.3"}, "frontier");
        VERIFY_OK(apart);
        QCOMPARE(names_of(apart->runs), QStringList({"reward model 2, seed 5 · frontier",
                                                     "PPO, kl_coef 0.3, seed 5 · frontier"}));
        COMPARE_TEXT(apart->runs.back().settings.reward_model, "reward model 2, seed 5 · frontier");
        run_all(session, 3);
        QCOMPARE(runs_of_comparison(*session.reader(), "frontier")->size(), std::size_t{7});
    }
};

PLUMB_REGISTER_TEST(TestExperimentQueue)
#include "experiment_queue_test.moc"
