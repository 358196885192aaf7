// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/data_preview.h"

#include <fstream>
#include <numeric>

#include "test_main.h"

using namespace plumb;

namespace {

struct Files {
    TemporaryFolder folder;
    std::string write(const std::string& name, const std::string& text) {
        const auto file = folder.path() / name;
        std::ofstream(file) << text;
        return file.string();
    }
    Result<DataPreview> preview(const Settings& settings, std::stop_token stop = {}) {
        return preview_data(settings, folder.path(), stop);
    }
};

Settings on_data(const std::string& algorithm, std::vector<std::string> files) {
    Settings settings;
    settings.algorithm = algorithm;
    settings.task = "data";
    settings.train_files = std::move(files);
    return settings;
}

}  // namespace

class TestDataPreview : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void lines_of_text_are_rows_with_an_end_token() {
        Files files;
        const Settings settings =
            on_data("sft", {files.write("a.txt", "abc\nabcde\n\n"), files.write("b.txt", "a\n")});
        const auto preview = files.preview(settings);
        VERIFY_OK(preview);
        QCOMPARE(preview->rows, 3);
        QCOMPARE(preview->files.size(), 2u);
        QCOMPARE(preview->files[0].rows, 2);
        QCOMPARE(preview->files[0].bytes, 11u);
        QCOMPARE(preview->lengths.minimum, 2);
        QCOMPARE(preview->lengths.median, 4);
        QCOMPARE(preview->lengths.maximum, 6);
        const auto& bars = preview->lengths.histogram;
        QCOMPARE(std::accumulate(bars.begin(), bars.end(), std::int64_t{0}), 3);
        QCOMPARE(preview->cut, 0);
        COMPARE_TEXT(preview->first_rows[1].completion, "abcde");
        QVERIFY(preview->first_rows[1].source.ends_with("a.txt, line 2"));
        QVERIFY(preview->unknown_share == 0);
        COMPARE_TEXT(preview->tokenizer, "new char vocabulary of 8 tokens");
    }

    void what_a_limit_cuts_and_drops_is_counted() {
        Files files;
        Settings settings =
            on_data("sft", {files.write("a.jsonl",
                                        "{\"prompt\": \"aaaaaaaa\", \"completion\": \"bb\"}\n"
                                        "{\"prompt\": \"a\", \"completion\": \"b\"}\n"
                                        "{\"prompt\": \"aa\", \"completion\": \"bbbbbb\"}\n")});
        settings.max_length = 6;
        const auto preview = files.preview(settings);
        VERIFY_OK(preview);
        QCOMPARE(preview->cut, 2);
        QCOMPARE(preview->dropped, 1);
        QVERIFY(preview->first_rows[0].cut && !preview->first_rows[1].cut);
        QVERIFY(!preview->warnings.empty());
    }

    void prompts_have_answers_and_columns() {
        Files files;
        Settings settings =
            on_data("grpo", {files.write("q.jsonl",
                                         "{\"question\": \"1+1\", \"answer\": \"so #### 2\"}\n"
                                         "{\"question\": \"2\", \"other\": 5}\n")});
        const auto preview = files.preview(settings);
        VERIFY_OK(preview);
        QCOMPARE(preview->with_answer, 1);
        COMPARE_TEXT(preview->first_rows[0].answer, "2");
        QCOMPARE(preview->columns.size(), 3u);
        COMPARE_TEXT(preview->columns[1].name, "other");
        QCOMPARE(preview->columns[1].rows, 1);
        COMPARE_TEXT(preview->columns[1].example, "5");
        COMPARE_TEXT(preview->limit_key, "max_prompt_length");
    }

    void pairs_have_two_sides() {
        Files files;
        Settings settings = on_data(
            "dpo",
            {files.write("p.jsonl",
                         "{\"prompt\": \"aa\", \"chosen\": \"bbbb\", \"rejected\": \"c\"}\n"
                         "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"cc\"}\n"
                         "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"b\"}\n"
                         "{\"prompt\": \"aaaaaa\", \"chosen\": \"b\", \"rejected\": \"c\"}\n")});
        settings.max_length = 5;
        const auto preview = files.preview(settings);
        VERIFY_OK(preview);
        QVERIFY(preview->pairs);
        QCOMPARE(preview->rows, 4);
        COMPARE_TEXT(preview->limit_key, "max_length");
        COMPARE_TEXT(preview->first_rows[1].prompt, "a");
        COMPARE_TEXT(preview->first_rows[1].completion, "b");
        COMPARE_TEXT(preview->first_rows[1].rejected, "cc");
        QCOMPARE(preview->first_rows[0].tokens, 7);
        QCOMPARE(preview->first_rows[1].tokens, 4);
        QVERIFY(preview->first_rows[0].cut && !preview->first_rows[1].cut);
        QCOMPARE(preview->cut, 2);
        // The last one has no room, the one before it no difference.
        QCOMPARE(preview->dropped, 2);
        QCOMPARE(preview->warnings.size(), 3u);
        settings.algorithm = "reward";
        const auto scored = files.preview(settings);
        VERIFY_OK(scored);
        QCOMPARE(scored->dropped, 3);
    }

    void completions_without_a_partner_are_counted() {
        Files files;
        const auto preview = files.preview(on_data(
            "dpo",
            {files.write("l.jsonl",
                         "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": true}\n"
                         "{\"prompt\": \"a\", \"completion\": \"c\", \"label\": false}\n"
                         "{\"prompt\": \"d\", \"completion\": \"c\", \"label\": false}\n")}));
        VERIFY_OK(preview);
        QCOMPARE(preview->first_rows.size(), 1u);
        QVERIFY(preview->warnings.back().starts_with("1 completions have no partner"));
    }

    void bad_input_is_the_error_of_the_run() {
        Files files;
        const auto message = [&](const Settings& settings) {
            const auto preview = files.preview(settings);
            return preview.ok() ? std::string() : preview.error().message;
        };
        QVERIFY(message(on_data("sft", {})).find("train_files") != std::string::npos);
        QVERIFY(message(on_data("sft", {"/nowhere/a.txt"})).find("/nowhere/a.txt") !=
                std::string::npos);
        const std::string bad =
            message(on_data("sft", {files.write("bad.jsonl", "{\"text\": \"x\"}\n{\"text\": \n")}));
        QVERIFY2(bad.find("bad.jsonl") != std::string::npos && bad.find('2') != std::string::npos,
                 bad.c_str());
        Settings model = on_data("sft", {files.write("a.txt", "abc\n")});
        model.model_name_or_path = "no-such-run";
        const auto unknown = files.preview(model);
        QVERIFY(!unknown.ok());
        QCOMPARE(static_cast<int>(unknown.error().code), static_cast<int>(ErrorCode::not_found));
    }

    void it_stops_when_it_is_told_to() {
        Files files;
        std::stop_source stop;
        stop.request_stop();
        const auto preview =
            files.preview(on_data("sft", {files.write("a.txt", "abc\n")}), stop.get_token());
        QVERIFY(!preview.ok());
        QCOMPARE(static_cast<int>(preview.error().code), static_cast<int>(ErrorCode::cancelled));
    }

    void real_word_problems_are_read() {
        const auto file = shared_folder("data/gsm8k/train.jsonl");
        if (file.empty()) QSKIP("the reference data is not beside the project");
        Files files;
        Settings settings = on_data("grpo", {file.string()});
        const auto preview = files.preview(settings);
        VERIFY_OK(preview);
        QCOMPARE(preview->rows, 7473);
        QCOMPARE(preview->with_answer, 7473);
        QVERIFY(preview->cut > 0 && preview->cut < preview->rows);
        QCOMPARE(std::int64_t(preview->first_rows.size()), preview_rows);
    }
};

PLUMB_REGISTER_TEST(TestDataPreview)
#include "data_preview_test.moc"
