// SPDX-License-Identifier: GPL-3.0-or-later
#include <initializer_list>

#include "data/answers.h"
#include "data/rows.h"
#include "test_main.h"

using namespace plumb;

namespace {

Row row(std::int64_t line, std::initializer_list<std::pair<std::string, Value>> columns) {
    Row made{.columns = {}, .file = std::make_shared<const std::string>("t.jsonl"), .line = line};
    for (const auto& [name, value] : columns) made.columns[name] = value;
    return made;
}

void verify_message(const std::string& message, const std::string& part) {
    QVERIFY2(message.find(part) != std::string::npos, message.c_str());
}

}  // namespace

class TestColumns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void prompts_with_answers() {
        const std::vector<Row> rows = {row(1, {{"prompt", {"p"}}, {"answer", {"4", false}}}),
                                       row(2, {{"prompt", {"q"}}, {"text", {"unused"}}})};
        const auto prompts = to_prompts(rows, {});
        VERIFY_OK(prompts);
        COMPARE_TEXT((*prompts)[0].text, "p");
        COMPARE_TEXT((*prompts)[0].answer, "4");
        COMPARE_TEXT((*prompts)[0].source, "t.jsonl, line 1");
        COMPARE_TEXT((*prompts)[1].answer, "");
    }

    void gsm8k_columns_are_mapped() {
        const std::vector<Row> rows = {
            row(1, {{"question", {"how many?"}}, {"answer", {"2*600=1200\n#### 1,200"}}})};
        const auto prompts = to_prompts(rows, {});
        VERIFY_OK(prompts);
        COMPARE_TEXT((*prompts)[0].text, "how many?");
        COMPARE_TEXT((*prompts)[0].answer, "1200");
        const auto demonstrations = to_demonstrations(rows, {});
        VERIFY_OK(demonstrations);
        COMPARE_TEXT((*demonstrations)[0].prompt, "how many?");
        COMPARE_TEXT((*demonstrations)[0].completion, "2*600=1200\n#### 1,200");
    }

    void text_rows_are_cut_to_prompts() {
        Settings settings;
        settings.prompt_length = 10;
        settings.dataset_text_field = "body";
        const auto prompts = to_prompts({row(1, {{"body", {"the cast was fine"}}})}, settings);
        VERIFY_OK(prompts);
        COMPARE_TEXT((*prompts)[0].text, "the cast");
    }

    void cut_moves_back_to_a_blank() {
        const std::string text = "the cast was";
        COMPARE_TEXT(std::string(cut_prompt(text, 0)), text);
        COMPARE_TEXT(std::string(cut_prompt(text, 12)), text);
        COMPARE_TEXT(std::string(cut_prompt(text, 10)), "the cast");
        COMPARE_TEXT(std::string(cut_prompt(text, 9)), "the cast");
        COMPARE_TEXT(std::string(cut_prompt(text, 8)), "the cast");
        COMPARE_TEXT(std::string(cut_prompt(text, 7)), "the");
        COMPARE_TEXT(std::string(cut_prompt("unbreakable", 4)), "unbr");
        COMPARE_TEXT(std::string(cut_prompt(" unbreakable", 4)), " unb");
        COMPARE_TEXT(std::string(cut_prompt("\xC3\xA9\xC3\xA8 \xC3\xA0\xC3\xA9", 4)),
                     "\xC3\xA9\xC3\xA8");
    }

    void supervised_rows_in_both_forms() {
        const auto whole = to_demonstrations({row(1, {{"text", {"all of it"}}})}, {});
        VERIFY_OK(whole);
        COMPARE_TEXT((*whole)[0].prompt, "");
        COMPARE_TEXT((*whole)[0].completion, "all of it");
        const auto in_two = to_demonstrations(
            {row(1, {{"prompt", {"p"}}, {"completion", {"c"}}, {"text", {"t"}}})}, {});
        VERIFY_OK(in_two);
        COMPARE_TEXT((*in_two)[0].prompt, "p");
        COMPARE_TEXT((*in_two)[0].completion, "c");
    }

    void missing_columns_name_those_present() {
        const auto prompts = to_prompts({row(3, {{"chosen", {"c"}}, {"rejected", {"r"}}})}, {});
        QVERIFY(!prompts.ok());
        verify_message(prompts.error().message, "t.jsonl, line 3 has no column prompt or text");
        verify_message(prompts.error().message, "columns present: chosen, rejected");

        const auto later = to_prompts({row(1, {{"prompt", {"p"}}}), row(2, {{"text", {"t"}}})}, {});
        QVERIFY(!later.ok());
        verify_message(later.error().message,
                       "line 2 has no column prompt (columns present: text)");

        const auto half = to_demonstrations({row(1, {{"prompt", {"p"}}})}, {});
        QVERIFY(!half.ok());
        verify_message(half.error().message, "no column completion for column prompt");
    }

    void values_that_are_no_text_are_refused() {
        const auto prompts =
            to_prompts({row(9, {{"prompt", {"[{\"role\":\"user\"}]", false}}})}, {});
        QVERIFY(!prompts.ok());
        verify_message(prompts.error().message,
                       "t.jsonl, line 9 holds a conversation, and the model has no chat template");
        const auto numbers = to_prompts({row(9, {{"prompt", {"4", false}}})}, {});
        QVERIFY(!numbers.ok());
        verify_message(numbers.error().message, "line 9: column prompt must hold text, not 4");
    }
};

class TestAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void final_answers() {
        COMPARE_TEXT(final_answer("work\n#### 1,234,567 "), "1234567");
        COMPARE_TEXT(final_answer("#### 1 #### -$2,000.5"), "-$2000.5");
        COMPARE_TEXT(final_answer("  plain, text 1,5 "), "plain, text 1,5");
        COMPARE_TEXT(final_answer("####"), "");
    }

    void numbers_in_text_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("expected");
        QTest::newRow("last") << "3 apples and 4 pears" << 4.0;
        QTest::newRow("mark first") << "5 #### 12 of 13" << 12.0;
        QTest::newRow("mark last") << "#### 1\n#### 2" << 2.0;
        QTest::newRow("thousands") << "it costs $1,234.50." << 1234.5;
        QTest::newRow("millions") << "1,000,000" << 1e6;
        QTest::newRow("list") << "2,0,3,9" << 9.0;
        QTest::newRow("no separator") << "1,23" << 23.0;
        QTest::newRow("four digits") << "1,2345" << 2345.0;
        QTest::newRow("stop") << "The answer is 42." << 42.0;
        QTest::newRow("negative") << "x = -7" << -7.0;
        QTest::newRow("negative money") << "-$5" << -5.0;
        QTest::newRow("difference") << "10-5" << 5.0;
        QTest::newRow("word before minus") << "covid-19" << 19.0;
        QTest::newRow("half") << "about .5" << 0.5;
        QTest::newRow("numero") << "see No.7" << 7.0;
        QTest::newRow("percent") << "75%" << 75.0;
        QTest::newRow("leading zeros") << "007.50" << 7.5;
    }

    void numbers_in_text() {
        QFETCH(QString, text);
        QFETCH(double, expected);
        const auto number = answer_number(text.toStdString());
        QVERIFY(number.has_value());
        QCOMPARE(*number, expected);
    }

    void no_number() {
        QVERIFY(!answer_number("none here."));
        QVERIFY(!answer_number(""));
        QVERIFY(!answer_number("4 #### none"));
    }

    void nothing_but_a_number() {
        for (const char* text : {"4", " -1,200.5 ", "$3.", "50%"}) QVERIFY2(is_number(text), text);
        for (const char* text : {"", "4 apples", "B2", "1 2", "1,23", "-"})
            QVERIFY2(!is_number(text), text);
    }

    void comparisons() {
        QCOMPARE(same_number("so 72.00 dollars", "72"), std::optional(true));
        QCOMPARE(same_number("so 73", "72"), std::optional(false));
        QCOMPARE(same_number("no idea", "72"), std::optional(false));
        QCOMPARE(same_number("72", ""), std::optional<bool>());
        QVERIFY(same_text(" yes\n", "yes"));
        QVERIFY(!same_text("Yes", "yes"));
    }
};

PLUMB_REGISTER_TEST(TestColumns)
PLUMB_REGISTER_TEST(TestAnswers)
#include "columns_test.moc"
