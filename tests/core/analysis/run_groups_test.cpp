// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/compare/run_groups.h"

#include <set>
#include "analysis/colours.h"

#include "made_runs.h"

using namespace plumb;

namespace {

std::vector<std::string> names(const std::vector<RunGroup>& groups) {
    std::vector<std::string> names;
    for (const RunGroup& group : groups) names.push_back(group.name);
    return names;
}

}  // namespace

class TestRunGroups : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void seeds_are_one_group_in_their_order() {
        const std::vector<ComparedRun> runs = {made_run(1, "ppo-reviews", 2, {}),
                                               made_run(2, "ppo-reviews", 0, {}),
                                               made_run(3, "dpo-reviews", 0, {})};
        const auto groups = group_runs(runs);
        QCOMPARE(groups.size(), 2u);
        QCOMPARE(groups[0].runs, (std::vector<std::size_t>{1, 0}));
        QCOMPARE(groups[0].name, std::string("PPO"));
        QCOMPARE(groups[1].name, std::string("DPO"));
        QCOMPARE(groups[0].colour, algorithm_colour("ppo"));
    }

    void a_name_tells_what_differs() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {}, {{"kl_coef", "0.1"}}),
            made_run(2, "ppo-reviews", 0, {}, {{"kl_coef", "0.3"}}),
            made_run(3, "grpo-reviews", 0, {})};
        COMPARE_LIST(names(group_runs(runs)), {"PPO, kl_coef 0.1", "PPO, kl_coef 0.3", "GRPO"});
    }

    void variants_join_runs_whose_models_differ() {
        const auto of_seed = [](RunId id, std::int64_t seed, const std::string& model,
                                const std::string& comparison) {
            return made_run(
                id, "ppo-reviews", seed, {},
                {{"reward_model", model}, {"variant", "PPO"}, {"comparison", comparison}});
        };
        const std::vector<ComparedRun> one = {of_seed(1, 0, "rm 0", "a"),
                                              of_seed(2, 1, "rm 1", "a")};
        COMPARE_LIST(names(group_runs(one)), {"PPO"});
        const std::vector<ComparedRun> two = {of_seed(1, 0, "rm 0", "a"),
                                              of_seed(2, 1, "rm 1", "b")};
        COMPARE_LIST(names(group_runs(two)), {"PPO (a)", "PPO (b)"});
    }

    void models_that_differ_without_a_variant_are_told_apart() {
        const std::vector<ComparedRun> runs = {
            made_run(1, "ppo-reviews", 0, {}, {{"reward_model", "first"}}),
            made_run(2, "ppo-reviews", 1, {}, {{"reward_model", "second"}})};
        COMPARE_LIST(names(group_runs(runs)),
                     {"PPO, reward_model first", "PPO, reward_model second"});
    }

    void an_edited_run_stands_alone() {
        std::vector<ComparedRun> runs = {made_run(1, "ppo-reviews", 0, {}),
                                         made_run(2, "ppo-reviews", 1, {})};
        runs[1].edits.push_back({10, "kl_coef", "0.1", "0.2"});
        COMPARE_LIST(names(group_runs(runs)), {"PPO", "PPO, edited"});
    }

    void what_prepares_others_comes_last() {
        const std::vector<ComparedRun> runs = {made_run(1, "reward-reviews", 0, {}),
                                               made_run(2, "ppo-reviews", 0, {})};
        const auto groups = group_runs(runs);
        QCOMPARE(groups[0].algorithm, std::string("ppo"));
        QCOMPARE(groups[1].algorithm, std::string("reward"));
    }

    void groups_of_one_algorithm_are_drawn_apart() {
        std::vector<ComparedRun> runs;
        for (RunId id = 1; id <= 6; ++id)
            runs.push_back(
                made_run(id, "ppo-reviews", 0, {}, {{"kl_coef", "0.0" + std::to_string(id)}}));
        const auto groups = group_runs(runs);
        std::set<std::pair<std::string, std::size_t>> looks;
        for (const RunGroup& group : groups) looks.insert({group.colour, group.pattern});
        QCOMPARE(looks.size(), 6u);
    }
};

PLUMB_REGISTER_TEST(TestRunGroups)
#include "run_groups_test.moc"
