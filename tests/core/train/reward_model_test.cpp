// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/reward_model.h"

#include <cmath>
#include <limits>

#include "small_policy.h"
#include "train/evaluation.h"
#include "train/preference_batches.h"

using namespace plumb;

namespace {

float score_of(const Policy& scorer, const TokenIds& ids) {
    const Decoder& model = scorer.model;
    return model.scores(model.hidden_states(pad_right({ids}, 0)))[0].select(0, -1).item<float>();
}

TokenIds joined(TokenIds ids, const TokenIds& more) {
    ids.insert(ids.end(), more.begin(), more.end());
    return ids;
}

/// A completion with its ids; text and ids live in here.
struct Sample {
    std::string prompt, completion;
    TokenIds ids;
    bool ended = true;
    RewardInput input() const { return {prompt, completion, completion, "", ids, ended}; }
};

Sample sample_of(const Tokenizer& tokenizer, const std::string& prompt,
                 const std::string& completion, bool ended) {
    Sample sample{prompt, completion, tokenizer.encode(completion), ended};
    if (ended) sample.ids.push_back(*tokenizer.special().eos);
    return sample;
}

std::vector<Sample> samples_of(const Tokenizer& tokenizer) {
    return {sample_of(tokenizer, "the cast ", "was very good .", true),
            sample_of(tokenizer, "it felt ", "dull", false),
            sample_of(tokenizer, "i loved ", "the plot and it felt slow .", true)};
}

std::vector<RewardInput> inputs_of(const std::vector<Sample>& samples) {
    std::vector<RewardInput> inputs;
    for (const Sample& sample : samples) inputs.push_back(sample.input());
    return inputs;
}

std::shared_ptr<const Policy> scorer_of(const Policy& policy) {
    return std::make_shared<const Policy>(
        to_reward_model(make_policy(policy.model.frozen_copy(), policy.tokenizer), 9));
}

/// A reward model that reads single characters.
std::shared_ptr<const Policy> character_scorer(std::int64_t positions) {
    const std::vector<std::string> texts = {"the cast was very good . i loved it felt dull plot"};
    const auto tokenizer = make_char_tokenizer(texts, 100);
    Settings settings = small_reviews();
    settings.max_position_embeddings = positions;
    auto policy = new_policy(settings, tokenizer, at::kCPU);
    if (!policy) qFatal("%s", policy.error().message.c_str());
    return std::make_shared<const Policy>(to_reward_model(std::move(*policy), 9));
}

}  // namespace

class TestRewardModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_language_model_gets_a_head_from_the_seed() {
        const SmallTask small = small_task(small_reviews());
        const auto made = [&](std::uint64_t seed) {
            return to_reward_model(
                make_policy(small.policy.model.frozen_copy(), small.policy.tokenizer), seed);
        };
        const Policy first = made(1);
        QVERIFY(first.model.config().score_head);
        QVERIFY(at::equal(first.model.flat_parameters(), made(1).model.flat_parameters()));
        QVERIFY(!at::equal(first.model.flat_parameters(), made(2).model.flat_parameters()));
        const at::Tensor parameters = first.model.flat_parameters().clone();
        const Policy again = to_reward_model(made(1), 2);  // one that has a head keeps it
        QVERIFY(at::equal(again.model.flat_parameters(), parameters));
    }

    void vocabularies_are_compared_token_by_token() {
        const auto tokenizer = [](const std::string& last, std::int64_t eos) {
            return make_fixed_tokenizer({"<pad>", "$", "a", last},
                                        {.pad = 0, .bos = {}, .eos = eos, .unk = {}});
        };
        QVERIFY(same_vocabulary(*tokenizer("b", 1), *tokenizer("b", 1)));
        QVERIFY(!same_vocabulary(*tokenizer("b", 1), *tokenizer("c", 1)));
        QVERIFY(!same_vocabulary(*tokenizer("b", 1), *tokenizer("b", 3)));
        QVERIFY(!same_vocabulary(
            *tokenizer("b", 1), *make_fixed_tokenizer({"<pad>", "$", "a"},
                                                      {.pad = 0, .bos = {}, .eos = 1, .unk = {}})));
    }

    void the_reward_is_the_score_at_the_last_token() {
        const SmallTask small = small_task(small_reviews());
        const auto scorer = scorer_of(small.policy);
        const auto samples = samples_of(*small.policy.tokenizer);
        std::vector<double> at_once;
        for (const std::int64_t rows : {1, 2, 8}) {
            const auto reward = make_learned_reward(scorer, small.policy.tokenizer, rows);
            COMPARE_TEXT(reward->name(), "reward_model");
            const auto scores = reward->score(inputs_of(samples));
            VERIFY_OK(scores);
            QCOMPARE(scores->size(), samples.size());
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const TokenIds prompt = small.policy.tokenizer->encode(samples[i].prompt);
                const float expected = score_of(*scorer, joined(prompt, samples[i].ids));
                QVERIFY(std::abs(*(*scores)[i] - expected) < 1e-5);
                at_once.push_back(expected);
            }
        }
        QVERIFY(std::abs(at_once[0] - at_once[1]) > 1e-4);
    }

    void training_and_scoring_read_at_the_same_place() {
        const SmallTask small = small_task(small_reviews());
        const std::int64_t eos = *small.policy.tokenizer->special().eos;
        const auto samples = samples_of(*small.policy.tokenizer);
        for (const std::optional<std::int64_t> pad : {std::optional<std::int64_t>(), {eos}, {0}}) {
            ModelConfig config = small.policy.model.config();
            config.pad_token_id = pad;
            config.score_head = true;
            Decoder model(config, at::kCPU);
            model.initialise(5);
            const auto scorer = std::make_shared<const Policy>(
                make_policy(std::move(model), small.policy.tokenizer));
            const auto scores =
                make_learned_reward(scorer, small.policy.tokenizer, 8)->score(inputs_of(samples));
            VERIFY_OK(scores);
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const TokenIds prompt = small.policy.tokenizer->encode(samples[i].prompt);
                const std::vector<PreferenceRow> pair = {{prompt, samples[i].ids, {2, 3}, {}}};
                const at::Tensor trained =
                    preference_scores(scorer->model, make_preference_batch(pair));
                QVERIFY(std::abs(*(*scores)[i] - trained[0].item<float>()) < 1e-5);
            }
        }
    }

    void another_vocabulary_is_tokenised_anew() {
        const SmallTask small = small_task(small_reviews());
        const auto scorer = character_scorer(64);
        const auto samples = samples_of(*small.policy.tokenizer);
        const auto reward = make_learned_reward(scorer, small.policy.tokenizer, 8);
        const auto scores = reward->score(inputs_of(samples));
        VERIFY_OK(scores);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            TokenIds ids = scorer->tokenizer->encode(samples[i].prompt + samples[i].completion);
            if (samples[i].ended) ids.push_back(*scorer->tokenizer->special().eos);
            QVERIFY(std::abs(*(*scores)[i] - score_of(*scorer, ids)) < 1e-5);
        }
        QVERIFY(samples[0].ended && !samples[1].ended);
    }

    void a_text_that_is_too_long_keeps_its_end() {
        const SmallTask small = small_task(small_reviews());
        const auto scorer = character_scorer(16);
        const std::vector<Sample> samples = {samples_of(*small.policy.tokenizer)[0]};
        const auto scores =
            make_learned_reward(scorer, small.policy.tokenizer, 8)->score(inputs_of(samples));
        VERIFY_OK(scores);
        TokenIds ids = scorer->tokenizer->encode(samples[0].prompt + samples[0].completion);
        ids.push_back(*scorer->tokenizer->special().eos);
        QVERIFY(ids.size() > 16);
        const TokenIds end(ids.end() - 16, ids.end()), beginning(ids.begin(), ids.begin() + 16);
        QVERIFY(std::abs(*scores->front() - score_of(*scorer, end)) < 1e-5);
        QVERIFY(std::abs(*scores->front() - score_of(*scorer, beginning)) > 1e-4);
    }

    void a_score_that_is_no_number_is_an_error() {
        const SmallTask small = small_task(small_reviews());
        Policy scorer = to_reward_model(
            make_policy(small.policy.model.frozen_copy(), small.policy.tokenizer), 9);
        scorer.model.flat_parameters().fill_(std::numeric_limits<float>::quiet_NaN());
        const auto reward = make_learned_reward(std::make_shared<const Policy>(std::move(scorer)),
                                                small.policy.tokenizer, 8);
        const auto samples = samples_of(*small.policy.tokenizer);
        const auto scores = reward->score(inputs_of(samples));
        QVERIFY(!scores.ok());
        const std::string& message = scores.error().message;
        QVERIFY2(message.find("reward_model") != std::string::npos &&
                     message.find("completion 1 of 3") != std::string::npos,
                 message.c_str());
    }

    void one_made_within_a_run_learns_its_pairs() {
        Settings settings = small_reviews();
        settings.reward_model_epochs = 4;
        settings.reward_model_batch_size = 4;
        settings.reward_model_learning_rate = 0.01;
        const SmallTask small = small_task(settings);
        PreferenceSets pairs;
        for (int i = 0; i < 24; ++i) {
            Preference pair;
            pair.prompt = i % 2 ? "the cast " : "it felt ";
            pair.chosen = i % 3 ? "was good ." : "very good .";
            pair.rejected = i % 3 ? "was dull ." : "very dull .";
            pair.gold_margin = 1.0 + i;
            (i < 20 ? pairs.training : pairs.held_out).push_back(pair);
        }
        const at::Tensor before = small.policy.model.flat_parameters().clone();
        RecordingMonitor monitor;
        const auto made = train_reward_model(small.policy, pairs, *small.task, settings, monitor);
        VERIFY_OK(made);
        QVERIFY(made->model.config().score_head);
        const at::Tensor ids = at::full({1, 3}, 5, at::kLong);
        QVERIFY(!made->model.scores(made->model.hidden_states(ids)).requires_grad());
        QVERIFY(at::equal(small.policy.model.flat_parameters(), before));
        QCOMPARE(monitor.saved, 0);
        for (const auto& [phase, done] : monitor.phases) COMPARE_TEXT(phase, "reward model");
        QCOMPARE(monitor.phases.back().second, std::int64_t{20});  // 5 batches, 4 times
        for (const auto& [step, metrics] : monitor.steps)
            for (const auto& [key, value] : metrics)
                QVERIFY2(key.starts_with("reward_model/"), key.c_str());
        QCOMPARE(monitor.steps.rbegin()->first, std::int64_t{20});
        QVERIFY(monitor.steps.at(1).contains("reward_model/loss"));
        QCOMPARE(monitor.steps.at(20).at("reward_model/eval_accuracy"), 1.0);
        QCOMPARE(monitor.steps.at(20).at("reward_model/eval_accuracy_gold"), 1.0);
        QVERIFY(monitor.steps.at(20).at("reward_model/loss") <
                0.5 * monitor.steps.at(1).at("reward_model/loss"));
    }

    void an_abort_ends_its_training() {
        const SmallTask small = small_task(small_reviews());
        PreferenceSets pairs;
        Preference pair;
        pair.prompt = "the cast ";
        pair.chosen = "was good .";
        pair.rejected = "was dull .";
        pairs.training = {pair};
        RecordingMonitor monitor;
        monitor.stop.request_stop();
        const auto made =
            train_reward_model(small.policy, pairs, *small.task, small_reviews(), monitor);
        QVERIFY(!made.ok());
        QCOMPARE(static_cast<int>(made.error().code), static_cast<int>(ErrorCode::cancelled));
    }
};

PLUMB_REGISTER_TEST(TestRewardModel)
#include "reward_model_test.moc"
