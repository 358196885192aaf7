// SPDX-License-Identifier: GPL-3.0-or-later
// Files that no library wrote: each is refused with a message that names file and key.
#include <string>

#include "test_main.h"
#include "text/split_pattern.h"
#include "text/tokenizer_config.h"

using namespace plumb;

namespace {

/// A byte-level tokenizer.json with something else in the place of a part.
std::string with(const std::string& from, const std::string& to) {
    std::string json = R"({"added_tokens": [{"id": 9, "content": "<s>", "special": true}],
        "normalizer": null, "pre_tokenizer": {"type": "ByteLevel"}, "post_processor": null,
        "decoder": {"type": "ByteLevel"},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}})";
    const std::size_t at = json.find(from);
    return at == json.npos ? "" : json.replace(at, from.size(), to);
}

std::string split_by(const std::string& part) {
    return with(R"({"type": "ByteLevel"})",
                R"({"type": "Sequence", "pretokenizers": [{"type": "Split", )" + part + "}]}");
}

}  // namespace

class TestBrokenTokenizers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_example_itself_is_understood() {
        VERIFY_OK(parse_tokenizer({.tokenizer = with("null", "null")}, "folder"));
    }

    void refuses_with_file_and_key_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const std::string& json, const char* expected) {
            QVERIFY(!json.empty());
            QTest::newRow(name) << QString::fromStdString(json) << expected;
        };
        const std::string whole = with("null", "null");
        row("truncated", whole.substr(0, whole.size() - 9), "is not valid JSON");
        row("text behind it", whole + "x", "is not valid JSON");
        row("deep list", std::string(10000000, '['), "nests more than 64");
        std::string deep;
        for (int i = 0; i < 100; ++i) deep += "{\"Sequence\": ";
        row("deep normalizer", with("null", deep), "nests more than 64");
        std::string many = "[1";
        for (int i = 0; i < 1000000; ++i) many += ",1";
        row("many values", with("null", many), "holds more than 1000000 values");
        row("vocabulary is a list", with(R"({"a": 0, "b": 1, "ab": 2})", "[1]"),
            "model.vocab is missing, or no object");
        row("merges are an object", with(R"([["a", "b"]])", "{}"),
            "model.merges is missing, or no list");
        row("id is a text", with(R"("b": 1)", R"("b": "1")"),
            "in model.vocab the token \"b\" has a text for its id");
        row("id is a list", with(R"("b": 1)", R"("b": [1])"), "has a list for its id");
        row("id is a fraction", with(R"("b": 1)", R"("b": 1.5)"), "has a fraction for its id");
        row("id is too large", with(R"("b": 1)", R"("b": 16777216)"),
            "token \"b\" has no usable id in model.vocab");
        row("id twice", with(R"("b": 1)", R"("b": 0)"), "id 0 is that of two tokens");
        row("token twice", with(R"("b": 1)", R"("b": 1, "a": 5)"), "token \"a\" has two ids");
        row("added id of another", with("\"id\": 9", "\"id\": 2"), "id 2 is that of two tokens");
        row("added token of another id", with("<s>", "ab"), "token \"ab\" has two ids");
        row("added id is a text", with("\"id\": 9", "\"id\": \"9\""),
            "added_tokens[0].id is of type string; expected a whole number");
        row("added id is negative", with("\"id\": 9", "\"id\": -9"), "has no usable id");
        row("added tokens are a text",
            with(R"([{"id": 9, "content": "<s>", "special": true}])", "\"x\""),
            "added_tokens is of type string; expected a list");
        row("merge of one", with(R"(["a", "b"])", R"(["a"])"), "merge 1 of model.merges does not");
        row("merge of three", with(R"(["a", "b"])", R"(["a", "b", "a"])"),
            "merge 1 of model.merges");
        row("merge is a number", with(R"(["a", "b"])", "5"), "merge 1 of model.merges is a number");
        row("merge of numbers", with(R"(["a", "b"])", "[0, 1]"),
            "merge 1 of model.merges is a number");
        row("merge without a blank", with(R"(["a", "b"])", "\"ab\""),
            "is not two texts with a blank between them");
        row("merge part is missing", with(R"(["a", "b"])", R"(["a", "c"])"),
            "merge 1 needs the token \"c\"");
        row("merge result is missing", with(R"(["a", "b"])", R"(["b", "a"])"),
            "merge 1 needs the token \"ba\"");
        row("flag is a text", with("\"type\": \"BPE\"", R"("type": "BPE", "ignore_merges": "yes")"),
            "model.ignore_merges is of type string; expected true or false");
        row("normalizer is a number", with("null", "3"), "normalizer of type number");
        row("prepend is missing", with("null", R"({"type": "Prepend"})"),
            "normalizer.prepend is missing; expected a text");
        row("pattern is empty",
            with("null", R"({"type": "Replace", "pattern": {"String": ""}, "content": "x"})"),
            "normalizer.pattern is empty");
        row("template has no ids",
            with("\"post_processor\": null", R"("post_processor": {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "<s>"}}], "special_tokens": {}})"),
            "post_processor.special_tokens.<s> has no ids");
        row("behavior", split_by(R"("pattern": {"String": "x"}, "behavior": "Both")"),
            "pre_tokenizer.pretokenizers[0].behavior \"Both\" is not understood");
        row("pattern does not compile",
            split_by(R"("pattern": {"Regex": "a{2,1}"}, "behavior": "Isolated")"),
            "pre_tokenizer.pretokenizers[0] cannot be used: the pattern \"a{2,1}\"");
        row("pattern backtracks",
            split_by(R"("pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated")"),
            "it backtracks without end");
        row("unigram", with("\"BPE\"", "\"Unigram\""), "holds a Unigram model");
    }

    void refuses_with_file_and_key() {
        QFETCH(QString, json);
        QFETCH(QString, expected);
        const auto tokenizer = parse_tokenizer({.tokenizer = json.toStdString()}, "folder");
        QVERIFY(!tokenizer.ok());
        const auto message = QString::fromStdString(tokenizer.error().message);
        QVERIFY2(message.contains(expected), qPrintable(message));
        QVERIFY2(message.startsWith("folder/tokenizer.json"), qPrintable(message));
        QVERIFY2(message.size() < 500, qPrintable(message));
    }

    void configurations_are_refused_with_file_and_key_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no object") << "[]"
                                   << "does not hold a JSON object";
        QTest::newRow("token") << R"({"eos_token": 3})"
                               << "eos_token is of type number; expected a text";
        QTest::newRow("flag") << R"({"add_bos_token": "true"})"
                              << "add_bos_token is of type string; expected true or false";
        QTest::newRow("list") << R"({"added_tokens_decoder": []})"
                              << "added_tokens_decoder is no object";
        QTest::newRow("id") << R"({"added_tokens_decoder": {"x": {"content": "y"}}})"
                            << "added_tokens_decoder.x has no usable id";
    }

    void configurations_are_refused_with_file_and_key() {
        QFETCH(QString, config);
        QFETCH(QString, expected);
        const auto tokenizer = parse_tokenizer(
            {.tokenizer = with("null", "null"), .config = config.toStdString()}, "folder");
        QVERIFY(!tokenizer.ok());
        const auto message = QString::fromStdString(tokenizer.error().message);
        QVERIFY2(message.contains(expected), qPrintable(message));
        QVERIFY2(message.startsWith("folder/tokenizer_config.json"), qPrintable(message));
    }

    void long_texts_stay_within_the_limits_of_a_search() {
        const auto pattern = SplitPattern::compile(std::string(gpt2_pattern));
        VERIFY_OK(pattern);
        SplitPattern::Matcher matcher(*pattern);
        for (const char character : {'a', ' ', '1', '!', '\n'}) {
            const std::string text(5000000, character);
            SplitPattern::Span match;
            QVERIFY(matcher.find(text, 0, match));
            QVERIFY(match.end >= text.size() - 1);
        }
    }
};

PLUMB_REGISTER_TEST(TestBrokenTokenizers)
#include "broken_test.moc"
