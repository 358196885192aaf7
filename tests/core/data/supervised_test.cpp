// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/supervised.h"

#include "data/prompts.h"
#include "test_main.h"

using namespace plumb;
using Ids = std::vector<std::int64_t>;

namespace {

/// pad 0, $ 1, a 2, b 3, c 4.
std::shared_ptr<const Tokenizer> letters() {
    return make_fixed_tokenizer({"<pad>", "$", "a", "b", "c"},
                                {.pad = 0, .bos = {}, .eos = 1, .unk = {}});
}

}  // namespace

class TestSupervised : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void prompt_is_left_out_and_the_end_appended() {
        const auto row = tokenize_demonstration({"ab", "cc"}, *letters(), {});
        QCOMPARE(row.ids, (Ids{2, 3, 4, 4, 1}));
        QCOMPARE(row.labels, (Ids{-100, -100, 4, 4, 1}));
        QCOMPARE(row.trained(), 3);
    }

    void an_end_that_is_there_is_not_doubled() {
        QCOMPARE(tokenize_demonstration({"ab", "c$"}, *letters(), {}).ids, (Ids{2, 3, 4, 1}));
        QCOMPARE(tokenize_demonstration({"", ""}, *letters(), {}).ids, (Ids{1}));
    }

    void loss_on_everything_where_there_is_no_prompt_or_it_is_asked_for() {
        const auto whole = tokenize_demonstration({"", "abc"}, *letters(), {});
        QCOMPARE(whole.labels, (Ids{2, 3, 4, 1}));
        QCOMPARE(whole.trained(), 3);
        const auto asked = tokenize_demonstration({"a", "b"}, *letters(),
                                                  {.max_length = 9, .completion_only_loss = false});
        QCOMPARE(asked.labels, (Ids{2, 3, 1}));
        const auto only = tokenize_demonstration({"", "b"}, *letters(),
                                                 {.max_length = 9, .completion_only_loss = true});
        QCOMPARE(only.labels, (Ids{3, 1}));
    }

    void a_word_over_the_border_is_trained_on() {
        const std::vector<std::string> texts = {"one two twofold"};
        const auto words = make_word_tokenizer(texts, 100);  // one 3, two 4, twofold 5
        const auto row = tokenize_demonstration({"one two", "fold one"}, *words, {});
        QCOMPARE(row.ids, (Ids{3, 5, 3, 1}));
        QCOMPARE(row.labels, (Ids{-100, 5, 3, 1}));
    }

    void long_rows_keep_their_start_and_empty_ones_are_dropped() {
        const std::vector<Demonstration> rows = {
            {"ab", "ccc"}, {"abab", "c"}, {"", "a"}, {"abc", "c"}};
        const auto result = tokenize_demonstrations(
            rows, *letters(), {.max_length = 4, .completion_only_loss = std::nullopt});
        VERIFY_OK(result);
        QCOMPARE(result->rows.size(), std::size_t{3});
        QCOMPARE(result->rows[0].ids, (Ids{2, 3, 4, 4}));
        QCOMPARE(result->sources, (Ids{0, 2, 3}));
        QCOMPARE(result->dropped, 1);
        QCOMPARE(result->shortened, 3);
    }

    void nothing_left_is_an_error() {
        const std::vector<Demonstration> rows = {{"abc", "c"}};
        const auto result = tokenize_demonstrations(
            rows, *letters(), {.max_length = 3, .completion_only_loss = std::nullopt});
        QVERIFY(!result.ok());
        QVERIFY(result.error().message.find("max_length 3") != std::string::npos);
    }

    void prompts_keep_their_end() {
        const std::vector<Prompt> prompts = {{"abc"}, {"cbaab"}};
        const auto result = tokenize_prompts(prompts, *letters(), 3);
        VERIFY_OK(result);
        QCOMPARE(result->ids, (std::vector<Ids>{{2, 3, 4}, {2, 2, 3}}));
        QCOMPARE(result->shortened, 1);
    }

    void an_empty_prompt_names_its_row() {
        const std::vector<Prompt> prompts = {{"a"}, {"xyz", "", "q.jsonl, line 8"}};
        const auto named = tokenize_prompts(prompts, *letters(), 3);
        QVERIFY(!named.ok());
        QVERIFY(named.error().message.starts_with("q.jsonl, line 8: the prompt is empty"));
        const std::vector<Prompt> generated = {{"a"}, {""}};
        const auto numbered = tokenize_prompts(generated, *letters(), 3);
        QVERIFY(!numbered.ok());
        QVERIFY(numbered.error().message.starts_with("Prompt 2: "));
    }
};

PLUMB_REGISTER_TEST(TestSupervised)
#include "supervised_test.moc"
