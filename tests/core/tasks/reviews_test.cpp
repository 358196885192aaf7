// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/reviews.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include "base/clock.h"
#include "test_main.h"
#include "text/unicode.h"

using namespace plumb;

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for_each_word(text, [&](std::string_view word) { words.emplace_back(word); });
    return words;
}

}  // namespace

class TestReviews : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void vocabulary() {
        const auto tokenizer = reviews_tokenizer();
        QCOMPARE(tokenizer->vocab_size(), 66);
        QCOMPARE(*tokenizer->special().pad, 0);
        QCOMPARE(*tokenizer->special().eos, 1);
        std::set<std::string> different;
        for (std::int64_t id = 0; id < 66; ++id) {
            different.insert(tokenizer->token(id));
            QCOMPARE(tokenizer->encode(tokenizer->token(id)), std::vector<std::int64_t>{id});
        }
        QCOMPARE(different.size(), std::size_t{66});
    }

    void prompt_and_completion_are_tokenised_together_as_apart() {
        const auto tokenizer = reviews_tokenizer();
        Random random(1);
        for (int sample = 0; sample < 500; ++sample) {
            const std::string text = review(random);
            const auto whole = tokenizer->encode(text);
            COMPARE_TEXT(tokenizer->decode(whole, false), text);
            const std::string prompt = review_prompt(text);
            const auto first = tokenizer->encode(prompt);
            QCOMPARE(first.size(), std::size_t{2});
            const std::vector<std::int64_t> rest(whole.begin() + 2, whole.end());
            const std::string completion = tokenizer->decode(rest, false);
            QVERIFY(tokenizer->encode(completion) == rest);
            QVERIFY(tokenizer->encode(prompt + completion) == whole);
            COMPARE_TEXT(prompt + completion, text);
        }
    }

    void reviews_follow_the_grammar() {
        Random random(2);
        const std::set<std::string> connectors = {"and", "but", ",", "while"};
        const std::set<std::string> repeatable = {"the", "was", "i",     "it", "felt",
                                                  "and", "but", "while", ","};
        std::size_t longest = 0;
        std::set<std::string> seen, prompts;
        constexpr int n = 20'000;
        int two_clauses = 0, i_first = 0, the_first = 0;
        for (int sample = 0; sample < n; ++sample) {
            const std::string text = review(random);
            prompts.insert(review_prompt(text));
            const auto words = words_of(text);
            longest = std::max(longest, words.size());
            COMPARE_TEXT(words.back(), "$");
            COMPARE_TEXT(words[words.size() - 2], ".");
            std::map<std::string, int> counts;
            std::ptrdiff_t between = 0;
            for (const auto& word : words) {
                ++counts[word];
                between += connectors.contains(word);
                seen.insert(word);
            }
            for (const auto& [word, count] : counts)
                QVERIFY2(count == 1 || repeatable.contains(word), text.c_str());
            QVERIFY(between >= 1 && between <= 3);
            two_clauses += between == 1;
            i_first += words[0] == "i";
            the_first += words[0] == "the";
            QVERIFY(review_is_well_formed(text));
            const ReviewJudgement judgement = judge_review(text);
            QCOMPARE(judgement.repeated, 0);
            QCOMPARE(judgement.unknown_bigrams, 0);
        }
        QCOMPARE(static_cast<std::int64_t>(longest), longest_review);
        QCOMPARE(seen.size(), std::size_t{65});  // all but the padding
        QCOMPARE(prompts.size(), std::size_t{21});
        QVERIFY(prompts.contains("the cast ") && prompts.contains("it felt "));
        // Five standard errors.
        QVERIFY(std::abs(two_clauses - 0.4 * n) < 350);
        QVERIFY(std::abs(the_first - 0.55 * n) < 360);
        QVERIFY(std::abs(i_first - 0.25 * n) < 310);
    }

    /// In one mood one polarity prevails; over all moods they balance.
    void moods_steer_the_polarity() {
        Random random(3);
        int pleased = 0, displeased = 0;
        double gold = 0;
        constexpr int n = 20'000;
        for (int sample = 0; sample < n; ++sample) {
            const ReviewJudgement judgement = judge_review(review(random));
            pleased += judgement.polarity > 0;
            displeased += judgement.polarity < 0;
            gold += judgement.gold() / n;
        }
        QVERIFY(pleased > 0.35 * n && displeased > 0.35 * n);
        QVERIFY2(std::abs(gold) < 0.1, std::to_string(gold).c_str());
    }

    void the_grammar_has_452_bigrams() {
        const auto tokenizer = reviews_tokenizer();
        int known = 0;
        for (std::int64_t a = 0; a < 66; ++a)
            for (std::int64_t b = 0; b < 66; ++b)
                known +=
                    judge_review(tokenizer->token(a) + " " + tokenizer->token(b)).unknown_bigrams ==
                    0;
        QCOMPARE(known, 452);
    }

    void judgement_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("polarity");
        QTest::addColumn<int>("repeated");
        QTest::addColumn<int>("unknown");
        QTest::addColumn<bool>("ended");
        QTest::newRow("good") << "the cast was brilliant . $" << 2 << 0 << 0 << true;
        QTest::newRow("mixed") << "i hated the plot but it felt very good . $" << -1 << 0 << 0
                               << true;
        QTest::newRow("no end") << "the cast was brilliant ." << 2 << 0 << 0 << false;
        QTest::newRow("repeated") << "it felt good and it felt good and it felt good . $" << 1 << 2
                                  << 0 << true;
        QTest::newRow("run-on") << "it felt good good . $" << 1 << 1 << 1 << true;
        QTest::newRow("hacked") << "it felt wonderful and loved loved loved liked . $" << 5 << 2
                                << 5 << true;
        QTest::newRow("strange word") << "the cast was gorgeous . $" << 0 << 0 << 2 << true;
        QTest::newRow("after the end") << "it felt good . $ good" << 1 << 1 << 1 << false;
        QTest::newRow("nothing") << "" << 0 << 0 << 0 << false;
        QTest::newRow("end alone") << "$" << 0 << 0 << 0 << true;
        QTest::newRow("blanks") << "  it\nfelt   good . $ " << 1 << 0 << 0 << true;
    }

    void judgement() {
        QFETCH(QString, text);
        QFETCH(int, polarity);
        QFETCH(int, repeated);
        QFETCH(int, unknown);
        QFETCH(bool, ended);
        const ReviewJudgement judgement = judge_review(text.toStdString());
        QCOMPARE(judgement.polarity, polarity);
        QCOMPARE(judgement.repeated, repeated);
        QCOMPARE(judgement.unknown_bigrams, unknown);
        QCOMPARE(judgement.ended, ended);
        const double gold =
            3 * std::tanh(polarity / 3.0) - 0.5 * repeated - 0.5 * unknown - (ended ? 0 : 1);
        QCOMPARE(gold_review(text.toStdString()), gold);
        QCOMPARE(review_is_well_formed(text.toStdString()), ended && unknown == 0);
    }

    void any_thread_may_ask_and_none_waits_long() {
        std::vector<double> golds(4);
        {
            std::vector<std::jthread> threads;
            for (double& gold : golds)
                threads.emplace_back([&] { gold = gold_review("the cast was superb . $"); });
        }
        for (const double gold : golds) QCOMPARE(gold, 3 * std::tanh(2 / 3.0));
        const Stopwatch watch;
        double sum = 0;
        for (int round = 0; round < 10'000; ++round)
            sum += gold_review("the cast was very good and i loved the plot , it felt dull . $");
        QVERIFY(sum > 0);
        QVERIFY2(watch.seconds() < 0.5, std::to_string(watch.seconds()).c_str());
    }
};

PLUMB_REGISTER_TEST(TestReviews)
#include "reviews_test.moc"
