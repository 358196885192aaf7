// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/preference_file.h"

#include <fstream>

#include "base/files.h"
#include "test_main.h"

using namespace plumb;

namespace {

Preference pair(const std::string& prompt, const std::string& chosen, const std::string& rejected) {
    Preference made;
    made.prompt = prompt;
    made.chosen = chosen;
    made.rejected = rejected;
    return made;
}

}  // namespace

class TestPreferenceFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_written_is_read_back() {
        std::vector<Preference> pairs = {pair("the cast ", "was good . $", "was dull . $"),
                                         pair("", "\"quoted\"\nand broken", "ümläut \\ tab\t")};
        for (int flags = 0; flags < 16; ++flags) {
            Preference& made = pairs.emplace_back(pair("p" + std::to_string(flags), "c", "r"));
            made.chosen_ended = flags & 1;
            made.rejected_ended = flags & 2;
            if (flags & 4) made.margin = 0.1 * flags;
            if (flags & 8) made.gold_margin = -1.0 / 3.0;
        }
        const TemporaryFolder folder;
        const auto file = folder.path() / "pairs.jsonl";
        VERIFY_OK(write_preferences(pairs, file));
        const auto read = read_preferences(file);
        VERIFY_OK(read);
        QCOMPARE(read->size(), pairs.size());
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const Preference &expected = pairs[i], &actual = (*read)[i];
            COMPARE_TEXT(actual.prompt, expected.prompt);
            COMPARE_TEXT(actual.chosen, expected.chosen);
            COMPARE_TEXT(actual.rejected, expected.rejected);
            QCOMPARE(actual.chosen_ended, expected.chosen_ended);
            QCOMPARE(actual.rejected_ended, expected.rejected_ended);
            QCOMPARE(actual.margin, expected.margin);
            QCOMPARE(actual.gold_margin, expected.gold_margin);
            COMPARE_TEXT(actual.source, file.string() + ", line " + std::to_string(i + 1));
        }
    }

    void defaults_are_not_written() {
        const TemporaryFolder folder;
        const auto file = folder.path() / "pairs.jsonl";
        VERIFY_OK(write_preferences({pair("p", "c", "r")}, file));
        const auto text = read_file(file);
        VERIFY_OK(text);
        COMPARE_TEXT(*text, "{\"prompt\":\"p\",\"chosen\":\"c\",\"rejected\":\"r\"}\n");
    }

    void no_pairs_are_an_empty_file() {
        const TemporaryFolder folder;
        const auto file = folder.path() / "pairs.jsonl";
        VERIFY_OK(write_preferences({}, file));
        const auto read = read_preferences(file);
        VERIFY_OK(read);
        QVERIFY(read->empty());
        QVERIFY(!read_preferences(folder.path() / "none.jsonl").ok());
    }

    void a_damaged_line_names_file_and_line_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("cut off") << QByteArray(R"({"prompt": "p", "chosen")");
        QTest::newRow("a key is missing") << QByteArray(R"({"prompt": "p", "chosen": "c"})");
        QTest::newRow("a number as text")
            << QByteArray(R"({"prompt": "p", "chosen": 1, "rejected": "r"})");
        QTest::newRow("text as a number")
            << QByteArray(R"({"prompt": "", "chosen": "c", "rejected": "r", "margin": "1"})");
        QTest::newRow("a list") << QByteArray("[1]");
    }
    void a_damaged_line_names_file_and_line() {
        QFETCH(QByteArray, line);
        const TemporaryFolder folder;
        const auto file = folder.path() / "pairs.jsonl";
        const std::string good = R"({"prompt": "p", "chosen": "c", "rejected": "r"})";
        std::ofstream(file) << good << "\n\n" << line.constData() << "\n" << good << "\n";
        const auto read = read_preferences(file);
        QVERIFY(!read.ok());
        const QString message = QString::fromStdString(read.error().message);
        QVERIFY2(message.startsWith(QString::fromStdString(file.string()) + ", line 3 "),
                 qPrintable(message));
    }
};

PLUMB_REGISTER_TEST(TestPreferenceFile)
#include "preference_file_test.moc"
