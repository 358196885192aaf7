// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <string>

#include "base/files.h"
#include "test_main.h"
#include "text/tokenizer.h"

using namespace plumb;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

/// As the `tokenizers` library with transformers writes a word vocabulary.
std::string word_level(const std::string& added_flags = R"("lstrip": false)") {
    return R"({"version": "1.0", "added_tokens": [
        {"id": 0, "content": "<pad>", "single_word": false, )" +
           added_flags + R"(,
         "rstrip": false, "normalized": false, "special": true},
        {"id": 1, "content": "<eos>", "special": true},
        {"id": 5, "content": "<think>", "special": false}],
      "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"},
      "post_processor": {"type": "TemplateProcessing",
        "single": [{"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {}},
      "decoder": null,
      "model": {"type": "WordLevel", "unk_token": "<unk>",
        "vocab": {"<pad>": 0, "<eos>": 1, "<unk>": 2, "w3": 3, "w4": 4}}})";
}

}  // namespace

class TestTokenizerFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saved_and_loaded_is_the_same() {
        using namespace std::string_literals;
        const std::vector<std::string> texts = {"b\0a \"q\" \\ \n\xF0\x9F\x98\x80<"s};
        for (const auto& tokenizer :
             {make_char_tokenizer(texts, 100), make_word_tokenizer(texts, 100),
              make_fixed_tokenizer({"<pad>", "$", "a", "<"},
                                   {.pad = 0, .bos = {}, .eos = 1, .unk = {}}),
              make_fixed_word_tokenizer({"<pad>", "$", "a", "zz", "\\"},
                                        {.pad = 0, .bos = {}, .eos = 1, .unk = {}})}) {
            const TemporaryFolder folder;
            VERIFY_OK(tokenizer->save(folder.path()));
            const auto loaded = load_tokenizer(folder.path());
            VERIFY_OK(loaded);
            QCOMPARE((*loaded)->vocab_size(), tokenizer->vocab_size());
            QCOMPARE((*loaded)->special().pad, tokenizer->special().pad);
            QCOMPARE((*loaded)->special().eos, tokenizer->special().eos);
            QCOMPARE((*loaded)->special().unk, tokenizer->special().unk);
            for (const std::string& text : {texts[0], "a<eos>b"s, "zz$"s}) {
                const auto ids = tokenizer->encode(text);
                QCOMPARE((*loaded)->encode(text), ids);
                QCOMPARE((*loaded)->decode(ids, true), tokenizer->decode(ids, true));
                QCOMPARE((*loaded)->decode(ids, false), tokenizer->decode(ids, false));
            }
        }
    }

    void reads_what_the_library_writes() {
        const TemporaryFolder folder;
        write(folder.path() / "tokenizer.json", word_level());
        write(
            folder.path() / "tokenizer_config.json",
            R"({"pad_token": {"content": "<pad>"}, "eos_token": "<eos>", "model_max_length": 77})");
        const auto tokenizer = load_tokenizer(folder.path());
        VERIFY_OK(tokenizer);
        QCOMPARE((*tokenizer)->vocab_size(), 6);
        QCOMPARE((*tokenizer)->encode("w4 w3<think>w9 <eos>"),
                 (std::vector<std::int64_t>{4, 3, 5, 2, 1}));
        const std::vector<std::int64_t> ids = {4, 5, 1, 3};
        COMPARE_TEXT((*tokenizer)->decode(ids, true), "w4 <think> w3");
        QCOMPARE((*tokenizer)->special().unk.value_or(-1), 2);
        VERIFY_OK((*tokenizer)->save(folder.path()));
        const auto config = read_file(folder.path() / "tokenizer_config.json");
        VERIFY_OK(config);
        QVERIFY(config->find("77") != std::string::npos);
    }

    void special_ids_may_come_from_the_models_configuration() {
        const TemporaryFolder folder;
        write(folder.path() / "tokenizer.json", word_level());
        write(folder.path() / "config.json", R"({"pad_token_id": 0, "eos_token_id": [1, 3]})");
        const auto tokenizer = load_tokenizer(folder.path());
        VERIFY_OK(tokenizer);
        QCOMPARE((*tokenizer)->special().pad.value_or(-1), 0);
        QCOMPARE((*tokenizer)->special().eos.value_or(-1), 1);
        QVERIFY(!(*tokenizer)->special().bos);
    }

    void refuses_with_a_reason_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("expected");
        const auto words = QString::fromStdString(word_level());
        const auto changed = [&](const char* from, const char* to) {
            return QString(words).replace(QLatin1String(from), QLatin1String(to));
        };
        QTest::newRow("not JSON") << "{\"a\": "
                                  << ""
                                  << "is not valid JSON";
        QTest::newRow("no object") << "[1]"
                                   << ""
                                   << "does not hold a JSON object";
        QTest::newRow("byte level") << changed("\"WhitespaceSplit\"", "\"ByteLevel\"") << ""
                                    << "WordLevel model with pre-tokenizer ByteLevel";
        QTest::newRow("unigram") << R"({"model": {"type": "Unigram"}})"
                                 << ""
                                 << "Unigram model";
        QTest::newRow("nothing") << "{}"
                                 << ""
                                 << "has no model";
        QTest::newRow("normalizer")
            << changed("\"normalizer\": null", "\"normalizer\": {\"type\": \"NFC\"}") << ""
            << "normalizer NFC is not understood";
        QTest::newRow("adds tokens") << changed("{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}",
                                                "{\"SpecialToken\": {\"id\": \"<s>\"}}")
                                     << ""
                                     << "post_processor TemplateProcessing";
        QTest::newRow("strip")
            << QString::fromStdString(word_level(R"("lstrip": 1)")) << ""
            << "added_tokens[0].lstrip is of type number; expected true or false";
        QTest::newRow("negative id") << changed("\"w3\": 3", "\"w3\": -3") << ""
                                     << "\"w3\" has no usable id";
        QTest::newRow("huge id") << changed("\"w3\": 3", "\"w3\": 99999999999") << ""
                                 << "\"w3\" has no usable id";
        QTest::newRow("layout") << changed("\"content\": \"<eos>\"", "\"content\": 7") << ""
                                << "added_tokens[1].content is of type number; expected a text";
        QTest::newRow("special") << words << R"({"eos_token": "</s>"})"
                                 << "eos_token \"</s>\" is not in the vocabulary";
    }

    void refuses_with_a_reason() {
        QFETCH(QString, json);
        QFETCH(QString, config);
        QFETCH(QString, expected);
        const TemporaryFolder folder;
        write(folder.path() / "tokenizer.json", json.toStdString());
        if (!config.isEmpty()) write(folder.path() / "tokenizer_config.json", config.toStdString());
        const auto tokenizer = load_tokenizer(folder.path());
        QVERIFY(!tokenizer.ok());
        const auto message = QString::fromStdString(tokenizer.error().message);
        QVERIFY2(message.contains(expected), qPrintable(message));
        QVERIFY2(message.contains(QString::fromStdString(folder.path().string())),
                 qPrintable(message));
    }

    void a_missing_file_is_named() {
        const TemporaryFolder folder;
        const auto tokenizer = load_tokenizer(folder.path());
        QVERIFY(!tokenizer.ok());
        QVERIFY(tokenizer.error().message.find("tokenizer.json") != std::string::npos);
    }
};

PLUMB_REGISTER_TEST(TestTokenizerFiles)
#include "files_test.moc"
