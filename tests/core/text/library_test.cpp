// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "test_main.h"
#include "text/tokenizer.h"

using namespace plumb;
using namespace std::string_literals;

namespace {

/// Whitespace of all kinds, a combining mark, an emoji, a NUL, a no-break space.
const std::vector<std::string> corpus = {
    "hello world\nabc e\xCC\x81 \xF0\x9F\x98\x80 tab\t nul\0 the cat sat on the mat . \xC2\xA0x"s};

struct Case {
    std::string text;
    std::vector<std::int64_t> ids;
    std::string decoded;       ///< special tokens kept
    std::string decoded_skip;  ///< special tokens left out
};

void check(const Tokenizer& tokenizer, const std::vector<Case>& cases) {
    for (const Case& item : cases) {
        const auto ids = tokenizer.encode(item.text);
        QCOMPARE(ids, item.ids);
        QCOMPARE(tokenizer.decode(ids, false), item.decoded);
        QCOMPARE(tokenizer.decode(ids, true), item.decoded_skip);
        // Each token's bytes are those that it adds to the text.
        std::int64_t end = 0;
        const auto counts = tokenizer.byte_counts(ids);
        QCOMPARE(counts.size(), ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i) {
            end += counts[i];
            QCOMPARE(std::size_t(end), tokenizer.decode(std::span(ids).first(i + 1), false).size());
        }
    }
}

}  // namespace

/// The expected values were printed by tokenizers 0.23 from the tokenizer.json that save() writes.
class TestLibrary : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void characters() {
        check(*make_char_tokenizer(corpus, 4096),
              {{"", {}, "", ""},
               {"hello\n\tworld",
                {8, 6, 7, 7, 9, 15, 14, 22, 9, 19, 7, 17},
                "hello\n\tworld",
                "hello\n\tworld"},
               {"e\xCC\x81", {6, 25}, "e\xCC\x81", "e\xCC\x81"},
               {"\xC3\xA9 \xF0\x9F\x98\x80",
                {2, 3, 26},
                "<unk> \xF0\x9F\x98\x80",
                " \xF0\x9F\x98\x80"},
               {"a\0b"s, {5, 13, 10}, "a\0b"s, "a\0b"s},
               {"<eos>hat<pad", {1, 8, 5, 4, 2, 2, 5, 17}, "<eos>hat<unk><unk>ad", "hatad"},
               {"Q", {2}, "<unk>", ""}});
    }

    void words() {
        check(*make_word_tokenizer(corpus, 4096),
              {{"  ", {}, "", ""},
               {"the  cat\nsat", {3, 6, 12}, "the cat sat", "the cat sat"},
               {"the\xC2\xA0"
                "cat\xE3\x80\x80the\xE2\x80\x8B"
                "cat",
                {3, 6, 2},
                "the cat <unk>",
                "the cat"},
               {"the<eos>cat", {3, 1, 6}, "the <eos> cat", "the cat"},
               {"hello\xC2\x85world\x1C"
                "cat",
                {8, 2},
                "hello <unk>",
                "hello"},
               {"dog <unk> .", {2, 2, 4}, "<unk> <unk> .", "."},
               {"nul\0"s, {10}, "nul\0"s, "nul\0"s}});
    }

    void fixed_vocabulary_leaves_unknown_characters_out() {
        const auto tokenizer = make_fixed_tokenizer(
            {"<pad>", "$", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "=", ",", "#"},
            {.pad = 0, .bos = {}, .eos = 1, .unk = {}});
        check(*tokenizer, {{"7+5=", {9, 12, 7, 13}, "7+5=", "7+5="},
                           {"2,0#9$", {4, 14, 2, 15, 11, 1}, "2,0#9$", "2,0#9"},
                           {"1 x\n2<pad>$$", {3, 4, 0, 1, 1}, "12<pad>$$", "12"}});
    }

    void fixed_words_leave_unknown_words_out() {
        const auto tokenizer = make_fixed_word_tokenizer(
            {"<pad>", "$", "the", "cast", "."}, {.pad = 0, .bos = {}, .eos = 1, .unk = {}});
        // But for unknown words, which the library refuses.
        check(*tokenizer, {{"the cast ", {2, 3}, "the cast", "the cast"},
                           {"the cast . $", {2, 3, 4, 1}, "the cast . $", "the cast ."},
                           {"the new  cast.\n.$<pad>", {2, 4, 1, 0}, "the . $ <pad>", "the ."}});
    }

    void ids_outside_the_vocabulary_become_the_replacement_character() {
        const auto tokenizer = make_char_tokenizer(corpus, 4096);
        const std::vector<std::int64_t> ids = {8, -1, 27, 1000000, 6};
        COMPARE_TEXT(tokenizer->decode(ids, true),
                     "h\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                     "e");
        COMPARE_TEXT(tokenizer->token(27), "\xEF\xBF\xBD");
        COMPARE_TEXT(tokenizer->token(1), "<eos>");
    }

    void bytes_that_are_no_utf8_are_unknown() {
        const auto tokenizer = make_char_tokenizer(corpus, 4096);
        QCOMPARE(tokenizer->encode("a\xFF\xC3"), (std::vector<std::int64_t>{5, 2, 2}));
        QCOMPARE(tokenizer->encode("\xED\xA0\x80"), (std::vector<std::int64_t>{2, 2, 2}));
    }
};

PLUMB_REGISTER_TEST(TestLibrary)
#include "library_test.moc"
