// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of a tokenizer.json one by one. Expected values are those of the `tokenizers` package.
#include <string>

#include "base/files.h"
#include "test_main.h"
#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer_config.h"

using namespace plumb;

namespace {

using Ids = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

Texts pieces(const char* pattern, const char* text, SplitBehavior behavior, bool invert = false) {
    Texts found;
    const auto compiled = SplitPattern::compile(pattern);
    if (!compiled.ok()) return {compiled.error().message};
    SplitPattern::Matcher matcher(*compiled);
    split_text(matcher, text, behavior, invert,
               [&](std::string_view piece) { found.emplace_back(piece); });
    return found;
}

/// Texts and "<id>" for tokens.
Texts cut(const AddedTokenFinder& finder, const char* text) {
    Texts found;
    finder.split(
        text, [&](std::string_view part) { found.emplace_back(part); },
        [&](std::int64_t id) { found.push_back("<" + std::to_string(id) + ">"); });
    return found;
}

std::string normalized(Normalizer::Step step, std::string_view text) {
    std::string buffer;
    return std::string(Normalizer({std::move(step)}).apply(text, buffer));
}

/// Byte-level, with letters a to e as 0 to 4, " a" as 5 and "<s>" as 6.
constexpr const char* letters = R"({"added_tokens": [{"id": 6, "content": "<s>", "special": true}],
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, PROCESSOR
    "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE",
    "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "Ġa": 5, "Ġ": 7}, "merges": ["Ġ a"]}})";

Result<std::shared_ptr<const Tokenizer>> made(const std::string& processor, TokenizerTexts texts) {
    texts.tokenizer = letters;
    texts.tokenizer.replace(texts.tokenizer.find("PROCESSOR"), 9, processor);
    return parse_tokenizer(std::move(texts), "here");
}

}  // namespace

class TestTokenizerParts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void matches_are_joined_as_the_behavior_says() {
        using Behavior = SplitBehavior;
        QCOMPARE(pieces("-", "a--b-", Behavior::isolated), (Texts{"a", "-", "-", "b", "-"}));
        QCOMPARE(pieces("-", "a--b-", Behavior::removed), (Texts{"a", "b"}));
        QCOMPARE(pieces("-", "a--b-", Behavior::removed, true), (Texts{"-", "-", "-"}));
        QCOMPARE(pieces("-", "a--b-", Behavior::merged_with_previous), (Texts{"a-", "-", "b-"}));
        QCOMPARE(pieces("-", "a--b-", Behavior::merged_with_next), (Texts{"a", "-", "-b", "-"}));
        QCOMPARE(pieces("-", "a--b-", Behavior::contiguous), (Texts{"a", "--", "b", "-"}));
    }

    void classes_are_those_of_unicode() {
        constexpr auto isolated = SplitBehavior::isolated;
        // U+180E is no white space; superscript two is a word character outside of classes alone.
        QCOMPARE(pieces("\\s", "a\u3000b\u180Ec", isolated), (Texts{"a", "\u3000", "b\u180Ec"}));
        QCOMPARE(pieces("\\w+", "é\u00B2\u24D0!", isolated), (Texts{"é\u00B2\u24D0", "!"}));
        QCOMPARE(pieces("[^\\w\\s]+", "é\u00B2", isolated), (Texts{"é", "\u00B2"}));
    }

    void added_tokens_take_white_space_along() {
        const AddedTokenFinder finder({{.id = 1, .content = "<a>", .lstrip = true, .rstrip = true},
                                       {.id = 2, .content = "<ab>"},
                                       {.id = 3, .content = "x", .single_word = true}});
        QCOMPARE(cut(finder, "p <a>\t q<ab>"), (Texts{"p", "<1>", "q", "<2>"}));
        QCOMPARE(cut(finder, "<a> <a>"), (Texts{"<1>", "<1>"}));
        QCOMPARE(cut(finder, "x ax x_ x"), (Texts{"<3>", " ax x_ ", "<3>"}));
        QCOMPARE(cut(finder, ""), Texts());
    }

    void of_two_tokens_the_longer_one_is_taken() {
        const AddedTokenFinder finder(
            {{.id = 1, .content = "ab"}, {.id = 2, .content = "abc"}, {.id = 3, .content = "bcd"}});
        QCOMPARE(cut(finder, "abcd abd"), (Texts{"<2>", "d ", "<1>", "d"}));
    }

    void normalizers() {
        using Kind = Normalizer::Kind;
        COMPARE_TEXT(normalized({.kind = Kind::lowercase}, "\u0130ÀSS"), "i\u0307àss");
        COMPARE_TEXT(normalized({.kind = Kind::strip_accents}, "e\u0301a"), "ea");
        COMPARE_TEXT(normalized({.kind = Kind::strip}, " \n a b\u3000"), "a b");
        COMPARE_TEXT(normalized({.kind = Kind::strip, .right = false}, " a "), "a ");
        COMPARE_TEXT(normalized({.kind = Kind::nfkc}, "\uFB01"), "fi");
        const auto blanks = SplitPattern::compile(" {2,}");
        VERIFY_OK(blanks);
        COMPARE_TEXT(
            normalized({.kind = Kind::replace, .content = " ", .regex = *blanks}, "a   b c  "),
            "a b c ");
    }

    void steps_after_the_byte_level_see_its_alphabet() {
        const auto pattern = SplitPattern::compile("Ġ");
        VERIFY_OK(pattern);
        using Step = PreTokenizer::Step;
        const PreTokenizer splitter(
            {{.kind = Step::Kind::byte_symbols},
             {.pattern = *pattern, .behavior = SplitBehavior::merged_with_previous}});
        PreTokenizer::Scratch scratch(splitter);
        Texts words;
        splitter.apply("a bé", true, scratch, [&](std::string_view w) { words.emplace_back(w); });
        QCOMPARE(words, (Texts{"aĠ", "bÃ©"}));
    }

    void roberta_puts_tokens_around_a_text() {
        const auto tokenizer = made(
            R"("post_processor": {"type": "RobertaProcessing", "cls": ["<s>", 6], "sep": ["e", 4]},)",
            {});
        VERIFY_OK(tokenizer);
        QCOMPARE((*tokenizer)->encode_with_special("a a"), (Ids{6, 0, 5, 4}));
    }

    void the_configuration_says_what_begins_a_text() {
        TokenizerTexts texts;
        texts.config = R"({"bos_token": {"content": "<s>"}, "eos_token": "e",
                           "add_bos_token": true, "add_eos_token": true})";
        const auto tokenizer = made("", texts);
        VERIFY_OK(tokenizer);
        // A named token of the vocabulary is one that is cut out of texts, as in transformers.
        QCOMPARE((*tokenizer)->encode_with_special("ae"), (Ids{6, 0, 4, 4}));
        COMPARE_TEXT((*tokenizer)->decode(Ids{0, 4}, true), "a");
    }

    void added_tokens_of_the_configuration_count() {
        TokenizerTexts texts;
        texts.config = R"({"added_tokens_decoder": {
            "6": {"content": "<s>", "special": true, "lstrip": true},
            "8": {"content": "<new>", "special": false}}})";
        texts.special_tokens_map = R"({"pad_token": "<s>"})";
        const auto tokenizer = made("", texts);
        VERIFY_OK(tokenizer);
        QCOMPARE((*tokenizer)->vocab_size(), 9);
        QCOMPARE((*tokenizer)->encode("a <s><new>"), (Ids{0, 6, 8}));
        QCOMPARE((*tokenizer)->special().pad.value_or(-1), 6);
        const TemporaryFolder folder;
        VERIFY_OK((*tokenizer)->save(folder.path()));
        const auto again = load_tokenizer(folder.path());
        VERIFY_OK(again);
        QCOMPARE((*again)->encode("a <s><new>"), (Ids{0, 6, 8}));
        QCOMPARE((*again)->special().pad.value_or(-1), 6);
    }

    void what_is_not_used_is_kept_for_the_next_save() {
        TokenizerTexts texts;
        texts.config = R"({"chat_template": "{{ messages }}", "anything": 7})";
        const auto tokenizer = made(
            R"("post_processor": {"type": "TemplateProcessing",
                "single": [{"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "B", "type_id": 3}}], "special_tokens": {}},)",
            texts);
        VERIFY_OK(tokenizer);
        const TemporaryFolder folder;
        VERIFY_OK((*tokenizer)->save(folder.path()));
        QCOMPARE(*read_file(folder.path() / "tokenizer_config.json"), texts.config);
        const std::string saved = *read_file(folder.path() / "tokenizer.json");
        QVERIFY(saved.find("\"type_id\": 3") != std::string::npos);
    }
};

PLUMB_REGISTER_TEST(TestTokenizerParts)
#include "parts_test.moc"
