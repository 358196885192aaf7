// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/preferences.h"

#include <initializer_list>

#include "test_main.h"

using namespace plumb;
using Ids = std::vector<std::int64_t>;

namespace {

Row row(std::int64_t line, std::initializer_list<std::pair<std::string, Value>> columns) {
    Row made{.columns = {}, .file = std::make_shared<const std::string>("t.jsonl"), .line = line};
    for (const auto& [name, value] : columns) made.columns[name] = value;
    return made;
}

Row labelled(std::int64_t line, const std::string& prompt, const std::string& completion,
             Value label) {
    return row(line, {{"prompt", {prompt}}, {"completion", {completion}}, {"label", label}});
}

void verify_message(const std::string& message, const std::string& part) {
    QVERIFY2(message.find(part) != std::string::npos, message.c_str());
}

void verify_split(const std::string& chosen, const std::string& rejected, const std::string& prompt,
                  const std::string& left, const std::string& right) {
    const PromptSplit split = extract_prompt(chosen, rejected);
    COMPARE_TEXT(split.prompt, prompt);
    COMPARE_TEXT(split.chosen, left);
    COMPARE_TEXT(split.rejected, right);
}

/// pad 0, $ 1, a 2, b 3, c 4.
std::shared_ptr<const Tokenizer> letters() {
    return make_fixed_tokenizer({"<pad>", "$", "a", "b", "c"},
                                {.pad = 0, .bos = {}, .eos = 1, .unk = {}});
}

Preference pair(const std::string& prompt, const std::string& chosen, const std::string& rejected) {
    Preference made;
    made.prompt = prompt;
    made.chosen = chosen;
    made.rejected = rejected;
    return made;
}

}  // namespace

class TestPreferences : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pairs_with_a_prompt_and_a_margin() {
        const std::vector<Row> rows = {
            row(4, {{"question", {"q"}}, {"chosen", {"c"}}, {"rejected", {"r"}}}),
            row(5, {{"question", {""}},
                    {"chosen", {"c"}},
                    {"rejected", {"c"}},
                    {"margin", {"1.5", false}}})};
        const auto pairs = to_preferences(rows, {});
        VERIFY_OK(pairs);
        COMPARE_TEXT((*pairs)[0].prompt, "q");
        COMPARE_TEXT((*pairs)[0].chosen, "c");
        COMPARE_TEXT((*pairs)[0].rejected, "r");
        COMPARE_TEXT((*pairs)[0].source, "t.jsonl, line 4");
        QVERIFY((*pairs)[0].chosen_ended && (*pairs)[0].rejected_ended && !(*pairs)[0].margin);
        QCOMPARE((*pairs)[1].margin, std::optional(1.5));
    }

    void what_is_known_of_samples_is_read() {
        const auto pairs = to_preferences({row(1, {{"prompt", {"p"}},
                                                   {"chosen", {"c"}},
                                                   {"rejected", {"r"}},
                                                   {"chosen_ended", {"false", false}},
                                                   {"gold_margin", {"-0.5", false}}})},
                                          {});
        VERIFY_OK(pairs);
        QVERIFY(!(*pairs)[0].chosen_ended);
        QVERIFY((*pairs)[0].rejected_ended);
        QCOMPARE((*pairs)[0].gold_margin, std::optional(-0.5));
        const auto wrong = to_preferences({row(7, {{"prompt", {"p"}},
                                                   {"chosen", {"c"}},
                                                   {"rejected", {"r"}},
                                                   {"rejected_ended", {"perhaps"}}})},
                                          {});
        QVERIFY(!wrong);
        QVERIFY2(wrong.error().message.find("line 7") != std::string::npos &&
                     wrong.error().message.find("rejected_ended") != std::string::npos,
                 wrong.error().message.c_str());
    }

    void columns_have_other_names_where_the_settings_say_so() {
        Settings settings;
        settings.prompt_column = "ask";
        settings.chosen_column = "good";
        settings.rejected_column = "bad";
        const auto pairs = to_preferences(
            {row(1, {{"ask", {"p"}}, {"good", {"g"}}, {"bad", {"b"}}, {"chosen", {"x"}}})},
            settings);
        VERIFY_OK(pairs);
        COMPARE_TEXT((*pairs)[0].prompt + (*pairs)[0].chosen + (*pairs)[0].rejected, "pgb");
    }

    void pairs_without_a_prompt_share_their_beginning() {
        const auto pairs = to_preferences(
            {row(1, {{"chosen", {"sky is blue"}}, {"rejected", {"sky is red"}}})}, {});
        VERIFY_OK(pairs);
        COMPARE_TEXT((*pairs)[0].prompt, "sky is");
        COMPARE_TEXT((*pairs)[0].chosen, " blue");
        COMPARE_TEXT((*pairs)[0].rejected, " red");
    }

    void prompts_are_extracted() {
        verify_split("The sky is blue.", "The sky is green.", "The sky is", " blue.", " green.");
        verify_split("axb", "ayb", "a", "xb", "yb");
        verify_split("x", "y", "", "x", "y");
        verify_split("x ", "y ", "", "x ", "y ");
        verify_split("", "y", "", "", "y");
        // The last character of the shorter text stays with it.
        verify_split("ab", "abc", "a", "b", "bc");
        verify_split("ab ", "ab ", "ab", " ", " ");
        // U+00E9 and U+00E8 have their first byte in common.
        verify_split("caf\xC3\xA9", "caf\xC3\xA8", "caf", "\xC3\xA9", "\xC3\xA8");
    }

    void turns_are_extracted() {
        const std::vector<std::string> chosen = {"u: hi", "a: hello"},
                                       rejected = {"u: hi", "a: no"};
        QCOMPARE(extract_prompt(chosen, rejected), std::size_t{1});
        QCOMPARE(extract_prompt(chosen, chosen), std::size_t{1});
        QCOMPARE(extract_prompt(chosen, std::vector<std::string>{}), std::size_t{0});
    }

    void labelled_completions_are_paired_in_their_order() {
        const Value yes{"true", false}, no{"false", false}, one{"1", false}, text{"false", true};
        const std::vector<Row> rows = {
            labelled(1, "p", "good 1", yes), labelled(2, "p", "good 2", one),
            labelled(3, "q", "alone", no),   labelled(4, "p", "bad 1", no),
            labelled(5, "p", "bad 2", text), labelled(6, "p", "bad 3", {"0", false})};
        QVERIFY(has_labelled_completions(rows, {}));
        const auto pairs = to_preferences(rows, {});
        VERIFY_OK(pairs);
        QCOMPARE(pairs->size(), std::size_t{2});
        for (std::size_t k = 0; k < 2; ++k) {
            COMPARE_TEXT((*pairs)[k].prompt, "p");
            COMPARE_TEXT((*pairs)[k].chosen, "good " + std::to_string(k + 1));
            COMPARE_TEXT((*pairs)[k].rejected, "bad " + std::to_string(k + 1));
        }
    }

    void labels_that_make_no_pair() {
        const auto none = to_preferences(
            {labelled(1, "p", "a", {"1", false}), labelled(2, "q", "b", {"0", false})}, {});
        QVERIFY(!none.ok());
        verify_message(none.error().message, "None of the 2 rows of t.jsonl makes a pair");
        const auto strange = to_preferences({labelled(7, "p", "a", {"good", true})}, {});
        QVERIFY(!strange.ok());
        verify_message(strange.error().message,
                       "t.jsonl, line 7: column label must hold true or false, not good");
    }

    void missing_columns_name_those_present() {
        const auto none = to_preferences({row(3, {{"prompt", {"p"}}, {"text", {"t"}}})}, {});
        QVERIFY(!none.ok());
        verify_message(none.error().message,
                       "t.jsonl, line 3 has no column chosen (columns present: prompt, text)");
        const auto half = to_preferences({row(1, {{"chosen", {"c"}}})}, {});
        QVERIFY(!half.ok());
        verify_message(half.error().message, "no column rejected");
        const auto later = to_preferences(
            {row(1, {{"chosen", {"c"}}, {"rejected", {"r"}}}), row(2, {{"chosen", {"c"}}})}, {});
        QVERIFY(!later.ok());
        verify_message(later.error().message, "line 2 has no column rejected");
    }

    void conversations_need_a_template() {
        const Value one{R"([{"role":"user"},{"role":"a"}])", false},
            other{R"([{"role":"user"},{"role":"b"}])", false};
        const auto chat = to_preferences({row(8, {{"chosen", one}, {"rejected", other}})}, {});
        QVERIFY(!chat.ok());
        verify_message(chat.error().message,
                       "t.jsonl, line 8 holds a conversation, and the model has no chat template");
        const auto mixed = to_preferences({row(8, {{"chosen", one}, {"rejected", {"r"}}})}, {});
        QVERIFY(!mixed.ok());
        verify_message(mixed.error().message, "line 8: column rejected must hold chat turns");
    }

    void margins_are_numbers() {
        for (const Value& value : {Value{"2", true}, Value{"[1]", false}, Value{"1e999", false}}) {
            const auto pairs = to_preferences(
                {row(2, {{"chosen", {"c"}}, {"rejected", {"r"}}, {"margin", value}})}, {});
            QVERIFY(!pairs.ok());
            verify_message(pairs.error().message, "line 2: column margin must hold a number");
        }
    }

    void pairs_are_tokens_with_an_end() {
        Preference sampled = pair("ab", "c", "b$");
        sampled.margin = 0.5;
        const PreferenceRow ended = tokenize_preference(sampled, *letters());
        QCOMPARE(ended.prompt, (Ids{2, 3}));
        QCOMPARE(ended.chosen, (Ids{4, 1}));
        QCOMPARE(ended.rejected, (Ids{3, 1}));
        QCOMPARE(ended.margin, std::optional(0.5));
        QCOMPARE(ended.length(), 4);
        sampled.chosen_ended = false;
        QCOMPARE(tokenize_preference(sampled, *letters()).chosen, (Ids{4}));
    }

    void the_border_is_where_both_sides_keep_the_prompt() {
        const std::vector<std::string> texts = {"one two twofold"};
        const auto words = make_word_tokenizer(texts, 100);  // one 3, two 4, twofold 5
        const PreferenceRow tokens = tokenize_preference(pair("one two", "fold", " one"), *words);
        QCOMPARE(tokens.prompt, (Ids{3}));
        QCOMPARE(tokens.chosen, (Ids{5, 1}));
        QCOMPARE(tokens.rejected, (Ids{4, 3, 1}));
    }

    void long_pairs_are_cut() {
        const std::vector<Preference> pairs = {pair("a", "bbb", "c"),  // 5 tokens with the end: cut
                                               pair("aaaa", "b", "c"),     // no room
                                               pair("a", "bbba", "bbbc"),  // the same once cut
                                               pair("a", "b", "c"), pair("", "b", "c")};
        const auto tokens = tokenize_preferences(pairs, *letters(), 4, OverLength::cut);
        VERIFY_OK(tokens);
        QCOMPARE(tokens->sources, (Ids{0, 3}));
        QCOMPARE(tokens->rows[0].chosen, (Ids{3, 3, 3}));
        QCOMPARE(tokens->rows[0].rejected, (Ids{4, 1}));
        QCOMPARE(tokens->shortened, 1);
        QCOMPARE(tokens->dropped, 2);
        QCOMPARE(tokens->identical, 1);
    }

    void long_pairs_are_dropped() {
        const std::vector<Preference> pairs = {pair("a", "bbb", "c"), pair("a", "bb", "c"),
                                               pair("", "b", "c"), pair("a", "b", "b")};
        const auto tokens = tokenize_preferences(pairs, *letters(), 4, OverLength::drop);
        VERIFY_OK(tokens);
        QCOMPARE(tokens->sources, (Ids{1, 2}));
        QCOMPARE(tokens->shortened, 0);
        QCOMPARE(tokens->dropped, 1);
        QCOMPARE(tokens->identical, 1);
        const auto none = tokenize_preferences(pairs, *letters(), 1, OverLength::drop);
        QVERIFY(!none.ok());
        verify_message(none.error().message, "Raise max_length");
    }
};

PLUMB_REGISTER_TEST(TestPreferences)
#include "preferences_test.moc"
