// SPDX-License-Identifier: GPL-3.0-or-later
#include "label_file_reading.h"

#include "base/check.h"
#include "base/files.h"

using namespace plumb;

namespace {

namespace fs = std::filesystem;

/// The most memory that was resident since reset_peak_memory(), in bytes.
std::int64_t peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (std::int64_t kilobytes = 0; word == "VmHWM:" && status >> kilobytes)
            return kilobytes * 1024;
    return 0;
}
bool reset_peak_memory() { return static_cast<bool>(std::ofstream("/proc/self/clear_refs") << 5); }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_real = false;  // freed memory is kept
#else
constexpr bool memory_is_real = true;
#endif

}  // namespace

class TestLabelFile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void each_form_is_read() {
        const Content pairs =
            read_text(R"({"prompt": "p", "completion_a": "1", "completion_b": "2", "n": 3})");
        QCOMPARE(pairs.rows.size(), std::size_t{1});
        verify_row(pairs.rows[0], LabelForm::unlabelled_pair, "p", "1", "2");
        QCOMPARE(pairs.rows[0].line, 1);
        QVERIFY(!pairs.rows[0].label);
        QVERIFY(!pairs.rows[0].prompt_is_chat && !pairs.rows[0].answers_are_chat);

        const Content preferences = read_text(good_pair);
        QCOMPARE(preferences.rows.size(), std::size_t{1});
        verify_row(preferences.rows[0], LabelForm::preference, "p", "c", "r");

        const Content implicit = read_text(
            R"({"prompt": null, "chosen": "The sky is blue.", "rejected": "The sky is green."})");
        QCOMPARE(implicit.rows.size(), std::size_t{1});
        verify_row(implicit.rows[0], LabelForm::implicit_preference, "The sky is", " blue.",
                   " green.");

        const Content labelled = read_text(
            "{\"prompt\": \"p\", \"completion\": \"x\", \"label\": true}\n"
            "{\"prompt\": \"p\", \"completion\": \"y\", \"label\": false}\n"
            "{\"prompt\": \"p\", \"completion\": \"\", \"label\": 1}\n"
            "{\"prompt\": \"p\", \"completion\": \"z\", \"label\": \"false\"}\n");
        QCOMPARE(labelled.rows.size(), std::size_t{4});
        verify_row(labelled.rows[0], LabelForm::labelled_completion, "p", "x", "");
        QCOMPARE(labelled.rows[0].label, std::optional(true));
        QCOMPARE(labelled.rows[1].label, std::optional(false));
        QCOMPARE(labelled.rows[2].label, std::optional(true));
        QCOMPARE(labelled.rows[3].label, std::optional(false));
    }

    void conversations_are_compact_json() {
        const Content explicit_form = read_text(
            "{\"prompt\": [{\"content\": \"hi\", \"role\": \"user\", \"name\": \"x\", \"n\": [1]}],"
            R"( "chosen": [{"role": "assistant", "content": "caf\u00e9"}],)"
            " \"rejected\": [{\"role\": \"assistant\", \"content\": \"no\"}]}");
        QCOMPARE(explicit_form.rows.size(), std::size_t{1});
        verify_row(explicit_form.rows[0], LabelForm::preference, "[" + user_hi + "]",
                   "[" + assistant("caf\xC3\xA9") + "]", "[" + assistant("no") + "]");
        QVERIFY(explicit_form.rows[0].prompt_is_chat && explicit_form.rows[0].answers_are_chat);

        const std::string yes = "[" + user_hi + "," + assistant("yes") + "]";
        const std::string no = "[" + user_hi + "," + assistant("no") + "]";
        const Content implicit =
            read_text("{\"chosen\": " + yes + ", \"rejected\": " + no + "}\n" + "{\"chosen\": [" +
                      user_hi + "], \"rejected\": [" + assistant("x") + "]}");
        QCOMPARE(implicit.rows.size(), std::size_t{2});
        verify_row(implicit.rows[0], LabelForm::implicit_preference, "[" + user_hi + "]",
                   "[" + assistant("yes") + "]", "[" + assistant("no") + "]");
        QVERIFY(implicit.rows[0].prompt_is_chat && implicit.rows[0].answers_are_chat);
        verify_row(implicit.rows[1], LabelForm::implicit_preference, "", "[" + user_hi + "]",
                   "[" + assistant("x") + "]");
        QVERIFY(!implicit.rows[1].prompt_is_chat);

        const Content labelled = read_text("{\"prompt\": \"hi\", \"completion\": [" +
                                           assistant("x") + "], \"label\": false}");
        QCOMPARE(labelled.rows.size(), std::size_t{1});
        verify_row(labelled.rows[0], LabelForm::labelled_completion, "hi",
                   "[" + assistant("x") + "]", "");
        QVERIFY(!labelled.rows[0].prompt_is_chat && labelled.rows[0].answers_are_chat);
    }

    void a_prompt_that_conversations_repeat_is_taken_from_them() {
        const auto row = [](const std::string& prompt) {
            return "{\"prompt\": \"" + prompt + "\", \"chosen\": [" + user_hi + "," +
                   assistant("yes") + "], \"rejected\": [" + user_hi + "," + assistant("no") +
                   "]}\n";
        };
        const Content content = read_text(row("hi") + row("something else"));
        QCOMPARE(content.rows.size(), std::size_t{2});
        verify_row(content.rows[0], LabelForm::preference, "[" + user_hi + "]",
                   "[" + assistant("yes") + "]", "[" + assistant("no") + "]");
        QVERIFY(content.rows[0].prompt_is_chat);
        verify_row(content.rows[1], LabelForm::preference, "something else",
                   "[" + user_hi + "," + assistant("yes") + "]",
                   "[" + user_hi + "," + assistant("no") + "]");
        QVERIFY(!content.rows[1].prompt_is_chat);
    }

    void columns_are_found_data() {
        QTest::addColumn<QString>("row");
        QTest::newRow("question") << R"({"question": "p", "response_a": "1", "response_b": "2"})";
        QTest::newRow("instruction") << R"({"instruction": "p", "output_1": "1", "output_2": "2"})";
        QTest::newRow("answers") << R"({"prompt": "p", "answer_a": "1", "answer_b": "2"})";
        QTest::newRow("the first that is not null")
            << R"({"prompt": null, "question": "p", "completion_a": "1", "completion_b": "2"})";
        QTest::newRow("the last of the same name")
            << R"({"prompt": 1, "prompt": "p", "completion_a": "1", "completion_b": "2"})";
        QTest::newRow("beside others of any kind")
            << "{\"x\": {\"prompt\": [[{\"role\": 1}]]}, \"prompt\": \"p\", \"y\": [[1], "
               "{\"content\": 2}, 3],"
               " \"completion_a\": \"1\", \"z\": [{\"role\": {}, \"content\": []}], "
               "\"completion_b\": \"2\"}";
    }
    void columns_are_found() {
        QFETCH(QString, row);
        const Content content = read_text(row.toStdString());
        QCOMPARE(content.rows.size(), std::size_t{1});
        verify_row(content.rows[0], LabelForm::unlabelled_pair, "p", "1", "2");
    }

    void a_column_map_overrides_the_usual_names() {
        const std::string row =
            R"({"prompt": "wrong", "q": "p", "chosen": "c", "rejected": "r", "x": "1", "y": "2"})";
        const Content pairs = read_text(row, {.prompt = "q", .a = "x", .b = "y"});
        QCOMPARE(pairs.rows.size(), std::size_t{1});
        verify_row(pairs.rows[0], LabelForm::unlabelled_pair, "p", "1", "2");
        const Content swapped = read_text(row, {.chosen = "rejected", .rejected = "chosen"});
        QCOMPARE(swapped.rows.size(), std::size_t{1});
        verify_row(swapped.rows[0], LabelForm::preference, "wrong", "r", "c");
        const Content missing = read_text(row, {.prompt = "none"});
        QCOMPARE(missing.problems.size(), std::size_t{1});
        verify_part(missing.problems[0],
                    "row 1: has no column none. The row has these columns: "
                    "prompt, q, chosen, rejected, x, y.");
        const Content labelled =
            read_text(R"({"prompt": "p", "text": "t", "good": false, "chosen": 1, "rejected": 2})",
                      {.completion = "text", .label = "good"});
        QCOMPARE(labelled.rows.size(), std::size_t{1});
        verify_row(labelled.rows[0], LabelForm::labelled_completion, "p", "t", "");
    }

    void blank_lines_marks_and_carriage_returns_are_passed_over() {
        const Content content = read_text("\xEF\xBB\xBF\r\n" + good_pair + "\r\n\n  \t\r\n" +
                                          good_pair + "\r\n" + good_pair);
        COMPARE_TEXT(content.error, "");
        QVERIFY(content.problems.empty());
        QCOMPARE(content.rows.size(), std::size_t{3});
        QCOMPARE(content.rows[0].line, 2);
        QCOMPARE(content.rows[1].line, 5);
        QCOMPARE(content.rows[2].line, 6);
        COMPARE_TEXT(content.rows[1].answer_b, "r");
    }

    void gzip_is_read() {
        const TemporaryFolder folder;
        // Two members, as `cat a.gz b.gz` makes, whatever the name.
        const auto path = write(folder, gzip(good_pair + "\n{}\n") + gzip(good_pair + "\n"));
        const Content content = read(path);
        COMPARE_TEXT(content.error, "");
        QCOMPARE(content.rows.size(), std::size_t{2});
        QCOMPARE(content.rows[1].line, 3);
        QCOMPARE(content.problems.size(), std::size_t{1});
    }

    void reading_can_be_stopped_and_go_on() {
        const TemporaryFolder folder;
        auto file = LabelFile::open(write(folder, good_pair + "\n" + good_pair));
        VERIFY_OK(file);
        VERIFY_OK(file->next());
        std::stop_source source;
        source.request_stop();
        const auto stopped = file->next(source.get_token());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, ErrorCode::cancelled);
        const auto line = file->next();
        VERIFY_OK(line);
        QVERIFY(*line && (*line)->row());
        QCOMPARE((*line)->line, 2);
        const auto end = file->next();
        VERIFY_OK(end);
        QVERIFY(!*end);
    }

    void lines_at_the_border_of_the_length_are_kept() {
        const std::string empty = R"({"prompt": "", "chosen": "c", "rejected": "r"})";
        const std::size_t room = 16'000'000 - empty.size();
        const auto row = [](std::size_t length) {
            return "{\"prompt\": \"" + std::string(length, 'x') +
                   "\", \"chosen\": \"c\", \"rejected\": \"r\"}\n";
        };
        const Content content = read_text(row(room) + row(room + 1) + row(3));
        QCOMPARE(content.rows.size(), std::size_t{2});
        QCOMPARE(content.rows[0].prompt.size(), room);
        QCOMPARE(content.rows[1].line, 3);
        QCOMPARE(content.problems.size(), std::size_t{1});
        verify_part(content.problems[0], "row 2: is longer than 16.0 MB");
    }

    void many_rows_take_little_memory() {
        constexpr std::int64_t rows = 200'000;
        const TemporaryFolder folder;
        const auto path = folder.path() / "many.jsonl";
        {
            std::ofstream stream(path, std::ios::binary);
            const std::string answer(250, 'a');
            for (std::int64_t i = 0; i < rows; ++i)
                stream << "{\"prompt\": \"number " << i << R"(", "completion_a": ")" << answer
                       << R"(", "completion_b": "b)" << answer << "\"}\n";
        }
        const bool measured = memory_is_real && reset_peak_memory();
        const std::int64_t before = peak_memory();
        auto file = LabelFile::open(path);
        VERIFY_OK(file);
        QCOMPARE(file->size(), std::uint64_t{fs::file_size(path)});
        QVERIFY(file->size() > 100'000'000);
        std::int64_t good = 0;
        std::uint64_t position = 0;
        while (true) {
            const auto line = file->next();
            VERIFY_OK(line);
            if (!*line) break;
            good += (*line)->row() != nullptr;
            QVERIFY(file->bytes_read() >= position);
            position = file->bytes_read();
            if (good == rows / 2)
                QVERIFY(position > file->size() / 3 && position < file->size() * 2 / 3);
        }
        QCOMPARE(good, rows);
        QCOMPARE(file->bytes_read(), file->size());
        QCOMPARE(file->form(), std::optional(LabelForm::unlabelled_pair));
        if (!measured) QSKIP("the memory in use cannot be measured here");
        const std::int64_t grown = peak_memory() - before;
        QVERIFY2(grown < 64'000'000, std::to_string(grown).c_str());
    }

    void what_is_written_is_read_back() {
        const std::string odd = "\"quoted\"\n\\ \t caf\xC3\xA9 \xF0\x9F\x99\x82 [{";
        const std::string chat = "[" + user_hi + "]", answer = "[" + assistant("x") + "]";
        const std::vector<LabelRow> rows = {
            {1, LabelForm::unlabelled_pair, odd, false, "", odd, false, {}},
            {1, LabelForm::unlabelled_pair, chat, true, answer, chat, true, {}},
            {1, LabelForm::preference, "", false, odd, "r", false, {}},
            {1, LabelForm::preference, chat, true, answer, chat, true, {}},
            {1, LabelForm::preference, chat, false, answer, "[]", false, {}},
            {1, LabelForm::labelled_completion, odd, false, "x", "", false, true},
            {1, LabelForm::labelled_completion, chat, true, answer, "", true, false}};
        for (const LabelRow& row : rows) {
            for (const char* provenance : {"", R"({"who": "me", "deep": [1, {"prompt": 2}]})"}) {
                const std::string line = label_line(row, provenance);
                QVERIFY(line.find('\n') == std::string::npos);
                const Content content = read_text(line + "\n");
                QVERIFY2(content.rows.size() == 1, content.error.c_str());
                verify_row(content.rows[0], row.form, row.prompt, row.answer_a, row.answer_b);
                QCOMPARE(content.rows[0].prompt_is_chat, row.prompt_is_chat);
                QCOMPARE(content.rows[0].answers_are_chat, row.answers_are_chat);
                QCOMPARE(content.rows[0].label, row.label);
            }
        }
    }

    void lines_are_written_as_other_programs_read_them() {
        COMPARE_TEXT(preference_line({"caf\xC3\xA9"}, {"c"}, {"r"}, R"({"by": "me"})"),
                     "{\"prompt\":\"caf\xC3\xA9\",\"chosen\":\"c\",\"rejected\":\"r\","
                     "\"plumbline\":{\"by\":\"me\"}}");
        COMPARE_TEXT(
            unlabelled_pair_line({"[" + user_hi + "]", true}, {"a"}, {"b"}),
            "{\"prompt\":[" + user_hi + "],\"completion_a\":\"a\",\"completion_b\":\"b\"}");
        COMPARE_TEXT(labelled_completion_line({"p"}, {"c"}, false),
                     R"({"prompt":"p","completion":"c","label":false})");
        // What cannot be written as it is.
        COMPARE_TEXT(labelled_completion_line({"\xFF"}, {"[1]", true}, true),
                     "{\"prompt\":\"\xEF\xBF\xBD\",\"completion\":\"[1]\",\"label\":true}");
        const std::string deep(100'000, '[');
        COMPARE_TEXT(labelled_completion_line({deep, true}, {"c"}, true),
                     "{\"prompt\":\"" + deep + "\",\"completion\":\"c\",\"label\":true}");
        for (const char* wrong : {"[1]", "x", "{"})
            QVERIFY_THROWS_EXCEPTION(InvariantError, preference_line({}, {}, {}, wrong));
        const LabelRow implicit{1, LabelForm::implicit_preference, "p", false, "c", "r", false, {}};
        COMPARE_TEXT(label_line(implicit), R"({"prompt":"p","chosen":"c","rejected":"r"})");
    }

    void a_real_file_is_read() {
        const auto folder = shared_folder("data/alpaca_farm");
        if (folder.empty()) QSKIP("the reference data is not here");
        const Content content = read(folder / "pairs.jsonl");
        COMPARE_TEXT(content.error, "");
        QVERIFY(content.problems.empty());
        QCOMPARE(content.rows.size(), std::size_t{252});
        for (const LabelRow& row : content.rows) {
            QCOMPARE(row.form, LabelForm::unlabelled_pair);
            QVERIFY(!row.prompt.empty() && !row.answers_are_chat);
        }
    }
};

PLUMB_REGISTER_TEST(TestLabelFile)
#include "label_file_test.moc"
