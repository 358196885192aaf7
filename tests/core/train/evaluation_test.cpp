// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/evaluation.h"

#include <cmath>

#include "small_policy.h"

using namespace plumb;

namespace {

Metrics evaluate(const SmallTask& small, const Scorers& scorers, const Decoder* reference,
                 const Settings& settings) {
    const auto evaluation =
        evaluate_policy(small.policy, *small.task, scorers, reference, settings, {});
    if (!evaluation) qFatal("%s", evaluation.error().message.c_str());
    return evaluation->metrics;
}

std::unique_ptr<RewardFunction> reward(const std::string& name, const Settings& settings) {
    auto made = make_reward(name, settings);
    if (!made) qFatal("%s", made.error().message.c_str());
    return std::move(*made);
}

/// A policy that writes the token and nothing else, whatever it is given.
void make_it_say(Decoder& model, std::int64_t token) {
    for (auto& [name, tensor] : model.named_tensors()) {
        if (name.ends_with("norm.weight")) continue;
        tensor.zero_();
        if (name.ends_with("embed_tokens.weight")) tensor.select(1, 0).fill_(1);
        if (name == "lm_head.weight") tensor[token][0] = 100;
    }
}

}  // namespace

class TestEvaluation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kl_to_itself_is_zero() {
        const Settings settings = small_reviews();
        const SmallTask small = small_task(settings);
        const Decoder copy = small.policy.model.frozen_copy();
        const Metrics metrics = evaluate(small, {}, &copy, settings);
        QVERIFY(std::abs(metrics.at("eval/kl_sequence")) < 1e-4);
        QVERIFY(!evaluate(small, {}, nullptr, settings).contains("eval/kl_sequence"));
    }

    void kl_is_that_of_whole_completions() {
        Settings settings = small_reviews();
        settings.eval_prompts = 64;
        settings.tie_word_embeddings = false;  // logits of some size
        settings.temperature = 0.2;            // of training, not of the evaluation
        settings.top_k = 3;
        const SmallTask small = small_task(settings);
        settings.seed = 99;
        const SmallTask other = small_task(settings);
        const double far =
            evaluate(small, {}, &other.policy.model, settings).at("eval/kl_sequence");
        // Halfway between both it is nearer.
        Decoder between = small.policy.model.frozen_copy();
        between.flat_parameters().lerp_(other.policy.model.flat_parameters(), 0.2);
        const double near = evaluate(small, {}, &between, settings).at("eval/kl_sequence");
        QVERIFY2(near > 0.05, std::to_string(near).c_str());
        QVERIFY(evaluate(small, {}, &between, settings).at("eval/kl_sequence_std") > 0.05);
        QVERIFY2(far > 2 * near, std::to_string(far).c_str());
        // In parts of another size the sum is the same.
        settings.per_device_train_batch_size = 5;
        const double parts = evaluate(small, {}, &between, settings).at("eval/kl_sequence");
        QVERIFY(std::abs(parts - near) < 1e-4);
    }

    void kl_by_hand() {
        Settings settings = small_reviews();
        settings.tie_word_embeddings = false;
        SmallTask small = small_task(settings);
        make_it_say(small.policy.model, 1);
        Decoder uniform = small.policy.model.frozen_copy();
        uniform.named_tensors().at("lm_head.weight").zero_();
        // One token that the reference gives 1 of 65: padding is no part of the distribution.
        const double kl = evaluate(small, {}, &uniform, settings).at("eval/kl_sequence");
        QVERIFY2(std::abs(kl - std::log(65.0)) < 1e-4, std::to_string(kl).c_str());
        // All completions are that one: there is no spread.
        QVERIFY(evaluate(small, {}, &uniform, settings).at("eval/kl_sequence_std") < 1e-4);
    }

    void gold_stands_beside_the_reward() {
        Settings settings = small_reviews();
        settings.tie_word_embeddings = false;
        SmallTask small = small_task(settings);
        make_it_say(small.policy.model, 1);
        Scorers scorers;
        scorers.rewards.push_back(reward("ended", settings));
        scorers.rewards.push_back(reward("length_target", settings));
        settings.reward_weights = {3, 0};
        auto gold = gold_reward_of(*small.task, settings);
        VERIFY_OK(gold);
        QVERIFY(*gold);
        scorers.gold = std::move(*gold);
        const Metrics metrics = evaluate(small, scorers, nullptr, settings);
        QCOMPARE(metrics.at("eval/reward"), 3.0);
        // A review that ends behind its prompt is of no taste at all and breaks the grammar once.
        double expected = 0;
        for (const Prompt& prompt : small.task->eval_prompts()) {
            const RewardInput input[] = {{prompt.text, "", "$", "", {}, true}};
            const auto score = reward("reviews", settings)->score(input);
            VERIFY_OK(score);
            expected += *score->front() / 12;
        }
        QVERIFY(std::abs(metrics.at("eval/gold_reward") - expected) < 1e-9);
        QVERIFY(expected != 3.0);
        QVERIFY(!metrics.contains("eval/accuracy"));
        scorers.gold.reset();
        QVERIFY(!evaluate(small, scorers, nullptr, settings).contains("eval/gold_reward"));
    }

    void answers_need_no_gold_reward() {
        Settings settings = small_reviews();
        settings.task = "arithmetic";
        const SmallTask small = small_task(settings);
        const auto gold = gold_reward_of(*small.task, settings);
        VERIFY_OK(gold);
        QVERIFY(!*gold);
        const Metrics metrics = evaluate(small, {}, nullptr, settings);
        QVERIFY(metrics.contains("eval/accuracy") && metrics.contains("eval/accuracy_greedy"));
        QVERIFY(!metrics.contains("eval/reward"));
    }

    void distinct_completions_are_counted() {
        Settings settings = small_reviews();
        settings.tie_word_embeddings = false;
        SmallTask small = small_task(settings);
        QVERIFY(evaluate(small, {}, nullptr, settings).at("eval/distinct_ratio") > 0.9);
        make_it_say(small.policy.model, 1);
        const Metrics same = evaluate(small, {}, nullptr, settings);
        QVERIFY(std::abs(same.at("eval/distinct_ratio") - 1.0 / 12) < 1e-9);
        QCOMPARE(same.at("eval/mean_length"), 1.0);
        QVERIFY(std::abs(same.at("eval/ended") - 1) < 1e-9);
        make_it_say(small.policy.model, 5);
        const Metrics endless = evaluate(small, {}, nullptr, settings);
        QCOMPARE(endless.at("eval/mean_length"), 8.0);
        QCOMPARE(endless.at("eval/ended"), 0.0);
    }

    void two_evaluations_of_one_policy_agree() {
        const Settings settings = small_reviews();
        const SmallTask small = small_task(settings);
        Scorers scorers;
        scorers.gold = reward("reviews", settings);
        QVERIFY(evaluate(small, scorers, nullptr, settings) ==
                evaluate(small, scorers, nullptr, settings));
    }
};

PLUMB_REGISTER_TEST(TestEvaluation)
#include "evaluation_test.moc"
