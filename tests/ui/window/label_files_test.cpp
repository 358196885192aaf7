// SPDX-License-Identifier: GPL-3.0-or-later
#include <zlib.h>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTableWidget>

#include "base/files.h"
#include "window/labelling.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Filing : Labelling {
    using Labelling::Labelling;

    QString path(const std::filesystem::path& file) { return QString::fromStdString(file); }
    /// Opens the dialog on the file and waits for its preview.
    void preview(const std::filesystem::path& file) {
        button("labelImport")->click();
        auto* chooser = find<QFileDialog>("labelDialog");
        Q_EMIT chooser->fileSelected(path(file));
        chooser->close();
        QTRY_VERIFY_WITH_TIMEOUT(
            !text("labelImportForm").startsWith("Reading") &&
                (!text("labelImportForm").isEmpty() || !text("labelImportProblem").isEmpty()),
            patience_ms);
    }
    QString cell(int row, int column) {
        auto* item = find<QTableWidget>("labelImportRows")->item(row, column);
        return item ? item->text() : QString();
    }
    void choose(const QString& combo, const QString& text) {
        auto* box = find<QComboBox>(combo);
        const int at = box->findText(text, Qt::MatchStartsWith);
        if (at < 0) qFatal("%s has no %s", qPrintable(combo), qPrintable(text));
        box->setCurrentIndex(at);
        Q_EMIT box->activated(at);
    }
    void closeDialog(const QString& name) {
        find<QDialog>(name)->close();
        QTRY_VERIFY(!window->findChild<QDialog*>(name));
    }
    std::vector<LabelQueue> queues() {
        return StoreReader::open(window->bridge().workspace()).value()->label_queues().value();
    }
};

std::filesystem::path write(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
    return file;
}

std::string pair(int i) {
    return "{\"prompt\":\"p" + std::to_string(i) + "\",\"chosen\":\"x\",\"rejected\":\"y\"}\n";
}

std::string pairs(int count) {
    std::string all;
    for (int i = 1; i <= count; ++i) all += pair(i);
    return all;
}

std::filesystem::path writeGzip(const std::filesystem::path& file, const std::string& content) {
    gzFile out = gzopen(file.c_str(), "wb");
    gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
    gzclose(out);
    return file;
}

}  // namespace

/// Labels come in from files and go out to them, through the dialogs of the Label page.
class TestLabelFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void a_file_is_previewed_imported_and_summed_up() {
        const TemporaryFolder folder;
        Filing page(optionsBelow(folder.path()));
        QVERIFY(page.text("labelEmpty").contains("Import"));
        page.preview(write(folder.path() / "own.jsonl", pair(1) + "no json\n" + pair(2) + pair(1)));
        QVERIFY2(page.text("labelImportForm").startsWith("Read as prompt, chosen, rejected"),
                 qPrintable(page.text("labelImportForm")));
        QCOMPARE(page.cell(0, 1), QString("p1"));
        QCOMPARE(page.cell(0, 4), QString("A"));
        QCOMPARE(page.cell(1, 0), QString("2"));
        QVERIFY2(page.cell(1, 1).contains("is not JSON"), qPrintable(page.cell(1, 1)));
        QCOMPARE(page.find<QLineEdit>("labelImportName")->text(), QString("own"));
        page.find<QLineEdit>("labelImportAnnotator")->setText("bob");
        page.button("labelImportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.text("labelImportSummary").isEmpty(), patience_ms);
        const QString summary = page.text("labelImportSummary");
        QVERIFY2(summary.contains("2 items and 2 verdicts"), qPrintable(summary));
        QVERIFY(summary.contains("1 row has texts that the file had before"));
        QVERIFY(summary.contains("1 row could not be used"));
        const QString list = page.find<QPlainTextEdit>("labelImportBad")->toPlainText();
        QVERIFY2(list.contains("own.jsonl, row 2") && list.contains("earlier rows: 4"),
                 qPrintable(list));
        page.button("labelImportCopy")->click();
        QCOMPARE(QApplication::clipboard()->text(), list);
        page.button("labelImportStart")->click();
        page.waitForPrompt("p1");
        COMPARE_TEXT(page.verdicts().at(0).annotator, "bob");
        // The name is taken now.
        page.preview(folder.path() / "own.jsonl");
        QTRY_COMPARE(page.find<QLineEdit>("labelImportName")->text(), QString("own 2"));
        page.closeDialog("labelImportDialog");
    }

    void columns_are_named_where_their_names_differ() {
        const TemporaryFolder folder;
        Filing page(optionsBelow(folder.path()));
        page.preview(
            write(folder.path() / "odd.jsonl", "{\"q\":\"p\",\"one\":\"x\",\"two\":\"y\"}\n"));
        QVERIFY(!page.button("labelImportStart")->isEnabled());
        QVERIFY2(page.cell(0, 1).contains("q, one, two"), qPrintable(page.cell(0, 1)));
        page.choose("labelImportColumn:prompt", "q");
        page.choose("labelImportColumn:a", "one");
        page.choose("labelImportColumn:b", "two");
        QTRY_COMPARE_WITH_TIMEOUT(page.cell(0, 3), QString("y"), patience_ms);
        QCOMPARE(page.cell(0, 4), QString("-"));
        page.button("labelImportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelImportSummary").contains("1 item"), patience_ms);
        page.button("labelImportStart")->click();
        page.waitForPrompt("p");
    }

    void an_import_can_be_stopped_and_keeps_nothing() {
        const TemporaryFolder folder;
        Filing page(optionsBelow(folder.path()));
        page.preview(write(folder.path() / "many.jsonl", pairs(200'000)));
        page.button("labelImportStart")->click();
        QVERIFY(page.find<QWidget>("labelImportProgress")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelImportProgressText").contains(" of "),
                                 patience_ms);
        page.button("labelImportProgressStop")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelImportProblem").contains("nothing was kept"),
                                 patience_ms);
        QVERIFY(page.queues().empty());
        page.closeDialog("labelImportDialog");
    }

    void malformed_files_give_a_message_and_leave_nothing_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("told");
        QTest::newRow("truncated gzip") << "cut.jsonl.gz"
                                        << "cut.jsonl.gz";
        QTest::newRow("truncated at once") << "stub.jsonl.gz"
                                           << "stub.jsonl.gz";
        QTest::newRow("damaged gzip") << "damaged.jsonl.gz"
                                      << "damaged.jsonl.gz";
        QTest::newRow("UTF-16") << "utf16.jsonl"
                                << "row 1: the file is UTF-16";
        QTest::newRow("Latin-1") << "latin1.jsonl"
                                 << "row 1";
        QTest::newRow("missing columns") << "columns.jsonl"
                                         << "row 1";
        QTest::newRow("a line of 50 MB") << "long.jsonl"
                                         << "row 1";
        QTest::newRow("deep nesting") << "deep.jsonl"
                                      << "row 1";
        QTest::newRow("NUL bytes") << "nul.jsonl"
                                   << "row 1";
        QTest::newRow("an empty file") << "empty.jsonl"
                                       << "empty.jsonl has no rows";
        QTest::newRow("blank lines") << "blank.jsonl"
                                     << "blank.jsonl has no rows";
        QTest::newRow("an array") << "array.jsonl"
                                  << "row 1: the file holds one JSON array";
        QTest::newRow("a folder") << "folder"
                                  << "folder";
        QTest::newRow("a missing file") << "missing.jsonl"
                                        << "missing.jsonl";
        QTest::newRow("no permission") << "secret.jsonl"
                                       << "secret.jsonl";
        QTest::newRow("noise") << "noise.jsonl"
                               << "row 1";
    }
    void malformed_files_give_a_message_and_leave_nothing() {
        QFETCH(QString, name);
        QFETCH(QString, told);
        const TemporaryFolder folder;
        const auto file = folder.path() / name.toStdString();
        makeMalformed(file);
        if (name == "secret.jsonl" && ::access(file.c_str(), R_OK) == 0)
            QSKIP("this user may read everything");
        Filing page(optionsBelow(folder.path()));
        page.preview(file);
        // What the first rows do not show, the import has to find.
        if (page.button("labelImportStart")->isEnabled()) {
            page.button("labelImportStart")->click();
            QTRY_VERIFY_WITH_TIMEOUT(!page.text("labelImportProblem").isEmpty(), patience_ms);
        }
        const QString problem = page.text("labelImportProblem");
        auto* rows = page.find<QTableWidget>("labelImportRows");
        QString all = problem;
        for (int row = 0; row < rows->rowCount(); ++row)
            if (rows->item(row, 1)) all += "\nrow " + page.cell(row, 0) + ": " + page.cell(row, 1);
        QVERIFY2(all.contains(told), qPrintable(all));
        QVERIFY2(problem.contains(name), qPrintable(problem));
        QVERIFY(page.queues().empty());
        page.closeDialog("labelImportDialog");
        // The window goes on.
        page.preview(write(folder.path() / "good.jsonl", pair(1)));
        page.button("labelImportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelImportSummary").contains("1 item"), patience_ms);
        page.button("labelImportStart")->click();
        page.waitForPrompt("p1");
        if (name == "secret.jsonl")
            std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }

    void bad_rows_among_good_ones_are_listed_by_number() {
        const TemporaryFolder folder;
        std::string content;
        for (int i = 1; i <= 40; ++i) content += i % 10 == 0 ? "{\"prompt\":1}\n" : pair(i);
        Filing page(optionsBelow(folder.path()));
        page.preview(write(folder.path() / "mixed.jsonl",
                           content + std::string(20'000'000, 'x') + "\n" + pair(99)));
        page.button("labelImportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.text("labelImportSummary").isEmpty(), patience_ms);
        const QString list = page.find<QPlainTextEdit>("labelImportBad")->toPlainText();
        for (const char* row : {"row 10:", "row 20:", "row 30:", "row 40:", "row 41: is longer"})
            QVERIFY2(list.contains(row), row);
        QVERIFY(page.text("labelImportSummary").contains("37 items"));
        page.closeDialog("labelImportDialog");
    }

    void an_export_counts_before_it_writes() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 6);
        Filing page(optionsBelow(folder.path()));
        page.waitForPrompt("prompt 1");
        int next = 2;
        for (const Qt::Key key : {Qt::Key_Left, Qt::Key_Down, Qt::Key_X, Qt::Key_Right}) {
            page.press(key);
            page.waitForPrompt(QString("prompt %1").arg(next++));
        }
        page.button("labelExport")->click();
        const auto counts = [&](const QString& text) {
            QTRY_COMPARE_WITH_TIMEOUT(page.text("labelExportCounts"), text, patience_ms);
        };
        counts("2 rows; left out: 2 without a verdict, 1 tie, 1 of two bad answers");
        page.choose("labelExportTies", "Keep both");
        counts("4 rows; left out: 2 without a verdict, 1 of two bad answers");
        page.choose("labelExportForm", "Labelled answers");
        counts("6 rows; left out: 2 without a verdict, 1 of two bad answers");
        page.choose("labelExportForm", "All verdicts");
        counts("6 rows");
        page.choose("labelExportForm", "Preference pairs");
        QTRY_VERIFY_WITH_TIMEOUT(page.find<QComboBox>("labelExportAnnotator")->count() == 2,
                                 patience_ms);
        page.choose("labelExportAnnotator", "ada (4 verdicts)");
        counts("4 rows; left out: 2 without a verdict, 1 of two bad answers");
        page.find<QCheckBox>("labelExportProvenance")->setChecked(false);
        QVERIFY(!page.button("labelExportStart")->isEnabled());
        const auto missing = folder.path() / "no folder" / "out.jsonl";
        page.find<QLineEdit>("labelExportFile")->setText(page.path(missing));
        page.button("labelExportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelExportProblem").contains("no folder"),
                                 patience_ms);
        const auto file = folder.path() / "out.jsonl";
        page.button("labelExportChoose")->click();
        Q_EMIT page.find<QFileDialog>("labelDialog")->fileSelected(page.path(file));
        page.button("labelExportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(file), patience_ms);
        QTRY_VERIFY(page.message().contains("4 rows; left out"));
        const std::string text = read_file(file).value();
        QCOMPARE(std::ranges::count(text, '\n'), 4);
        QVERIFY(text.starts_with("{\"prompt\":\"prompt 1\",\"chosen\":"));
        QVERIFY(text.find("plumbline") == std::string::npos);
    }

private:
    /// A file by its name, wrong in the way that the name tells.
    static void makeMalformed(const std::filesystem::path& file) {
        const std::string name = file.filename().string();
        const auto half = [&] {
            std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
        };
        std::string noise;
        for (std::uint32_t i = 0, x = 7; i < 20'000; ++i) {
            x = x * 1664525u + 1013904223u;
            noise += static_cast<char>(x >> 24);
        }
        if (name == "cut.jsonl.gz") {
            writeGzip(file, pairs(50'000));
            half();
        } else if (name == "stub.jsonl.gz") {
            write(file, std::string("\x1F\x8B\x08\x00", 4));
        } else if (name == "damaged.jsonl.gz") {
            writeGzip(file, pairs(50'000));
            std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
            out.seekp(static_cast<std::streamoff>(std::filesystem::file_size(file) / 2));
            out << noise.substr(0, 2000);
        } else if (name == "utf16.jsonl") {
            std::string wide = "\xFF\xFE";
            for (const char c : pair(1)) wide += {c, '\0'};
            write(file, wide);
        } else if (name == "latin1.jsonl") {
            write(file, "{\"prompt\":\"caf\xE9\",\"chosen\":\"x\",\"rejected\":\"y\"}\n");
        } else if (name == "columns.jsonl") {
            write(file, "{\"text\":\"x\"}\n{\"prompt\":\"x\",\"chosen\":\"y\"}\n");
        } else if (name == "long.jsonl") {
            write(file, "{\"prompt\":\"" + std::string(50'000'000, 'x') + "\"}\n");
        } else if (name == "deep.jsonl") {
            write(file, "{\"prompt\":" + std::string(1'000'000, '[') + "\n");
        } else if (name == "nul.jsonl") {
            write(file, pair(1).insert(12, 1, '\0'));
        } else if (name == "empty.jsonl") {
            write(file, "");
        } else if (name == "blank.jsonl") {
            write(file, "\n \n\r\n");
        } else if (name == "array.jsonl") {
            write(file, "[\n" + pair(1) + "]\n");
        } else if (name == "folder") {
            std::filesystem::create_directory(file);
        } else if (name == "secret.jsonl") {
            write(file, pair(1));
            std::filesystem::permissions(file, std::filesystem::perms::none);
        } else if (name == "noise.jsonl") {
            write(file, noise);
        }
    }
};

PLUMB_REGISTER_TEST(TestLabelFiles)
#include "label_files_test.moc"
