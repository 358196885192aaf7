// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/rows.h"

#include <fstream>

#include "test_main.h"

using namespace plumb;

namespace {

std::string write(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    const auto path = folder.path() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
}

void verify_message(const std::string& message, const std::string& part) {
    QVERIFY2(message.find(part) != std::string::npos, message.c_str());
}

}  // namespace

class TestRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void json_lines() {
        const TemporaryFolder folder;
        const auto file =
            write(folder, "a.JSONL",
                  "\xEF\xBB\xBF{\"prompt\": \"caf\\u00e9\", \"n\": 3, \"gone\": null}\r\n"
                  "\n   \r\n"
                  "{\"prompt\": \"a\\u0000b\\n\", \"list\": [1, \"x\"], \"marks\": \"\\\"" +
                      std::string(600, '[') + "\"}");
        const auto rows = read_rows({file});
        VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{2});
        const Row& first = (*rows)[0];
        COMPARE_TEXT(first.columns.at("prompt").text, "caf\xC3\xA9");
        QVERIFY(first.columns.at("prompt").is_text);
        COMPARE_TEXT(first.columns.at("n").text, "3");
        QVERIFY(!first.columns.at("n").is_text);
        QVERIFY(!first.columns.contains("gone"));
        QCOMPARE((*rows)[1].columns.at("prompt").text, std::string("a\0b\n", 4));
        COMPARE_TEXT((*rows)[1].columns.at("list").text, "[1,\"x\"]");
        COMPARE_TEXT((*rows)[1].source(), file + ", line 4");
    }

    void text_lines_of_several_files() {
        const TemporaryFolder folder;
        const auto one = write(folder, "one.txt", "first\r\n\n second \n");
        const auto two = write(folder, "two.pos", "{\"not\": \"json\"}");
        const auto rows = read_rows({one, two}, "line");
        VERIFY_OK(rows);
        QCOMPARE(rows->size(), std::size_t{3});
        COMPARE_TEXT((*rows)[0].columns.at("line").text, "first");
        COMPARE_TEXT((*rows)[1].columns.at("line").text, " second ");
        COMPARE_TEXT((*rows)[2].columns.at("line").text, "{\"not\": \"json\"}");
        QCOMPARE((*rows)[1].line, 3);
    }

    void bad_lines_are_named_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        QTest::newRow("not JSON") << QByteArray("{\"a\": 1}\n\n{\"a\": }\n")
                                  << "line 3 is not JSON (column 7:";
        QTest::newRow("cut off") << QByteArray("{\"a\": \"b") << "line 1 is not JSON (column 9:";
        QTest::newRow("text") << QByteArray("hello\n") << "line 1 is not JSON";
        QTest::newRow("lone surrogate") << QByteArray(R"({"a": "\ud800"})") << "line 1 is not JSON";
        QTest::newRow("array") << QByteArray("{}\n[1]\n") << "line 2 holds array, not an object";
        QTest::newRow("number") << QByteArray("7") << "line 1 holds number, not an object";
        QTest::newRow("UTF-8") << QByteArray("{}\n{\"a\": \"x\xE9\"}\n")
                               << "line 2 is not UTF-8 at byte offset 8 of the line";
        QTest::newRow("UTF-16") << QByteArray("\xFF\xFE{\0}\0", 6)
                                << "line 1 is not UTF-8 at byte offset 0";
        QTest::newRow("deep") << "{\"a\": " + QByteArray(200000, '[') + QByteArray(200000, ']') +
                                     "}"
                              << "line 1 nests values more than 500 levels deep";
        QTest::newRow("empty") << QByteArray() << "is empty";
        QTest::newRow("blank") << QByteArray("\n  \r\n\xC2") << "line 3 is not UTF-8";
        QTest::newRow("only blank") << QByteArray("\n  \r\n") << "is empty";
    }

    void bad_lines_are_named() {
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        const TemporaryFolder folder;
        const auto file = write(folder, "bad.jsonl", content.toStdString());
        const auto rows = read_rows({file});
        QVERIFY(!rows.ok());
        verify_message(rows.error().message, expected.toStdString());
        verify_message(rows.error().message, file);
    }

    void missing_files_and_folders_are_named() {
        const TemporaryFolder folder;
        const auto missing = read_rows({(folder.path() / "no.jsonl").string()});
        QVERIFY(!missing.ok());
        QCOMPARE(missing.error().code, ErrorCode::not_found);
        verify_message(missing.error().message, "no.jsonl");
        const auto directory = read_rows({folder.path().string()});
        QVERIFY(!directory.ok());
        verify_message(directory.error().message, "is a folder");
    }

    void real_files_are_read() {
        const auto data = shared_folder("data");
        if (data.empty()) QSKIP("the real data sets are not here");
        const auto questions = read_rows({(data / "gsm8k/train.jsonl").string()});
        VERIFY_OK(questions);
        QCOMPARE(questions->size(), std::size_t{7473});
        const auto reviews = read_rows({(data / "rt-polarity/rt-polarity.pos").string(),
                                        (data / "rt-polarity/rt-polarity.neg").string()});
        VERIFY_OK(reviews);
        QCOMPARE(reviews->size(), std::size_t{10662});
    }
};

PLUMB_REGISTER_TEST(TestRows)
#include "rows_test.moc"
