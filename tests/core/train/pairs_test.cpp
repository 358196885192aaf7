// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/pairs.h"

#include <algorithm>
#include <cmath>

#include "reward/reward.h"
#include "small_policy.h"

using namespace plumb;

namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// Everything of the pairs as one text.
std::string text_of(const std::vector<Preference>& pairs) {
    std::string text;
    for (const Preference& pair : pairs)
        text += pair.prompt + "|" + pair.chosen + "|" + pair.rejected + "|" +
                std::to_string(pair.chosen_ended) + std::to_string(pair.rejected_ended) + "|" +
                std::to_string(pair.gold_margin.value_or(-99)) + "\n";
    return text;
}

Result<PreferenceSets> sampled(const Settings& settings, RunMonitor& monitor) {
    const SmallTask small = small_task(settings);
    Rewards gold(1);
    PLUMB_TRY(gold[0], make_reward("reviews", settings));
    return sample_pairs(small.policy, *small.task, {gold, {}, true}, settings, monitor);
}

/// Scores a completion by its number of tokens; has no opinion on those that did not end.
class CountOfEnded : public RewardFunction {
public:
    explicit CountOfEnded(double factor) : factor_(factor) {}
    const std::string& name() const override {
        static const std::string name = "count";
        return name;
    }

private:
    Result<Scores> compute(std::span<const RewardInput> rows, const std::stop_token&) override {
        Scores scores;
        for (const RewardInput& row : rows)
            scores.push_back(
                row.ended ? std::optional(factor_ * static_cast<double>(row.completion_ids.size()))
                          : std::nullopt);
        return scores;
    }
    double factor_;
};

std::size_t words_of(const std::string& text) {
    return text.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(text, ' ')) + 1;
}

}  // namespace

class TestPairs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void without_noise_the_best_meets_the_worst() {
        const auto pairs = [](const std::vector<double>& gold) { return pair_up(gold, 0, 1, 0); };
        QVERIFY((pairs({1, 2}) == Pairs{{1, 0}}));
        QVERIFY((pairs({0.5, 3, -1, 2}) == Pairs{{1, 2}, {3, 0}}));
        // The middle one of five has no partner.
        QVERIFY((pairs({5, 4, 3, 2, 1}) == Pairs{{0, 4}, {1, 3}}));
        // Equals teach nothing; of equal ones the first counts as the better.
        QVERIFY((pairs({1, 1}) == Pairs{}));
        QVERIFY((pairs({0, 1, 1, 0}) == Pairs{{1, 3}, {2, 0}}));
        QVERIFY((pairs({1, 2, 2, 3}) == Pairs{{3, 0}}));
        QVERIFY((pairs({1}) == Pairs{}));
    }

    void with_noise_neighbours_meet() {
        // A lead of 1000 temperatures is as good as certain.
        QVERIFY((pair_up({0, 500, 500, 0, 7}, 0.5, 1, 0) == Pairs{{1, 0}, {2, 3}}));
        int flips = 0;
        for (std::uint64_t prompt = 0; prompt < 400; ++prompt) {
            const Pairs pairs = pair_up({1, 1, 0, 3}, 1.0, 7, prompt);
            QCOMPARE(pairs.size(), std::size_t{2});
            QVERIFY(pairs[0] == std::pair(std::size_t{0}, std::size_t{1}) ||
                    pairs[0] == std::pair(std::size_t{1}, std::size_t{0}));
            QVERIFY(pairs == pair_up({1, 1, 0, 3}, 1.0, 7, prompt));
            flips += pairs != pair_up({1, 1, 0, 3}, 1.0, 8, prompt);
        }
        QVERIFY(flips > 100);
    }

    void labels_follow_the_logistic_function() {
        constexpr int prompts = 4000;
        for (const double temperature : {0.5, 1.0, 3.0})
            for (const double lead : {-2.0, 0.0, 0.7}) {
                int first = 0;
                for (std::uint64_t prompt = 0; prompt < prompts; ++prompt)
                    first += pair_up({lead, 0}, temperature, 42, prompt)[0].first == 0;
                const double expected = 1 / (1 + std::exp(-lead / temperature));
                const double spread = std::sqrt(expected * (1 - expected) / prompts);
                const double share = static_cast<double>(first) / prompts;
                QVERIFY2(std::abs(share - expected) < 4 * spread,
                         (std::to_string(share) + ", not " + std::to_string(expected)).c_str());
            }
    }

    void pairs_of_a_prompt_are_drawn_apart() {
        int agree = 0;
        for (std::uint64_t prompt = 0; prompt < 1000; ++prompt) {
            const Pairs pairs = pair_up({0, 0, 0, 0}, 1.0, 3, prompt);
            agree += (pairs[0].first == 0) == (pairs[1].first == 2);
        }
        QVERIFY2(agree > 400 && agree < 600, std::to_string(agree).c_str());
    }

    void sampled_pairs_depend_on_the_settings_alone() {
        Settings settings = small_reviews();
        RecordingMonitor monitor;
        const auto first = sampled(settings, monitor), second = sampled(settings, monitor);
        VERIFY_OK(first);
        VERIFY_OK(second);
        QCOMPARE(first->training.size(), std::size_t{20});
        QCOMPARE(first->held_out.size(), std::size_t{12});
        COMPARE_TEXT(text_of(second->training), text_of(first->training));
        COMPARE_TEXT(text_of(second->held_out), text_of(first->held_out));
        COMPARE_TEXT(monitor.phases.front().first, "preference pairs");
        QCOMPARE(monitor.phases.back().second, std::int64_t{20});

        // How training samples is no matter: the supervised model is shown as it is.
        settings.temperature = 0.3;
        settings.top_k = 2;
        const auto same = sampled(settings, monitor);
        VERIFY_OK(same);
        COMPARE_TEXT(text_of(same->training), text_of(first->training));
        settings.seed = 4;
        const auto other = sampled(settings, monitor);
        VERIFY_OK(other);
        QVERIFY(text_of(other->training) != text_of(first->training));
    }

    void the_first_prompts_are_the_same_however_many_follow() {
        Settings settings = small_reviews();
        RecordingMonitor monitor;
        const auto few = sampled(settings, monitor);
        settings.pairs_prompts = 600;  // more than are sampled at once
        const auto many = sampled(settings, monitor);
        VERIFY_OK(few);
        VERIFY_OK(many);
        QCOMPARE(many->training.size(), std::size_t{600});
        COMPARE_TEXT(text_of({many->training.begin(), many->training.begin() + 20}),
                     text_of(few->training));
    }

    void sampled_pairs_say_what_they_are() {
        Settings settings = small_reviews();
        settings.pairs_per_prompt = 4;
        settings.pairs_label_temperature = 0;
        RecordingMonitor monitor;
        const auto pairs = sampled(settings, monitor);
        VERIFY_OK(pairs);
        QVERIFY(pairs->training.size() > 20 && pairs->training.size() <= 40);
        const auto gold = make_reward("reviews", settings);
        VERIFY_OK(gold);
        for (const Preference& pair : pairs->training) {
            QVERIFY(pair.gold_margin && *pair.gold_margin > 0);
            const std::string chosen = pair.chosen + (pair.chosen_ended ? " $" : "");
            const std::string rejected = pair.rejected + (pair.rejected_ended ? " $" : "");
            const RewardInput inputs[] = {
                {pair.prompt, pair.chosen, chosen, "", {}, pair.chosen_ended},
                {pair.prompt, pair.rejected, rejected, "", {}, pair.rejected_ended}};
            const auto scores = (*gold)->score(inputs);
            VERIFY_OK(scores);
            QVERIFY(std::abs(**scores->begin() - *scores->back() - *pair.gold_margin) < 1e-9);
        }
    }

    void nothing_to_prefer_is_an_error() {
        Settings settings = small_reviews();
        settings.task = "arithmetic";
        settings.pairs_label_temperature = 0;
        settings.pairs_prompts = 3;
        settings.max_completion_length = 2;
        const SmallTask small = small_task(settings);
        RecordingMonitor monitor;
        auto reward = make_reward("arithmetic", settings);
        VERIFY_OK(reward);
        Rewards gold;
        gold.push_back(std::move(*reward));
        const auto pairs = sample_pairs(small.policy, *small.task, {gold}, settings, monitor);
        QVERIFY(!pairs.ok());
        QVERIFY2(pairs.error().message.find("pairs_per_prompt") != std::string::npos,
                 pairs.error().message.c_str());
    }

    void the_judge_is_the_weighted_sum_of_its_rewards() {
        Settings settings = small_reviews();
        settings.pairs_per_prompt = 8;
        settings.pairs_label_temperature = 0;
        settings.max_completion_length = 24;
        const SmallTask small = small_task(settings);
        Rewards rewards;
        rewards.push_back(std::make_unique<CountOfEnded>(1.0));
        rewards.push_back(std::make_unique<CountOfEnded>(3.0));
        RecordingMonitor monitor;
        // 1 x 1 + 3 x -1 is below 0, so the shorter completion is the better one; with the weights
        // the other way round the longer one is.
        for (const auto& [weights, longer] :
             {std::pair(std::vector<double>{1, -1}, false), {{-1, 1}, true}, {{}, true}}) {
            const auto pairs =
                sample_pairs(small.policy, *small.task, {rewards, weights}, settings, monitor);
            VERIFY_OK(pairs);
            QVERIFY(!pairs->training.empty());
            for (const Preference& pair : pairs->training) {
                // Without an opinion a completion is in no pair.
                QVERIFY(pair.chosen_ended && pair.rejected_ended && !pair.gold_margin);
                const auto a = words_of(pair.chosen), b = words_of(pair.rejected);
                QVERIFY2(longer ? a > b : a < b, (pair.chosen + " | " + pair.rejected).c_str());
            }
        }
    }

    void an_abort_ends_the_sampling() {
        RecordingMonitor monitor;
        monitor.stop.request_stop();
        const auto pairs = sampled(small_reviews(), monitor);
        QVERIFY(!pairs.ok());
        QCOMPARE(static_cast<int>(pairs.error().code), static_cast<int>(ErrorCode::cancelled));
    }

    void saved_pairs_are_loaded() {
        RecordingMonitor monitor;
        const auto pairs = sampled(small_reviews(), monitor);
        VERIFY_OK(pairs);
        const TemporaryFolder folder;
        VERIFY_OK(save_pairs(*pairs, folder.path()));
        const auto loaded = load_pairs(folder.path());
        VERIFY_OK(loaded);
        COMPARE_TEXT(text_of(loaded->training), text_of(pairs->training));
        COMPARE_TEXT(text_of(loaded->held_out), text_of(pairs->held_out));
        for (std::size_t i = 0; i < pairs->held_out.size(); ++i)
            QCOMPARE(loaded->held_out[i].gold_margin, pairs->held_out[i].gold_margin);
        std::filesystem::remove(folder.path() / "held-out-pairs.jsonl");
        QVERIFY(!load_pairs(folder.path()).ok());
    }
};

PLUMB_REGISTER_TEST(TestPairs)
#include "pairs_test.moc"
