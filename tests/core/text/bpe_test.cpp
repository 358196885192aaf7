// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "base/files.h"
#include "test_main.h"
#include "text/bpe_merges.h"
#include "text/bpe_train.h"
#include "text/byte_alphabet.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

using namespace plumb;
using namespace std::string_literals;

namespace {

using Ids = std::vector<std::int64_t>;

const std::vector<std::string> corpus = {
    "low low low low low lower lower newest newest newest newest newest newest wider wider"};

std::shared_ptr<const Tokenizer> made(std::span<const std::string> texts, std::int64_t size) {
    auto tokenizer = make_bpe_tokenizer(texts, size);
    return tokenizer.ok() ? *std::move(tokenizer) : nullptr;
}

std::int64_t sum(const Ids& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

/// Pieces begin at characters, add up to the text, and are what longer and longer beginnings of the
/// ids decode to, where those are whole characters.
void check_pieces(const Tokenizer& tokenizer, const Ids& ids, const std::string& text) {
    const Ids counts = tokenizer.byte_counts(ids);
    QCOMPARE(counts.size(), ids.size());
    QCOMPARE(sum(counts), static_cast<std::int64_t>(text.size()));
    std::size_t end = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        QVERIFY(end == text.size() || (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80);
        end += static_cast<std::size_t>(counts[i]);
        const std::string begun = tokenizer.decode(std::span(ids).first(i + 1), false);
        if (begun.find(replacement_character) == std::string::npos && text.starts_with(begun))
            COMPARE_TEXT(text.substr(0, end), begun);
    }
}

std::vector<std::string> tokens_of(const Tokenizer& tokenizer, std::string_view text) {
    std::vector<std::string> tokens;
    for (const std::int64_t id : tokenizer.encode(text)) tokens.push_back(tokenizer.token(id));
    return tokens;
}

/// A tokenizer.json whose letters a to e are 0 to 4, with the parts given.
std::string letters(const std::string& merged, const std::string& merges,
                    const std::string& model = "", const std::string& parts = "") {
    return R"({"added_tokens": [{"id": 20, "content": "<s>", "special": true}],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
        "decoder": {"type": "ByteLevel"},)" +
           parts + R"("model": {"type": "BPE",)" + model +
           R"("vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4)" + merged + R"(}, "merges": [)" +
           merges + "]}}";
}

Result<std::shared_ptr<const Tokenizer>> loaded(const std::string& json) {
    const TemporaryFolder folder;
    if (const Status written = write_file_atomic(folder.path() / "tokenizer.json", json);
        !written.ok())
        return written.error();
    return load_tokenizer(folder.path());
}

}  // namespace

class TestBpe : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bytes_have_the_names_of_gpt2() {
        COMPARE_TEXT(to_byte_symbols(" a\n\0\xAD\xFF"s), "ĠaĊĀŃÿ");
        for (int byte = 0; byte < 256; ++byte) {
            const std::string text(1, static_cast<char>(byte));
            QVERIFY(from_byte_symbols(to_byte_symbols(text)) == text);
        }
        QVERIFY(!from_byte_symbols("a b"));
        QVERIFY(!from_byte_symbols("\xE2\x96\x81"));
    }

    void first_merge_goes_first_and_then_the_leftmost() {
        const MergeTable table({{1, 2, 10}, {0, 1, 11}, {0, 0, 12}, {10, 2, 13}});
        MergeTable::Scratch scratch;
        std::vector<std::int32_t> symbols = {0, 1, 2};
        table.apply(symbols, scratch);
        QCOMPARE(symbols, (std::vector<std::int32_t>{0, 10}));
        symbols = {0, 0, 0, 1, 2, 2};
        table.apply(symbols, scratch);
        QCOMPARE(symbols, (std::vector<std::int32_t>{12, 0, 13}));
    }

    void long_words_are_merged_as_short_ones_are() {
        std::mt19937 random(7);
        std::vector<Merge> merges;
        for (std::int32_t id = 4; id < 60; ++id) {
            const auto any = [&] {
                return static_cast<std::int32_t>(random() % static_cast<unsigned>(id));
            };
            merges.push_back({any(), any(), id});
        }
        const MergeTable table(merges);
        MergeTable::Scratch scratch;
        for (int round = 0; round < 200; ++round) {
            std::vector<std::int32_t> symbols(random() % 200);
            for (auto& symbol : symbols) symbol = static_cast<std::int32_t>(random() % 4);
            // The definition, step by step.
            std::vector<std::int32_t> expected = symbols;
            for (;;) {
                std::size_t rank = merges.size(), at = 0;
                for (std::size_t i = 0; i + 1 < expected.size(); ++i)
                    for (std::size_t k = 0; k < merges.size(); ++k)
                        // Of a pair listed twice the later place counts.
                        if (merges[k].left == expected[i] && merges[k].right == expected[i + 1]) {
                            std::size_t last = k;
                            for (std::size_t m = k; m < merges.size(); ++m)
                                if (merges[m].left == merges[k].left &&
                                    merges[m].right == merges[k].right)
                                    last = m;
                            if (last < rank) rank = last, at = i;
                            break;
                        }
                if (rank == merges.size()) break;
                expected[at] = merges[rank].merged;
                expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(at) + 1);
            }
            table.apply(symbols, scratch);
            QCOMPARE(symbols, expected);
        }
    }

    // By hand: w e occurs 8 times (newest 6, lower 2), then l o 7 times. Of those with 6 the one
    // with the smallest ids: e we, and then n ewe, since e comes before n, s and the blank.
    void merges_are_learnt_from_counts() {
        const auto tokenizer = made(corpus, 258 + 4);
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->vocab_size(), 262);
        COMPARE_TEXT(tokenizer->token(0), "<pad>");
        COMPARE_TEXT(tokenizer->token(1), "<eos>");
        COMPARE_TEXT(tokenizer->token(2), "!");
        COMPARE_TEXT(tokenizer->token(258), "we");
        COMPARE_TEXT(tokenizer->token(259), "lo");
        COMPARE_TEXT(tokenizer->token(260), "ewe");
        COMPARE_TEXT(tokenizer->token(261), "newe");
    }

    void learning_ends_where_no_pair_occurs_twice() {
        const std::vector<std::string> texts = {"ab ab"};
        // "ab" and "Ġab" are different words; a + b occurs in both.
        const auto tokenizer = made(texts, 1000);
        QVERIFY(tokenizer);
        QCOMPARE(tokenizer->vocab_size(), 259);
        QCOMPARE(tokens_of(*tokenizer, "ab ab c"),
                 (std::vector<std::string>{"ab", "Ġ", "ab", "Ġ", "c"}));
    }

    void special_tokens_in_the_text_are_passed_over() {
        const std::vector<std::string> texts = {"<eos><eos><eos>x<pad>"};
        QCOMPARE(made(texts, 1000)->vocab_size(), 258);
        QCOMPARE(made(texts, 1000)->encode("<eos>!"), (Ids{1, 2}));
    }

    void a_stop_ends_the_learning() {
        std::stop_source stop;
        stop.request_stop();
        const auto tokenizer = make_bpe_tokenizer(corpus, 300, stop.get_token());
        QVERIFY(!tokenizer.ok());
        QCOMPARE(tokenizer.error().code, ErrorCode::cancelled);
    }

    void too_few_tokens_are_refused() {
        const auto tokenizer = make_bpe_tokenizer(corpus, 257);
        QVERIFY(!tokenizer.ok());
        QVERIFY(tokenizer.error().message.find("at least 258") != std::string::npos);
    }

    void every_text_comes_back() {
        const auto tokenizer = made(corpus, 300);
        for (const std::string& text : {""s, "low lowest"s, "\0 nul\0\0"s, "  \t\n\n x"s,
                                        "\xF0\x9F\x98\x80 e\xCC\x81\xC3\xA9"s,
                                        "\xE4\xBD\xA0\xE5\xA5\xBD"s, std::string(5000, ' ') + "x"})
            COMPARE_TEXT(tokenizer->decode(tokenizer->encode(text), false), text);
        std::mt19937 random(3);
        for (int round = 0; round < 300; ++round) {
            std::string text;
            for (unsigned i = random() % 60; i > 0; --i) {
                const char32_t limit = random() % 2 ? 0x80 : random() % 2 ? 0x800 : 0x110000;
                const char32_t point = static_cast<char32_t>(random()) % limit;
                if (point < 0xD800 || point > 0xDFFF) append_utf8(point, text);
            }
            QCOMPARE(tokenizer->decode(tokenizer->encode(text), false), text);
        }
    }

    void bytes_that_are_no_utf8_are_tokens_and_decode_to_the_replacement_character() {
        const auto tokenizer = made(corpus, 300);
        const auto ids = tokenizer->encode("low\xFF\xC3 \xE2\x82");
        QCOMPARE(tokens_of(*tokenizer, "\xFF\xC3"), (std::vector<std::string>{"ÿ", "Ã"}));
        COMPARE_TEXT(tokenizer->decode(ids, false), "low\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD");
        // A character cut in two.
        auto cut = tokenizer->encode("\xF0\x9F\x98\x80z");
        cut.erase(cut.begin() + 3);
        COMPARE_TEXT(tokenizer->decode(cut, false), "\xEF\xBF\xBDz");
        COMPARE_TEXT(tokenizer->decode(Ids{-1, 1 << 20}, false), "\xEF\xBF\xBD\xEF\xBF\xBD");
    }

    void every_byte_of_a_text_belongs_to_a_token() {
        const auto tokenizer = made(corpus, 300);
        const Ids ids = tokenizer->encode("low \xF0\x9F\x98\x80z");
        const auto counts = tokenizer->byte_counts(ids);
        // The emoji's bytes are tokens of their own; the first of them has it.
        QCOMPARE(Ids(counts.end() - 5, counts.end()), (Ids{4, 0, 0, 0, 1}));
        QCOMPARE(sum(counts), std::int64_t{9});
        // A character cut in two, one that breaks off at the end, and ids that do not exist.
        for (const Ids& broken : {Ids{ids.begin(), ids.end() - 2}, Ids{-1, ids[0], 1 << 20}}) {
            const auto size = static_cast<std::int64_t>(tokenizer->decode(broken, false).size());
            QCOMPARE(sum(tokenizer->byte_counts(broken)), size);
        }
        QVERIFY(tokenizer->byte_counts({}).empty());
    }

    // As Rust's from_utf8_lossy has it.
    void broken_utf8_is_replaced_piece_by_piece() {
        const std::string r = "\xEF\xBF\xBD";
        COMPARE_TEXT(replace_invalid_utf8("a\xF0\x9F\x98z"), "a" + r + "z");
        COMPARE_TEXT(replace_invalid_utf8("\xED\xA0\x80"), r + r + r);
        COMPARE_TEXT(replace_invalid_utf8("\xF4\x90\x80\x80"), r + r + r + r);
        COMPARE_TEXT(replace_invalid_utf8("\xC0\x80\xE0\x80\xE2\x82"), r + r + r + r + r);
        COMPARE_TEXT(replace_invalid_utf8("\xE2\x28\x80"), r + "(" + r);
    }

    void saved_and_loaded_is_the_same() {
        const auto tokenizer = made(corpus, 280);
        const TemporaryFolder folder;
        VERIFY_OK(tokenizer->save(folder.path()));
        const auto again = load_tokenizer(folder.path());
        VERIFY_OK(again);
        QCOMPARE((*again)->vocab_size(), tokenizer->vocab_size());
        QCOMPARE((*again)->special().eos, tokenizer->special().eos);
        QCOMPARE((*again)->special().pad, tokenizer->special().pad);
        for (std::int64_t id = 0; id < tokenizer->vocab_size(); ++id)
            COMPARE_TEXT((*again)->token(id), tokenizer->token(id));
        for (const std::string& text : {corpus[0], "newer\n\0x<eos>"s})
            QCOMPARE((*again)->encode(text), tokenizer->encode(text));
        const TemporaryFolder second;
        VERIFY_OK((*again)->save(second.path()));
        for (const char* file : {"tokenizer.json", "tokenizer_config.json"})
            QCOMPARE(*read_file(second.path() / file), *read_file(folder.path() / file));
    }

    void the_same_text_gives_the_same_tokenizer() {
        std::vector<std::string> texts = corpus;
        texts.push_back("a b a c a b");
        const auto first = train_bpe(texts, {}, 300, {});
        std::reverse(texts.begin(), texts.end());
        const auto second = train_bpe(texts, {}, 300, {});
        VERIFY_OK(first);
        QCOMPARE(first->tokens, second->tokens);
    }

    void a_word_in_the_vocabulary_needs_no_merges_where_the_file_says_so() {
        const auto by_merges = loaded(letters(R"(, "ab": 5, "abc": 6)", R"(["a", "b"])"));
        VERIFY_OK(by_merges);
        QCOMPARE((*by_merges)->encode("abc"), (Ids{5, 2}));
        const auto whole =
            loaded(letters(R"(, "ab": 5, "abc": 6)", R"(["a", "b"])", R"("ignore_merges": true,)"));
        VERIFY_OK(whole);
        QCOMPARE((*whole)->encode("abc<s>abcd"), (Ids{6, 20, 5, 2, 3}));
    }

    void the_post_processor_begins_a_text() {
        const auto tokenizer =
            loaded(letters("", "", "", R"("post_processor": {"type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [20]}}},)"));
        VERIFY_OK(tokenizer);
        QCOMPARE((*tokenizer)->encode("ab"), (Ids{0, 1}));
        QCOMPARE((*tokenizer)->encode_with_special("ab"), (Ids{20, 0, 1}));
        QCOMPARE(made(corpus, 300)->encode_with_special("!"), (Ids{2}));
    }

    void refuses_with_a_reason_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const std::string& json, const char* expected) {
            QTest::newRow(name) << QString::fromStdString(json) << expected;
        };
        row("merge", letters("", R"("a b")"), "merge 1 needs the token \"ab\"");
        row("dropout", letters("", "", R"("dropout": 0.1,)"), "model.dropout is set");
        row("normalizer", letters("", "", "", R"("normalizer": {"type": "Precompiled"},)"),
            "normalizer Precompiled is not understood");
        row("post-processor", letters("", "", "", R"("post_processor": {"type": "Other"},)"),
            "post_processor Other is not understood");
        auto json = letters("", "");
        json.replace(json.find("ByteLevel"), 9, "BertPreTokenizer");
        row("pre-tokenizer", json, "pre_tokenizer BertPreTokenizer is not understood");
        json = letters("", "");
        json.replace(json.rfind("ByteLevel"), 9, "WordPiece");
        row("decoder", json, "decoder WordPiece is not understood");
    }

    void refuses_with_a_reason() {
        QFETCH(QString, json);
        QFETCH(QString, expected);
        const auto tokenizer = loaded(json.toStdString());
        QVERIFY(!tokenizer.ok());
        const auto message = QString::fromStdString(tokenizer.error().message);
        QVERIFY2(message.contains(expected), qPrintable(message));
        QVERIFY2(message.contains("tokenizer.json"), qPrintable(message));
    }

    void published_vocabularies_give_the_published_ids_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "starcoder", "llama-spm"}) QTest::newRow(name) << name;
    }

    void published_vocabularies_give_the_published_ids() {
        QFETCH(QString, name);
        const auto folder = shared_folder("tokenizers/" + name.toStdString());
        if (folder.empty()) QSKIP("the reference data is not here");
        const auto tokenizer = load_tokenizer(folder);
        VERIFY_OK(tokenizer);
        const auto json = read_file(folder / "published.json");
        VERIFY_OK(json);
        const auto rows = QJsonDocument::fromJson(QByteArray::fromStdString(*json)).array();
        QVERIFY(rows.size() > 40);
        for (const auto& row : rows) {
            Ids expected;
            const auto ids = row.toObject()["ids"].toArray();
            for (const auto& id : ids) expected.push_back(id.toInteger());
            const std::string text = row.toObject()["text"].toString().toStdString();
            QCOMPARE((*tokenizer)->encode(text), expected);
            COMPARE_TEXT((*tokenizer)->decode(expected, false), text);
            check_pieces(**tokenizer, expected, text);
        }
    }
};

PLUMB_REGISTER_TEST(TestBpe)
#include "bpe_test.moc"
