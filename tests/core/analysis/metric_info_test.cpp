// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/metric_info.h"

#include <string>

#include "analysis/colours.h"
#include "test_main.h"

using namespace plumb;

namespace {

/// What the trainers report, by where they report it.
const std::vector<std::string> reported = {
    // Every loop.
    "loss", "grad_norm", "learning_rate", "epoch", "num_tokens", "step_time", "non_finite_skipped",
    "non_finite/loss", "non_finite/model.layers.1.mlp.down_proj.weight", "time/generate",
    "time/score", "time/update", "time/tokens_per_second", "time/generated_tokens_per_second",
    // Sampled completions.
    "reward", "reward_std", "gold_reward", "rewards/ended/mean", "rewards/ended/std",
    "rewards/reward_model/mean", "completions/mean_length", "completions/min_length",
    "completions/max_length", "completions/mean_terminated_length",
    "completions/min_terminated_length", "completions/max_terminated_length",
    "completions/clipped_ratio", "completions/distinct_ratio", "completions/scratchpad",
    "completions/repetition", "reward_correlation/length", "reward_correlation/repetition",
    // GRPO and RLOO.
    "kl", "kl_max_token", "entropy", "entropy_coef", "policy_loss", "frac_reward_zero_std",
    "frac_all_best", "frac_all_worst", "clip_ratio/low_mean", "clip_ratio/low_min",
    "clip_ratio/high_mean", "clip_ratio/high_max", "clip_ratio/region_mean", "cispo_clip_ratio",
    "vespo/phi_seq_mean",
    // PPO.
    "objective/kl", "objective/kl_max_token", "objective/kl_coef", "objective/entropy",
    "objective/scores", "objective/non_score_reward", "objective/rlhf_reward", "loss/policy_avg",
    "loss/value_avg", "policy/clipfrac_avg", "policy/approxkl_avg", "policy/entropy_avg",
    "val/clipfrac_avg", "val/explained_variance", "val/ratio", "val/ratio_var",
    "val/num_eos_tokens", "episode",
    // DPO.
    "rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies", "logps/chosen",
    "logps/rejected", "logits/chosen", "logits/rejected", "loss/sigmoid", "loss/sft",
    "mean_token_accuracy",
    // Reward models, and as a phase.
    "accuracy", "margin", "mean_reward", "min_reward", "max_reward", "reward_model/loss",
    "reward_model/accuracy", "reward_model/margin", "reward_model/mean_reward",
    "reward_model/min_reward", "reward_model/max_reward", "reward_model/grad_norm",
    "reward_model/learning_rate", "reward_model/num_tokens", "reward_model/eval_loss",
    "reward_model/eval_accuracy", "reward_model/eval_margin", "reward_model/eval_accuracy_gold",
    "reward_model/eval_gold_correlation",
    // The supervised start.
    "start/loss", "start/learning_rate", "start/accuracy_greedy", "start/well_formed",
    // Evaluations.
    "eval/accuracy", "eval/accuracy_greedy", "eval/reward", "eval/gold_reward", "eval/reward_std",
    "eval/gold_reward_std", "eval/kl_sequence", "eval/kl_sequence_std", "eval/distinct_ratio",
    "eval/mean_length", "eval/ended", "eval/scratchpad", "eval/loss", "eval/entropy",
    "eval/mean_token_accuracy", "eval/margin", "eval/accuracy_gold", "eval/gold_correlation",
    "eval/rewards/chosen", "eval/rewards/rejected", "eval/rewards/margins",
    "eval/rewards/accuracies", "eval/logps/chosen", "eval/logps/rejected"};

}  // namespace

class TestMetricInfo : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_reported_metric_is_explained() {
        for (const std::string& key : reported) {
            const MetricInfo info = metric_info(key);
            COMPARE_TEXT(info.key, key);
            QVERIFY2(!info.help.empty(), key.c_str());
            QVERIFY2(info.title != key && !info.name.empty(), key.c_str());
        }
    }

    void what_has_one_key_is_told_apart_by_the_algorithm() {
        QVERIFY(metric_info("eval/accuracy", "ppo").title == metric_info("eval/accuracy").title);
        QVERIFY(metric_info("eval/accuracy", "reward").title.find("pairs") != std::string::npos);
        COMPARE_TEXT(metric_info("eval/loss", "sft").unit, "nats/token");
        COMPARE_TEXT(metric_info("eval/loss", "dpo").unit, "");
    }

    void a_kl_of_a_completion_is_none_of_a_token() {
        COMPARE_TEXT(metric_info("kl").unit, "nats/token");
        for (const char* key : {"objective/kl", "eval/kl_sequence"}) {
            COMPARE_TEXT(metric_info(key).unit, "nats");
            QVERIFY2(metric_info(key).help.find("over a completion") != std::string::npos, key);
        }
    }

    void patterns_keep_the_direction_of_what_they_are_made_of() {
        COMPARE_TEXT(metric_info("reward_model/eval_loss").title, "Reward model: held-out loss");
        QCOMPARE(metric_info("reward_model/eval_loss").larger_is_better, std::optional(false));
        COMPARE_TEXT(metric_info("eval/rewards/margins").title, "Held-out reward margin");
        QCOMPARE(metric_info("eval/rewards/margins").larger_is_better, std::optional(true));
        QVERIFY(metric_info("reward_model/my_own").help.empty());
        QVERIFY(metric_info("eval/my_own").help.empty());
    }

    void gold_has_its_own_colour_and_held_out_is_dashed() {
        for (const char* algorithm : {"ppo", "dpo", "grpo", "rloo", "reward"})
            for (const ChartGroup& group : default_charts(algorithm)) {
                const auto styles = series_styles(algorithm, group.keys);
                QCOMPARE(styles.size(), group.keys.size());
                for (std::size_t i = 0; i < styles.size(); ++i)
                    QCOMPARE(styles[i].colour == gold_colour, is_gold(group.keys[i]));
            }
        const auto styles =
            series_styles("ppo", {"reward", "gold_reward", "eval/reward", "eval/gold_reward"});
        COMPARE_TEXT(styles[0].colour, algorithm_colour("ppo"));
        COMPARE_TEXT(styles[2].colour, styles[0].colour);
        QVERIFY(!styles[0].dashed && !styles[1].dashed && styles[2].dashed && styles[3].dashed);
        // Without its like from training a held-out curve is drawn through.
        QVERIFY(!series_styles("dpo", {"eval/kl_sequence"}).front().dashed);
        QVERIFY(!series_styles("dpo", {"eval/reward", "eval/gold_reward"}).back().dashed);
    }
};

PLUMB_REGISTER_TEST(TestMetricInfo)
#include "metric_info_test.moc"
