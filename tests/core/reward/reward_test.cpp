// SPDX-License-Identifier: GPL-3.0-or-later
#include "reward/reward.h"

#include <cmath>
#include <limits>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "reward/rules.h"
#include "test_main.h"

using namespace plumb;

namespace {

using Scores = RewardFunction::Scores;

/// Completion and answer, ended with its $.
RewardInput input(std::string_view completion, std::string_view answer = {}) {
    return {.prompt = "p",
            .completion = completion,
            .completion_with_special = completion,
            .answer = answer,
            .completion_ids = {},
            .ended = true};
}

double score_one(const std::string& name, const RewardInput& row, const Settings& settings = {}) {
    const auto reward = make_reward(name, settings);
    if (!reward.ok()) return -99;
    const auto scores = (*reward)->score(std::span(&row, 1));
    return scores.ok() ? (*scores)[0].value_or(-77) : -88;
}

constexpr double no_opinion = -77;

/// Returns what it was given.
class Echo : public RewardFunction {
public:
    explicit Echo(Scores scores) : scores_(std::move(scores)) {}
    const std::string& name() const override { return name_; }

private:
    Result<Scores> compute(std::span<const RewardInput>, const std::stop_token&) override {
        return scores_;
    }
    std::string name_ = "echo";
    Scores scores_;
};

void verify_message(const std::string& message, const std::string& part) {
    QVERIFY2(message.find(part) != std::string::npos, message.c_str());
}

QJsonObject golden(const char* part) {
    const auto folder = shared_folder("golden/data");
    if (folder.empty()) return {};
    QFile file(QString::fromStdString((folder / "rewards.json").string()));
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QJsonDocument::fromJson(file.readAll()).object()[QLatin1String(part)].toObject();
}

}  // namespace

class TestReward : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void every_name_makes_a_function() {
        Settings settings;
        settings.reward_pattern = "a";
        settings.reward_keywords = {"a"};
        QCOMPARE(reward_names().size(), std::size_t{11});
        for (const auto& name : reward_names()) {
            const auto reward = make_reward(name, settings);
            VERIFY_OK(reward);
            COMPARE_TEXT((*reward)->name(), name);
        }
    }

    void unknown_names_and_missing_settings() {
        const auto misspelt = make_reward("numeric_mach", {});
        QVERIFY(!misspelt.ok());
        verify_message(misspelt.error().message, "Did you mean numeric_match?");
        const auto strange = make_reward("something else entirely", {});
        verify_message(strange.error().message, "There are: arithmetic, reviews, exact_match");
        verify_message(make_reward("regex_match", {}).error().message, "reward_pattern");
        verify_message(make_reward("keywords", {}).error().message, "reward_keywords");
        Settings settings;
        settings.reward_length = 0;
        settings.repetition_ngram = 0;
        verify_message(make_reward("length_target", settings).error().message, "reward_length");
        verify_message(make_reward("repetition", settings).error().message, "repetition_ngram");
    }

    void lists_of_rewards() {
        Settings settings;
        const auto own = make_rewards(settings);
        VERIFY_OK(own);
        COMPARE_TEXT(own->at(0)->name(), "arithmetic");
        settings.task = "reviews";
        const auto reviews = make_rewards(settings);
        VERIFY_OK(reviews);
        COMPARE_TEXT(reviews->at(0)->name(), "reviews");
        settings.task = "data";
        QVERIFY(!make_rewards(settings).ok());
        settings.reward_funcs = {"ended", "repetition"};
        const auto named = make_rewards(settings);
        VERIFY_OK(named);
        QCOMPARE(named->size(), std::size_t{2});
        COMPARE_TEXT(named->at(1)->name(), "repetition");
    }

    void scores_are_checked() {
        const std::vector<RewardInput> rows = {input("a"), input("b")};
        Echo good({0.5, std::nullopt});
        const auto scores = good.score(rows);
        VERIFY_OK(scores);
        QVERIFY(!(*scores)[1].has_value());
        for (const double bad :
             {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
            Echo broken({1.0, bad});
            const auto refused = broken.score(rows);
            QVERIFY(!refused.ok());
            verify_message(refused.error().message, "The reward echo gave");
            verify_message(refused.error().message, "completion 2 of 2");
        }
        Echo short_list({1.0});
        verify_message(short_list.score(rows).error().message, "1 scores for 2 completions");
    }

    void answers() {
        QCOMPARE(score_one("arithmetic", input("2,0#0$", "0")), 1.0);
        QCOMPARE(score_one("arithmetic", input("2,0#0", "0")), 0.0);
        QCOMPARE(score_one("arithmetic", input("#0$")), no_opinion);
        QCOMPARE(score_one("exact_match", input(" Paris ", "Paris")), 1.0);
        QCOMPARE(score_one("exact_match", input("paris", "Paris")), 0.0);
        QCOMPARE(score_one("exact_match", input("", "")), no_opinion);
        QCOMPARE(score_one("numeric_match", input("it is $1,200.00.", "1200")), 1.0);
        QCOMPARE(score_one("numeric_match", input("#### 5 and not 12", "12")), 0.0);
        QCOMPARE(score_one("numeric_match", input("no number", "12")), 0.0);
        QCOMPARE(score_one("numeric_match", input("12", "none")), no_opinion);
    }

    void reviews_are_judged_with_their_prompt() {
        const auto score = [](std::string_view prompt, std::string_view completion) {
            RewardInput row = input(completion);
            row.prompt = prompt;
            return score_one("reviews", row);
        };
        QCOMPARE(score("the cast ", "was brilliant . $"), 3 * std::tanh(2 / 3.0));
        QCOMPARE(score("the cast", "was brilliant . $"), 3 * std::tanh(2 / 3.0));
        // The prompt's verb counts, and so does how the completion goes on from it.
        QCOMPARE(score("i hated ", "the plot . $"), 3 * std::tanh(-2 / 3.0));
        QCOMPARE(score("i hated ", "was . $"), 3 * std::tanh(-2 / 3.0) - 0.5 - 0.5);
        QCOMPARE(score("it felt ", "long ."), -1.0);
    }

    void patterns() {
        Settings settings;
        settings.reward_pattern = "^\\w+\\s\\p{Lu}";
        QCOMPARE(score_one("regex_match", input("\xC3\xA9t\xC3\xA9 \xC3\x89t\xC3\xA9"), settings),
                 1.0);
        QCOMPARE(score_one("regex_match", input("one two"), settings), 0.0);
        QCOMPARE(score_one("regex_match", input(""), settings), 0.0);
        QCOMPARE(score_one("regex_match", input(std::string_view("a\0 B", 4)), settings), 0.0);
    }

    void patterns_that_are_none_name_the_place() {
        Settings settings;
        settings.reward_pattern = "ab(c";
        const auto broken = make_reward("regex_match", settings);
        QVERIFY(!broken.ok());
        verify_message(broken.error().message, "\"ab(c\" is not a regular expression");
        verify_message(broken.error().message, "at offset 4");
    }

    void patterns_that_take_for_ever_are_an_error() {
        Settings settings;
        settings.reward_pattern = "(a|aa)+$";
        const auto reward = make_reward("regex_match", settings);
        VERIFY_OK(reward);
        const std::string text = std::string(60, 'a') + "!";
        const std::vector<RewardInput> rows = {input(text)};
        const auto scores = (*reward)->score(rows);
        QVERIFY(!scores.ok());
        verify_message(scores.error().message, "\"(a|aa)+$\" could not be searched for");
    }

    void think_format_of_the_reference_data() {
        const QJsonObject part = golden("think_format");
        if (part.isEmpty()) QSKIP("the reference data is not here");
        Settings settings;
        settings.reward_pattern = "(?s)\\A<think>(?!.*<think>)(.*?)</think>.*$";
        const QJsonArray completions = part["completions"].toArray();
        QVERIFY(completions.size() > 5);
        for (int i = 0; i < completions.size(); ++i) {
            const std::string text = completions[i].toString().toStdString();
            const double expected = part["rewards"].toArray()[i].toDouble();
            QCOMPARE(score_one("think_format", input(text)), expected);
            QCOMPARE(score_one("regex_match", input(text), settings), expected);
        }
    }

    void think_format() {
        QCOMPARE(score_one("think_format", input("<think>\na\n</think>\nb")), 1.0);
        QCOMPARE(score_one("think_format", input("<think></think>")), 1.0);
        for (const char* text : {"", "<think>", "a", " <think>a</think>", "</think><think>",
                                 "<think>a</think><think>", "<Think>a</Think>"})
            QVERIFY2(score_one("think_format", input(text)) == 0.0, text);
    }

    void keywords() {
        Settings settings;
        settings.reward_keywords = {"good", "great",    "c++", "\xC3\xA9t\xC3\xA9",
                                    "good", "well made"};
        const auto score = [&](std::string_view text) {
            return score_one("keywords", input(text), settings);
        };
        QCOMPARE(score("nothing of it"), 0.0);
        QCOMPARE(score("good good good"), 1.0 / 3);
        QCOMPARE(score("goods, regreat, goodness"), 0.0);
        QCOMPARE(score("\xE2\x80\x9CGood\xE2\x80\x9D and GREAT!"), 2.0 / 3);
        QCOMPARE(score("c++ is well made"), 2.0 / 3);
        QCOMPARE(score("\xC3\x89T\xC3\x89 good great c++"), 1.0);
        settings.reward_keywords = {"yes"};
        QCOMPARE(score("yes."), 1.0);
    }

    void lengths() {
        QCOMPARE(length_target_rule(40, 40), 1.0);
        QCOMPARE(length_target_rule(30, 40), 0.75);
        QCOMPARE(length_target_rule(50, 40), 0.75);
        QCOMPARE(length_target_rule(0, 40), 0.0);
        QCOMPARE(length_target_rule(200, 40), 0.0);
        Settings settings;
        settings.reward_length = 4;
        const std::vector<std::int64_t> ids = {5, 6, 1};
        RewardInput row = input("ab");
        row.completion_ids = ids;
        QCOMPARE(score_one("length_target", row, settings), 0.75);
    }

    void overlong_worked_by_hand() {
        QCOMPARE(overlong_rule(0, 80, 25), 0.0);
        QCOMPARE(overlong_rule(55, 80, 25), 0.0);
        QCOMPARE(overlong_rule(60, 80, 25), -0.2);
        QCOMPARE(overlong_rule(80, 80, 25), -1.0);
        QCOMPARE(overlong_rule(81, 80, 25), -1.0);
        Settings settings;
        settings.max_completion_length = 4;
        settings.overlong_buffer = 2;
        const std::vector<std::int64_t> ids = {5, 6, 1};
        RewardInput row = input("ab");
        row.completion_ids = ids;
        QCOMPARE(score_one("overlong", row, settings), -0.5);
        for (const std::int64_t buffer : {0, 5}) {
            settings.overlong_buffer = buffer;
            verify_message(make_reward("overlong", settings).error().message,
                           "overlong_buffer. Give a number of tokens from 1 to "
                           "max_completion_length, 4");
        }
    }

    void overlong_of_the_reference_data() {
        const QJsonObject part = golden("soft_overlong");
        if (part.isEmpty()) QSKIP("the reference data is not here");
        const QJsonArray lengths = part["completion_ids_lengths"].toArray();
        QVERIFY(lengths.size() > 5);
        for (int i = 0; i < lengths.size(); ++i)
            QCOMPARE(overlong_rule(lengths[i].toInt(), part["max_completion_len"].toInt(),
                                   part["soft_punish_cache"].toInt()),
                     part["rewards"].toArray()[i].toDouble());
    }

    void repetition_worked_by_hand() {
        const std::vector<std::int64_t> ids = {1, 2, 1, 2, 1};
        QCOMPARE(repetition_rule(ids, 2), 2.0 / 4 - 1);
        QCOMPARE(repetition_rule(ids, 1), 2.0 / 5 - 1);
        QCOMPARE(repetition_rule(ids, 5), 0.0);
        QCOMPARE(repetition_rule(ids, 6), 0.0);
        QCOMPARE(repetition_rule({}, 3), 0.0);
    }

    void repetition_of_the_reference_data() {
        const QJsonObject part = golden("repetition_penalty");
        if (part.isEmpty()) QSKIP("the reference data is not here");
        Settings settings;
        settings.repetition_ngram = part["ngram_size"].toInt();
        const QJsonArray rows = part["completion_ids"].toArray();
        QVERIFY(rows.size() > 5);
        for (int i = 0; i < rows.size(); ++i) {
            std::vector<std::int64_t> ids;
            for (const auto& id : rows[i].toArray()) ids.push_back(id.toInt());
            RewardInput row = input("");
            row.completion_ids = ids;
            const double difference =
                score_one("repetition", row, settings) - part["rewards"].toArray()[i].toDouble();
            QVERIFY2(std::abs(difference) < 1e-12, std::to_string(difference).c_str());
        }
    }

    void ended() {
        RewardInput row = input("a");
        QCOMPARE(score_one("ended", row), 1.0);
        row.ended = false;
        QCOMPARE(score_one("ended", row), 0.0);
    }
};

PLUMB_REGISTER_TEST(TestReward)
#include "reward_test.moc"
