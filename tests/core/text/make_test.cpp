// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "base/clock.h"
#include "test_main.h"
#include "text/tokenizer.h"

using namespace plumb;

namespace {

std::vector<std::string> all_tokens(const Tokenizer& tokenizer) {
    std::vector<std::string> tokens;
    for (std::int64_t id = 0; id < tokenizer.vocab_size(); ++id)
        tokens.push_back(tokenizer.token(id));
    return tokens;
}

}  // namespace

class TestMakeTokenizer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void characters_come_by_frequency_then_code_point() {
        const std::vector<std::string> texts = {"cab",
                                                "\xC3\xA9"
                                                "cc\xC3\xA9",
                                                "b"};
        const auto tokenizer = make_char_tokenizer(texts, 100);
        QCOMPARE(all_tokens(*tokenizer),
                 (std::vector<std::string>{"<pad>", "<eos>", "<unk>", "c", "b", "\xC3\xA9", "a"}));
        QCOMPARE(*tokenizer->special().pad, 0);
        QCOMPARE(*tokenizer->special().eos, 1);
        QCOMPARE(*tokenizer->special().unk, 2);
        QVERIFY(!tokenizer->special().bos);
    }

    void words_come_by_frequency_then_bytes() {
        const std::vector<std::string> texts = {"b a b", "c\na  c c d"};
        QCOMPARE(all_tokens(*make_word_tokenizer(texts, 6)),
                 (std::vector<std::string>{"<pad>", "<eos>", "<unk>", "c", "a", "b"}));
    }

    void vocab_size_is_an_upper_bound() {
        const std::vector<std::string> texts = {"abcdef"};
        QCOMPARE(make_char_tokenizer(texts, 5)->vocab_size(), 5);
        QCOMPARE(make_char_tokenizer(texts, 5)->encode("abc"),
                 (std::vector<std::int64_t>{3, 4, 2}));
        QCOMPARE(make_char_tokenizer(texts, 100)->vocab_size(), 9);
        QCOMPARE(make_char_tokenizer({}, 100)->vocab_size(), 3);
    }

    void special_tokens_in_the_text_are_not_counted() {
        const std::vector<std::string> texts = {"<eos><eos>x", "<pad> y<eos>y"};
        QCOMPARE(all_tokens(*make_char_tokenizer(texts, 100)),
                 (std::vector<std::string>{"<pad>", "<eos>", "<unk>", "y", " ", "x"}));
        QCOMPARE(all_tokens(*make_word_tokenizer(texts, 100)),
                 (std::vector<std::string>{"<pad>", "<eos>", "<unk>", "y", "x"}));
    }

    void invalid_bytes_never_enter_the_vocabulary() {
        const std::vector<std::string> texts = {"a\xFF b"};
        QCOMPARE(all_tokens(*make_char_tokenizer(texts, 100)),
                 (std::vector<std::string>{"<pad>", "<eos>", "<unk>", " ", "a", "b"}));
        QCOMPARE(all_tokens(*make_word_tokenizer(texts, 100)),
                 (std::vector<std::string>{"<pad>", "<eos>", "<unk>", "b"}));
    }

    void ten_thousand_lines_take_well_under_a_second() {
        std::string line = "the cast was utterly brilliant , and i loved the music . ";
        line += line;
        const std::vector<std::string> texts(10000, line);
        for (const auto& tokenizer :
             {make_char_tokenizer(texts, 4096), make_word_tokenizer(texts, 4096)}) {
            const Stopwatch watch;
            std::size_t tokens = 0;
            for (const auto& text : texts) tokens += tokenizer->encode(text).size();
            const double seconds = watch.seconds();
            QVERIFY(tokens >= 10000 * 22);
            QVERIFY2(seconds < 0.5, std::to_string(seconds).c_str());
        }
    }
};

PLUMB_REGISTER_TEST(TestMakeTokenizer)
#include "make_test.moc"
