// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/experiments.h"

#include <algorithm>
#include <set>

#include "config/presets.h"
#include "config/roles.h"
#include "test_main.h"

using namespace plumb;

namespace {

ExperimentPlan plan(const Experiment& experiment, const ExperimentOptions& options = {}) {
    auto made = plan_experiment(experiment, options);
    if (!made) qFatal("%s", made.error().message.c_str());
    return std::move(*made);
}

Experiment experiment(const std::string& name) {
    auto found = find_experiment(name);
    if (!found) qFatal("%s", found.error().message.c_str());
    return std::move(*found);
}

QStringList names_of(const ExperimentPlan& plan) {
    QStringList names;
    for (const PlannedRun& run : plan.runs) names << QString::fromStdString(run.name);
    return names;
}

std::string message_of(const Experiment& experiment, const ExperimentOptions& options) {
    const auto made = plan_experiment(experiment, options);
    return made ? "" : made.error().message;
}

}  // namespace

class TestExperiments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void those_of_the_program_compare_three_from_one_start() {
        std::vector<std::string> names;
        for (const Experiment& known : experiments()) {
            names.push_back(known.name);
            QVERIFY(!known.title.empty() && !known.title.ends_with("."));
            QVERIFY(known.summary.size() > 60 && known.summary.ends_with("."));
            QVERIFY(known.budget.has_value());
            QStringList variants;
            for (const Variant& variant : known.variants) {
                variants << QString::fromStdString(variant.name);
                COMPARE_TEXT(algorithm_title(variant.settings), variant.name);
            }
            QCOMPARE(variants, QStringList({"PPO", "DPO", "GRPO"}));
            const ExperimentPlan made = plan(known);
            // What makes start and pairs is equal, so that the cache shares the start.
            const Settings& first = made.runs.front().settings;
            for (const PlannedRun& run : made.runs) {
                if (run.settings.seed != first.seed) continue;
                QCOMPARE(run.settings.task, first.task);
                QCOMPARE(run.settings.hidden_size, first.hidden_size);
                QCOMPARE(run.settings.start_max_steps, first.start_max_steps);
                QCOMPARE(run.settings.start_learning_rate, first.start_learning_rate);
                QCOMPARE(run.settings.start_sloppy_steps, first.start_sloppy_steps);
                QCOMPARE(run.settings.eval_prompts, first.eval_prompts);
            }
        }
        const std::vector<std::string> expected = {
            "compare-three-arithmetic", "compare-three-arithmetic-smoke", "compare-three-reviews",
            "compare-three-reviews-smoke"};
        QVERIFY(names == expected);
        for (const Preset& preset : presets())
            QVERIFY(std::ranges::find(names, preset.name) == names.end());
    }

    void each_seed_has_its_preparation_first() {
        ExperimentOptions options;
        options.seeds = {4, 7};
        const ExperimentPlan made = plan(experiment("compare-three-reviews"), options);
        COMPARE_TEXT(made.comparison, "compare-three-reviews");
        QCOMPARE(names_of(made),
                 QStringList(
                     {"reward model, seed 4 · compare-three-reviews",
                      "PPO, seed 4 · compare-three-reviews", "DPO, seed 4 · compare-three-reviews",
                      "GRPO, seed 4 · compare-three-reviews",
                      "reward model, seed 7 · compare-three-reviews",
                      "PPO, seed 7 · compare-three-reviews", "DPO, seed 7 · compare-three-reviews",
                      "GRPO, seed 7 · compare-three-reviews"}));
        for (std::size_t i = 0; i < made.runs.size(); ++i) {
            const Settings& settings = made.runs[i].settings;
            COMPARE_TEXT(settings.comparison, "compare-three-reviews");
            QCOMPARE(settings.seed, i < 4 ? 4 : 7);
            QCOMPARE(made.runs[i].is_preparation, i % 4 == 0);
        }
        const std::string prepared = "reward model, seed 7 · compare-three-reviews";
        const Settings &reward = made.runs[4].settings, &ppo = made.runs[5].settings,
                       &dpo = made.runs[6].settings, &grpo = made.runs[7].settings;
        COMPARE_TEXT(reward.algorithm, "reward");
        COMPARE_TEXT(reward.variant, "reward model");
        QVERIFY(!has_budget(reward));
        COMPARE_TEXT(ppo.variant, "PPO");
        COMPARE_TEXT(ppo.reward_model, prepared);
        COMPARE_TEXT(grpo.reward_model, prepared);
        COMPARE_TEXT(dpo.pairs_run, prepared);
        COMPARE_TEXT(dpo.eval_reward_model, prepared);
        QVERIFY(dpo.reward_model.empty() && ppo.pairs_run.empty());
        for (const Settings* settings : {&ppo, &dpo, &grpo}) {
            QVERIFY(settings->budget_flops > 0);
            QVERIFY(settings->model_name_or_path.empty());
        }
        QCOMPARE(ppo.budget_flops, dpo.budget_flops);
    }

    void seeds_are_as_many_as_the_experiment_says() {
        const ExperimentPlan made = plan(experiment("compare-three-arithmetic"));
        QCOMPARE(made.runs.size(), std::size_t{9});
        for (const PlannedRun& run : made.runs) {
            QVERIFY(!run.is_preparation);
            QVERIFY(run.settings.reward_model.empty() && run.settings.pairs_run.empty());
        }
    }

    void a_shared_start_is_that_of_the_first_seed() {
        ExperimentOptions options;
        options.name = "one start";
        options.seeds = {2, 3};
        options.shared_start = true;
        const ExperimentPlan reviews = plan(experiment("compare-three-reviews"), options);
        QCOMPARE(reviews.runs.size(), std::size_t{7});
        const std::string prepared = "reward model, seed 2 · one start";
        QVERIFY(reviews.runs[1].settings.model_name_or_path.empty());
        for (std::size_t i = 4; i < 7; ++i) {
            const Settings& settings = reviews.runs[i].settings;
            QCOMPARE(settings.seed, 3);
            COMPARE_TEXT(settings.model_name_or_path, prepared + "@start");
        }
        COMPARE_TEXT(reviews.runs[4].settings.reward_model, prepared);
        COMPARE_TEXT(reviews.runs[5].settings.pairs_run, prepared);

        const ExperimentPlan sums = plan(experiment("compare-three-arithmetic"), options);
        QCOMPARE(sums.runs.size(), std::size_t{6});
        COMPARE_TEXT(sums.runs[3].settings.model_name_or_path, "PPO, seed 2 · one start@start");
        COMPARE_TEXT(sums.runs[4].settings.pairs_run, "DPO, seed 2 · one start");
        QVERIFY(sums.runs[1].settings.pairs_run.empty());
    }

    void changes_reach_the_runs_that_they_concern() {
        ExperimentOptions options;
        options.seeds = {0};
        options.changes = {{"kl_coef", "0.3"}, {"learning_rate", "0.01"}, {"pairs_prompts", "50"}};
        options.budget = Budget{BudgetKind::updates, 12};
        const Experiment base = experiment("compare-three-reviews");
        const ExperimentPlan made = plan(base, options);
        const Settings& reward = made.runs[0].settings;
        QCOMPARE(reward.pairs_prompts, std::int64_t{50});
        QCOMPARE(reward.learning_rate, base.preparation->learning_rate);
        QCOMPARE(reward.max_steps, base.preparation->max_steps);
        for (std::size_t i = 1; i < 4; ++i) {
            QCOMPARE(made.runs[i].settings.learning_rate, 0.01);
            QCOMPARE(made.runs[i].settings.max_steps, std::int64_t{12});
            QVERIFY(!has_budget(made.runs[i].settings));
        }
        QCOMPARE(made.runs[1].settings.kl_coef, 0.3);
    }

    void what_the_experiment_decides_is_no_setting() {
        const Experiment base = experiment("compare-three-reviews");
        ExperimentOptions options;
        for (const char* key :
             {"seed", "comparison", "algorithm", "budget_flops", "reward_model", "pairs_run"}) {
            options.changes = {{key, "1"}};
            const std::string message = message_of(base, options);
            QVERIFY2(message.starts_with("the experiment decides " + std::string(key)),
                     message.c_str());
        }
        options.changes = {{"model_name_or_path", "other"}};
        QVERIFY(message_of(base, options).empty());
        options.shared_start = true;
        QVERIFY(!message_of(base, options).empty());
        options.changes = {{"arithmetic_digits", "4"}};
        COMPARE_TEXT(message_of(base, options),
                     "arithmetic_digits has no effect on any run of compare-three-reviews");
        options.changes = {{"kl_coeff", "1"}};
        QVERIFY(message_of(base, options).find("kl_coef") != std::string::npos);
        options.changes = {{"num_generations", "7"}};
        QVERIFY(message_of(base, options).find("GRPO, seed 0 ") != std::string::npos);
    }

    void seeds_that_cannot_be_are_refused() {
        const Experiment base = experiment("compare-three-arithmetic");
        ExperimentOptions options;
        options.seeds = {1, 2, 1};
        COMPARE_TEXT(message_of(base, options),
                     "the seed 1 is given twice; its runs would be the same");
        options.seeds = {-1};
        QVERIFY(message_of(base, options).find("-1") != std::string::npos);
    }

    void seeds_are_read_as_a_number_or_a_list() {
        using Seeds = std::vector<std::int64_t>;
        QVERIFY(parse_seeds("3").value() == Seeds({0, 1, 2}));
        QVERIFY(parse_seeds(" 0, 5 ").value() == Seeds({0, 5}));
        QVERIFY(parse_seeds("7,").value() == Seeds({7}));
        for (const char* wrong : {"", ",", "a", "1,,2", "-1", "0", "1.5", "2000"})
            QVERIFY2(!parse_seeds(wrong).ok(), wrong);
    }

    void a_file_with_faults_names_them() {
        const auto message = [](const std::string& yaml) {
            const auto read = parse_experiment(yaml, "mine", "mine.yaml");
            return read ? "" : read.error().message;
        };
        const std::string sound = "title: T\nvariants:\n  PPO: {preset: ppo-reviews}\n";
        QVERIFY(message(sound).empty());
        QVERIFY(message("- a").starts_with("mine.yaml: an experiment is a mapping"));
        QVERIFY(message("title: T").find("variants is missing") != std::string::npos);
        QVERIFY(message(sound + "seed: 3\n").find("did you mean seeds?") != std::string::npos);
        QVERIFY(message(sound + "seeds: 0\n").find("at least 1") != std::string::npos);
        QVERIFY(message(sound + "budget: 12\n").find("flops=N") != std::string::npos);
        QVERIFY(message(sound + "preparation: {preset: ppo-reviews}\n").find("algorithm ppo") !=
                std::string::npos);
        const std::string unknown = message(sound + "  DPO: {kl: 1}\n");
        QVERIFY2(unknown.starts_with("mine.yaml, variant DPO"), unknown.c_str());
        QVERIFY(message("title: [").find("no YAML") != std::string::npos);
        const std::string near = find_experiment("compare-three-review").error().message;
        QVERIFY(near.find("did you mean 'compare-three-reviews'?") != std::string::npos);
    }

    void a_sweep_has_a_variant_a_value() {
        const Settings base = preset_settings("ppo-reviews").value();
        const Experiment sweep = sweep_experiment(base, "kl_coef", {"0", "0.020", " 0.1"}).value();
        COMPARE_TEXT(sweep.name, "ppo-reviews, kl_coef");
        QCOMPARE(sweep.variants.size(), std::size_t{3});
        COMPARE_TEXT(sweep.variants[1].name, "PPO, kl_coef 0.02");
        QCOMPARE(sweep.variants[1].settings.kl_coef, 0.02);
        QVERIFY(!sweep.budget);
        QVERIFY(sweep.preparation.has_value());
        // The preparation is what a run would have made for itself.
        const Settings own = *sweep.preparation;
        COMPARE_TEXT(own.algorithm, "reward");
        QCOMPARE(own.learning_rate, base.reward_model_learning_rate);
        QCOMPARE(own.per_device_train_batch_size, base.reward_model_batch_size);
        QCOMPARE(own.pairs_prompts, base.pairs_prompts);
        ExperimentOptions options;
        options.seeds = {1};
        const ExperimentPlan made = plan(sweep, options);
        QCOMPARE(made.runs.size(), std::size_t{4});
        COMPARE_TEXT(made.runs[3].settings.reward_model,
                     "reward model, seed 1 · ppo-reviews, kl_coef");
        QCOMPARE(made.runs[3].settings.max_steps, base.max_steps);
    }

    void sweeps_of_three_algorithms_share_one_preparation() {
        const auto sweep = [](const std::string& preset, const std::string& key) {
            Settings base = preset_settings(preset).value();
            base.pairs_prompts = 3000;
            return sweep_experiment(base, key, {"0.05", "0.2"}).value();
        };
        const Experiment ppo = sweep("ppo-reviews", "kl_coef"),
                         dpo = sweep("dpo-reviews", "dpo_beta"),
                         grpo = sweep("grpo-reviews", "beta");
        QVERIFY(dpo.preparation == ppo.preparation);
        QVERIFY(grpo.preparation == ppo.preparation);
    }

    void a_setting_of_the_start_is_not_shared() {
        const Settings base = preset_settings("ppo-reviews").value();
        for (const char* key : {"pairs_prompts", "reward_model_epochs"})
            QVERIFY(!sweep_experiment(base, key, {"1", "2"})->preparation);
        Settings given = base;
        given.reward_model = "a run";
        QVERIFY(!sweep_experiment(given, "kl_coef", {"1", "2"})->preparation);
        const Settings sums = preset_settings("grpo-arithmetic").value();
        QVERIFY(!sweep_experiment(sums, "beta", {"0", "0.1"})->preparation);
    }

    void sweeps_that_cannot_be_are_refused() {
        const Settings base = preset_settings("ppo-reviews").value();
        const auto message = [&](const char* key, const std::vector<std::string>& values) {
            const auto made = sweep_experiment(base, key, values);
            return made ? "" : made.error().message;
        };
        QVERIFY(message("kl_coeff", {"1"}).find("kl_coef") != std::string::npos);
        QVERIFY(message("kl_coef", {}).find("needs values") != std::string::npos);
        QVERIFY(message("kl_coef", {"0.1", "-1"}).find("kl_coef cannot be '-1'") == 0);
        COMPARE_TEXT(message("kl_coef", {"0.1", "1e-1"}),
                     "the value 0.1 of kl_coef is given twice");
        COMPARE_TEXT(message("dpo_beta", {"0.1", "0.2"}),
                     "dpo_beta has no effect on a run of PPO with these settings on reviews");
        for (const char* key : {"seed", "comparison", "algorithm"})
            QVERIFY(message(key, {"1"}).starts_with(std::string(key) + " cannot be swept"));
    }

    void values_are_cut_at_commas_outside_brackets() {
        using Values = std::vector<std::string>;
        QVERIFY(split_values("0, 0.02,[a, b]") == Values({"0", "0.02", "[a, b]"}));
        QVERIFY(split_values(" ").empty());
        QVERIFY(split_values("1,") == Values({"1", ""}));
    }

    void run_names_can_stand_for_models() {
        ExperimentOptions options;
        options.name = "a/b@c";
        options.seeds = {0};
        for (const PlannedRun& run : plan(experiment("compare-three-reviews"), options).runs) {
            QVERIFY(run.name.find_first_of("/@") == std::string::npos);
            COMPARE_TEXT(run.settings.comparison, "a/b@c");
        }
    }
};

PLUMB_REGISTER_TEST(TestExperiments)
#include "experiments_test.moc"
