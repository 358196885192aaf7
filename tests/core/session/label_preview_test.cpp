// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/label_preview.h"

#include <fstream>

#include <zlib.h>

#include "test_main.h"

using namespace plumb;

namespace {

std::filesystem::path write(const TemporaryFolder& folder, const std::string& content,
                            const std::string& name = "own.jsonl") {
    const auto file = folder.path() / name;
    std::ofstream(file, std::ios::binary) << content;
    return file;
}

}  // namespace

class TestLabelPreview : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rows_are_read_as_an_import_would() {
        const TemporaryFolder folder;
        const auto file =
            write(folder,
                  "{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\",\"id\":7}\n"
                  "no json\n"
                  "{\"prompt\":[{\"role\":\"user\",\"content\":\"hi\"}],\"chosen\":\"x\","
                  "\"rejected\":\"z\",\"extra\":null}\n");
        const auto read = preview_label_file({.file = file}, 10).value();
        COMPARE_TEXT(read.form, "prompt, chosen, rejected");
        QVERIFY(read.whole && read.problem.empty());
        QCOMPARE(read.rows.size(), std::size_t{3});
        COMPARE_TEXT(read.rows[0].a, "x");
        COMPARE_TEXT(read.rows[0].b.value(), "y");
        QCOMPARE(read.rows[0].verdict, std::optional(Choice::a));
        QVERIFY(read.rows[1].problem.find("own.jsonl, row 2") != std::string::npos);
        COMPARE_TEXT(read.rows[2].prompt, "user: hi");
        QCOMPARE(read.columns,
                 std::vector<std::string>({"prompt", "chosen", "rejected", "id", "extra"}));
        QVERIFY(!preview_label_file({.file = file}, 2)->whole);
    }

    void columns_can_be_named() {
        const TemporaryFolder folder;
        const auto file = write(folder, "{\"q\":\"p\",\"one\":\"x\",\"two\":\"y\"}\n");
        const auto before = preview_label_file({.file = file}, 5).value();
        QVERIFY(before.form.empty());
        QVERIFY(!before.rows[0].problem.empty());
        QCOMPARE(before.columns, std::vector<std::string>({"q", "one", "two"}));
        const auto read =
            preview_label_file(
                {.file = file, .columns = {{"prompt", "q"}, {"a", "one"}, {"b", "two"}}}, 5)
                .value();
        COMPARE_TEXT(read.form, "prompt, completion_a, completion_b");
        COMPARE_TEXT(read.rows[0].b.value(), "y");
        QVERIFY(!read.rows[0].verdict);
        QVERIFY(!preview_label_file({.file = file, .columns = {{"nonsense", "q"}}}, 5).ok());
    }

    void one_answer_with_its_label() {
        const TemporaryFolder folder;
        const auto file =
            write(folder, "{\"prompt\":\"p\",\"completion\":\"x\",\"label\":false}\n");
        const auto read = preview_label_file({.file = file}, 5).value();
        QVERIFY(!read.rows[0].b);
        QCOMPARE(read.rows[0].verdict, std::optional(Choice::bad));
    }

    void long_texts_are_cut_between_characters() {
        const TemporaryFolder folder;
        std::string text;
        for (int i = 0; i < 5000; ++i) text += "\xC3\xA4";
        const auto file = write(folder, "{\"prompt\":\"p\",\"completion_a\":\"a" + text +
                                            "\",\"completion_b\":\"y\"}\n");
        const auto read = preview_label_file({.file = file}, 5).value();
        QVERIFY(read.rows[0].a.size() < 2010);
        QVERIFY(!QString::fromStdString(read.rows[0].a).contains(QChar(0xFFFD)));
    }

    void what_is_wrong_with_a_file_is_told() {
        const TemporaryFolder folder;
        const auto missing = preview_label_file({.file = folder.path() / "none.jsonl"}, 5);
        QVERIFY(missing.error().message.find("none.jsonl") != std::string::npos);
        const auto empty = preview_label_file({.file = write(folder, "", "empty.jsonl")}, 5);
        QVERIFY(empty->problem.find("empty.jsonl") != std::string::npos);
        const auto file = folder.path() / "cut.jsonl.gz";
        gzFile out = gzopen(file.c_str(), "wb");
        std::string rows;
        for (int i = 0; i < 20000; ++i)
            rows += "{\"prompt\":\"p" + std::to_string(i) +
                    "\",\"completion_a\":\"x\",\"completion_b\":\"y\"}\n";
        gzwrite(out, rows.data(), static_cast<unsigned>(rows.size()));
        gzclose(out);
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        QVERIFY(preview_label_file({.file = file}, 5)->problem.empty());
        const auto all = preview_label_file({.file = file}, 100000).value();
        QVERIFY(all.problem.find("cut.jsonl.gz") != std::string::npos);
        QVERIFY(!all.rows.empty());
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(preview_label_file({.file = file}, 5, stop.get_token()).error().code,
                 ErrorCode::cancelled);
    }
};

PLUMB_REGISTER_TEST(TestLabelPreview)
#include "label_preview_test.moc"
