// SPDX-License-Identifier: GPL-3.0-or-later
#include "tasks/arithmetic.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "test_main.h"

using namespace plumb;

namespace {

int answer_of(const std::string& prompt) {
    int sum = 0;
    for (const char c : prompt)
        if (c >= '0' && c <= '9') sum += c - '0';
    return sum % 10;
}

}  // namespace

class TestArithmetic : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void vocabulary() {
        const auto tokenizer = arithmetic_tokenizer();
        QCOMPARE(tokenizer->vocab_size(), 16);
        QCOMPARE(*tokenizer->special().pad, 0);
        QCOMPARE(*tokenizer->special().eos, 1);
        QCOMPARE(tokenizer->encode("09+=,#$"),
                 (std::vector<std::int64_t>{2, 11, 12, 13, 14, 15, 1}));
    }

    void prompts_have_their_answer_and_are_never_held_out() {
        Random random(1);
        for (const std::int64_t digits : {3, 5, 12})
            for (int i = 0; i < 500; ++i) {
                const Prompt prompt = arithmetic_prompt(random, digits);
                QCOMPARE(static_cast<std::int64_t>(prompt.text.size()), 2 * digits);
                QVERIFY(prompt.text.ends_with('='));
                COMPARE_TEXT(prompt.answer, std::to_string(answer_of(prompt.text)));
                QVERIFY(!arithmetic_is_held_out(prompt.text));
            }
    }

    void three_tenths_are_held_out() {
        int held_out = 0;
        for (int i = 0; i < 1000; ++i) {
            const std::string digits = std::to_string(1000 + i);
            held_out +=
                arithmetic_is_held_out(std::string{digits[1], '+', digits[2], '+', digits[3], '='});
        }
        QVERIFY2(held_out >= 270 && held_out <= 330, std::to_string(held_out).c_str());
    }

    void enough_different_held_out_prompts_for_every_size() {
        for (std::int64_t digits = 3; digits <= 12; ++digits) {
            const auto prompts = arithmetic_held_out(digits, 256, 7);
            QCOMPARE(prompts.size(), std::size_t{256});
            std::set<std::string> texts;
            for (const auto& prompt : prompts) {
                QVERIFY(arithmetic_is_held_out(prompt.text));
                COMPARE_TEXT(prompt.answer, std::to_string(answer_of(prompt.text)));
                texts.insert(prompt.text);
            }
            QCOMPARE(texts.size(), std::size_t{256});
        }
        QCOMPARE(arithmetic_held_out(3, 100000, 0).size(), std::size_t{260});
        QCOMPARE(arithmetic_held_out(5, 10, 3)[9].text, arithmetic_held_out(5, 20, 3)[9].text);
    }

    void demonstrations_worked_by_hand() {
        Random random(2);
        const Prompt prompt{"7+5+8+3+6=", "9"};
        const auto thought = arithmetic_demonstration(
            random, prompt, {.digits = 5, .cot_rate = 1.0, .error_rate = 0.0});
        COMPARE_TEXT(thought.prompt, "7+5+8+3+6=");
        COMPARE_TEXT(thought.completion, "2,0,3,9#9$");
        const auto straight = arithmetic_demonstration(
            random, prompt, {.digits = 5, .cot_rate = 0.0, .error_rate = 0.0});
        COMPARE_TEXT(straight.completion, "#9$");
    }

    void errors_are_wrong_digits_and_carried_on() {
        Random random(3);
        const Prompt prompt{"7+5+8+3+6=", "9"};
        std::set<std::string> direct, first_sums;
        for (int i = 0; i < 400; ++i) {
            const auto thought = arithmetic_demonstration(
                random, prompt, {.digits = 5, .cot_rate = 1.0, .error_rate = 1.0});
            const std::string& text = thought.completion;
            QCOMPARE(text.size(), std::size_t{10});
            const int terms[] = {5, 8, 3, 6};
            int before = 7;
            for (int k = 0; k < 4; ++k) {
                const int sum = text[static_cast<std::size_t>(2 * k)] - '0';
                QVERIFY(sum != (before + terms[k]) % 10);
                before = sum;
            }
            QCOMPARE(text[8] - '0', before);
            first_sums.insert(text.substr(0, 1));
            direct.insert(arithmetic_demonstration(
                              random, prompt, {.digits = 5, .cot_rate = 0.0, .error_rate = 1.0})
                              .completion);
        }
        QCOMPARE(first_sums.size(), std::size_t{9});
        QCOMPARE(direct.size(), std::size_t{9});
        QVERIFY(!direct.contains("#9$"));
    }

    void rates_are_as_asked_for() {
        Random random(4);
        int thought = 0, wrong_direct = 0, wrong_sums = 0;
        constexpr int n = 20000;
        for (int i = 0; i < n; ++i) {
            const auto row = arithmetic_demonstration(random, ArithmeticOptions{});
            const int right = answer_of(row.prompt);
            if (arithmetic_uses_scratchpad(row.completion)) {
                ++thought;
                wrong_sums += row.completion[0] - '0' != (row.prompt[0] + row.prompt[2] - 96) % 10;
            } else {
                wrong_direct += row.completion[1] - '0' != right;
            }
        }
        // Five standard errors.
        QVERIFY(std::abs(thought - 0.4 * n) < 350);
        QVERIFY(std::abs(wrong_sums - 0.1 * thought) < 140);
        QVERIFY(std::abs(wrong_direct - 0.1 * (n - thought)) < 170);
    }

    void reward_data() {
        QTest::addColumn<QString>("completion");
        QTest::addColumn<double>("expected");
        QTest::newRow("direct") << "#9$" << 1.0;
        QTest::newRow("scratchpad") << "2,0,3,9#9$" << 1.0;
        QTest::newRow("wrong steps do not matter") << "1,1,1,1#9$" << 1.0;
        QTest::newRow("wrong") << "#8$" << 0.0;
        QTest::newRow("no end") << "2,0,3,9#9" << 0.0;
        QTest::newRow("two marks") << "#9#9$" << 0.0;
        QTest::newRow("no mark") << "9$" << 0.0;
        QTest::newRow("more after the answer") << "#9,$" << 0.0;
        QTest::newRow("two digits") << "#09$" << 0.0;
        QTest::newRow("nothing") << "" << 0.0;
        QTest::newRow("end alone") << "$" << 0.0;
    }

    void reward() {
        QFETCH(QString, completion);
        QFETCH(double, expected);
        QCOMPARE(arithmetic_reward(completion.toStdString(), "9"), expected);
    }

    void scratchpad_use() {
        QVERIFY(arithmetic_uses_scratchpad("2,0,3,9#9$"));
        QVERIFY(arithmetic_uses_scratchpad("2,0#0"));
        QVERIFY(!arithmetic_uses_scratchpad("#9$"));
        QVERIFY(!arithmetic_uses_scratchpad("2,0,3,9"));
        QVERIFY(!arithmetic_uses_scratchpad(",,#9"));
        QVERIFY(!arithmetic_uses_scratchpad("2+3=#9"));
    }
};

PLUMB_REGISTER_TEST(TestArithmetic)
#include "arithmetic_test.moc"
