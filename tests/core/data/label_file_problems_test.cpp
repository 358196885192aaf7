// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with files of labels, and what is said of it.
#include "base/files.h"
#include "label_file_reading.h"

using namespace plumb;

namespace {

namespace fs = std::filesystem;

}  // namespace

class TestLabelFileProblems : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bad_rows_do_not_end_the_file_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("expected");
        const auto row = [](const QByteArray& chosen) {
            return QByteArray("{\"prompt\": \"p\", \"rejected\": \"r\", \"chosen\": ") + chosen +
                   "}";
        };
        QTest::newRow("not UTF-8")
            << row("\"x\xE9\"") << "is not UTF-8 at byte offset 45 of the line. Save the file";
        QTest::newRow("NUL byte") << row(QByteArray("\"a\0b\"", 5))
                                  << "holds a NUL byte at byte offset 45 of the line";
        QTest::newRow("NUL in text") << row(R"("a\u0000b")")
                                     << "column chosen must hold text or a list of turns like "
                                        "{\"role\": \"user\", \"content\": \"...\"}, not text with "
                                        "a NUL character";
        QTest::newRow("NUL in a turn") << row(R"([{"role": "user", "content": "\u0000"}])")
                                       << "not chat turns with a NUL character";
        QTest::newRow("lone surrogate") << row(R"("\ud800")") << "is not JSON (column 51: ";
        QTest::newRow("not JSON") << QByteArray(R"({"prompt": })") << "is not JSON (column 12: ";
        QTest::newRow("cut off") << QByteArray("{\"prompt\": \"p") << "is not JSON (column 14: ";
        QTest::newRow("two objects") << QByteArray("{}{}") << "is not JSON (column 3: ";
        QTest::newRow("text") << QByteArray("hello") << "is not JSON (column 1: ";
        QTest::newRow("huge number") << row("1e999") << "is not JSON (";
        QTest::newRow("list") << QByteArray("[1]") << "holds a list, not an object. Each line";
        QTest::newRow("number") << QByteArray("7") << "holds a number, not an object";
        QTest::newRow("null") << QByteArray("null") << "holds null, not an object";
        QTest::newRow("string") << QByteArray("\"x\"") << "holds text, not an object";
        QTest::newRow("deep") << "{\"other\": " + QByteArray(64, '[') + QByteArray(64, ']') + "}"
                              << "nests values more than 64 levels deep. Each line must hold";
        QTest::newRow("very deep")
            << "{\"a\": " + QByteArray(2'000'000, '[') << "nests values more than 64";
        QTest::newRow("very deep objects")
            << QByteArray("{\"a\":").repeated(500'000) << "nests values more than 64 levels deep";
        QTest::newRow("too long") << QByteArray(16'000'001, 'x')
                                  << "is longer than 16.0 MB and was skipped. Each line";
        QTest::newRow("a number for text") << row("3") << "not a number. Change the row, or say";
        QTest::newRow("a flag for text") << row("true") << "not true or false.";
        QTest::newRow("an object for text") << row(R"({"text": "x"})") << "not an object.";
        QTest::newRow("an empty list") << row("[]") << "not an empty list.";
        QTest::newRow("a list of text") << row(R"(["x"])") << "not a list in which item 1 is text.";
        QTest::newRow("a list of lists") << row("[[]]") << "not a list in which item 1 is a list.";
        QTest::newRow("a turn without content")
            << row(R"([{"role": "user", "content": "x"}, {"role": "assistant"}])")
            << "not a list in which item 2 lacks role or content.";
        QTest::newRow("content that is a list")
            << row(R"([{"role": "user", "content": [{"type": "text", "content": "x"}]}])")
            << "not a list in which item 1 has a list as role or content.";
        QTest::newRow("content that is null") << row(R"([{"role": "user", "content": null}])")
                                              << "item 1 has null as role or content.";
        QTest::newRow("text and turns") << row(R"([{"role": "user", "content": "x"}])")
                                        << "columns chosen and rejected must both hold text, or";
        QTest::newRow("no columns") << QByteArray("{}")
                                    << "has no column chosen, and no column rejected. The row has "
                                       "these columns: none. Add the column";
        QTest::newRow("one missing")
            << QByteArray(R"({"prompt": "p", "chosen": "c", "rejected": null})")
            << "has no column rejected. The row has these columns: prompt, chosen, rejected.";
        QTest::newRow("another form")
            << QByteArray(R"({"prompt": "p", "completion": "c", "label": true})")
            << "has the columns of single completions with a label, but row 1 decided that the "
               "file holds pairs of chosen and rejected with a prompt column. Put rows";
        QTest::newRow("no prompt") << QByteArray(R"({"chosen": "c", "rejected": "r"})")
                                   << "has the columns of pairs of chosen and rejected without a "
                                      "prompt column, but row 1 decided";
    }
    void bad_rows_do_not_end_the_file() {
        QFETCH(QByteArray, line);
        QFETCH(QString, expected);
        const TemporaryFolder folder;
        const auto path = write(folder, good_pair + "\n\n" + line.toStdString() + "\n" + good_pair);
        const Content content = read(path);
        COMPARE_TEXT(content.error, "");
        QCOMPARE(content.rows.size(), std::size_t{2});
        QCOMPARE(content.rows[1].line, 4);
        COMPARE_TEXT(content.rows[1].answer_a, "c");
        QCOMPARE(content.problems.size(), std::size_t{1});
        verify_part(content.problems[0], path.string() + ", row 3: ");
        verify_part(content.problems[0], expected.toStdString());
        QVERIFY(content.problems[0].size() < 1000);
        QVERIFY(content.problems[0].find('\0') == std::string::npos);
    }

    void a_row_before_the_form_is_known_names_all_that_was_looked_for() {
        const Content content =
            read_text("{\"text\": \"x\"}\n{\"completion\": \"x\"}\n" + good_pair);
        QCOMPARE(content.problems.size(), std::size_t{2});
        for (const char* part :
             {"row 1: has no columns of answers", "completion_a, response_a, answer_a or output_1",
              "chosen with rejected", "completion, response or answer with label",
              "prompt, question or instruction", "these columns: text."})
            verify_part(content.problems[0], part);
        verify_part(content.problems[1],
                    "row 2: has no column prompt, question or instruction, "
                    "and no column label. The row has");
        QCOMPARE(content.rows.size(), std::size_t{1});
    }

    void a_wrong_label_is_named() {
        const Content content = read_text(
            "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": true}\n"
            "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": \"good\"}\n"
            "{\"prompt\": \"p\", \"completion\": \"c\", \"label\": 2}\n"
            "{\"prompt\": 5, \"completion\": \"c\", \"label\": true}\n");
        QCOMPARE(content.problems.size(), std::size_t{3});
        verify_part(content.problems[0], "column label must hold true or false, not \"good\"");
        verify_part(content.problems[1], "column label must hold true or false, not a number");
        verify_part(content.problems[2], "column prompt must hold text");
    }

    void a_row_of_many_columns_has_a_short_message() {
        std::string row = "{";
        for (int i = 0; i < 5000; ++i) row += "\"" + std::to_string(i) + "\\u0000\": 1, ";
        const Content content =
            read_text(row + "\"" + std::string(5000, 'x') + "\": 2}\n" + good_pair);
        QCOMPARE(content.problems.size(), std::size_t{1});
        verify_part(content.problems[0], " and 4981 more");
        QVERIFY(content.problems[0].size() < 1000);
    }

    void a_long_list_is_read_in_linear_time() {
        std::string turns = "[";
        for (int i = 0; i < 200'000; ++i) turns += user_hi + ",";
        const Content content = read_text("{\"chosen\": " + turns + assistant("a") +
                                          "], \"rejected\": " + turns + assistant("b") + "]}");
        QCOMPARE(content.rows.size(), std::size_t{1});
        COMPARE_TEXT(content.rows[0].answer_a, "[" + assistant("a") + "]");
    }

    void some_content_ends_the_file_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("expected");
        const QByteArray wide("\xFF\xFE{\0}\0\n\0{\0}\0", 12), big_end("\xFE\xFF\0{\0}", 6);
        QTest::newRow("UTF-16") << wide << ", row 1: the file is UTF-16. Save it as UTF-8.";
        QTest::newRow("UTF-16BE") << big_end << ", row 1: the file is UTF-16. Save it as UTF-8.";
        QTest::newRow("array") << QByteArray("\n [\n{},\n{}]\n")
                               << ", row 2: the file holds one "
                                  "JSON array instead";
        QTest::newRow("array on one line") << "[" + QByteArray::fromStdString(good_pair) + "]"
                                           << "Write one object a line";
        QTest::newRow("long array") << "[" + QByteArray(17'000'000, ' ') << "one JSON array";
        QTest::newRow("empty") << QByteArray() << " has no rows. It needs at least one";
        QTest::newRow("blank") << QByteArray("\r\n  \n\xEF\xBB\xBF").left(5) << " has no rows.";
        QTest::newRow("a mark") << QByteArray("\xEF\xBB\xBF") << " has no rows.";
        QTest::newRow("one bad row") << QByteArray("{}") << "no row that can be used: its only row";
        QTest::newRow("bad rows") << QByteArray("{}\n{}") << "no row that can be used: all 2 are";
        QTest::newRow("empty gzip") << QByteArray::fromStdString(gzip("")) << " has no rows.";
        QTest::newRow("a gzip header") << QByteArray::fromStdString(gzip(good_pair)).left(5)
                                       << ", row 1: the gzip data is cut off here";
    }
    void some_content_ends_the_file() {
        QFETCH(QByteArray, content);
        QFETCH(QString, expected);
        const TemporaryFolder folder;
        const auto path = write(folder, content.toStdString());
        const Content found = read(path);
        QVERIFY(found.rows.empty());
        verify_part(found.error, path.string());
        verify_part(found.error, expected.toStdString());
    }

    void damaged_gzip_ends_the_file_after_its_rows() {
        std::string text;
        for (int i = 0; i < 40'000; ++i)
            text += "{\"prompt\": \"" + std::to_string(i * 7919) +
                    "\", \"chosen\": \"c\", \"rejected\": \"r\"}\n";
        const std::string packed = gzip(text);
        const TemporaryFolder folder;
        for (const std::size_t cut : {std::size_t{1}, std::size_t{9}, packed.size() / 2}) {
            const auto path = write(folder, packed.substr(0, packed.size() - cut));
            const Content content = read(path);
            QVERIFY(content.problems.empty());
            QVERIFY(content.rows.size() > 10'000);
            COMPARE_TEXT(content.error,
                         path.string() + ", row " + std::to_string(content.rows.size() + 1) +
                             ": the gzip data is cut off here, and the file cannot be read "
                             "further. Copy or download it again.");
        }
        std::string damaged = packed;
        damaged[packed.size() - 6] = static_cast<char>(~damaged[packed.size() - 6]);  // checksum
        const Content content = read(write(folder, damaged));
        QVERIFY(content.rows.size() > 10'000);
        verify_part(content.error, "the gzip data is damaged here");
    }

    void what_is_no_file_is_not_opened() {
        const TemporaryFolder folder;
        const auto missing = LabelFile::open(folder.path() / "none.jsonl");
        QVERIFY(!missing.ok());
        QCOMPARE(missing.error().code, ErrorCode::not_found);
        verify_part(missing.error().message, "none.jsonl");
        const auto directory = LabelFile::open(folder.path());
        QVERIFY(!directory.ok());
        verify_part(directory.error().message, "is a folder");
        QVERIFY(!LabelFile::open("/dev/null").ok());
    }
};

PLUMB_REGISTER_TEST(TestLabelFileProblems)
#include "label_file_problems_test.moc"
