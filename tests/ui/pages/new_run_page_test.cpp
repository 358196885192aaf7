// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>

#include "pages/new_run_page.h"
#include "test_main.h"
#include "widgets/file_list_edit.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Shown {
    TemporaryFolder folder;
    NewRunPage page;
    Shown() {
        page.resize(1060, 640);
        page.show();
        page.setWorkspace(folder.path());
        page.setRuns({});
    }
    QString write(const std::string& name, const std::string& text) {
        const auto file = folder.path() / name;
        std::ofstream(file) << text;
        return QString::fromStdString(file.string());
    }
    void add(const QString& file) { page.findChild<FileListEdit*>("trainFiles")->addFiles({file}); }
    QString text(const QString& label) {
        auto* found = page.findChild<QLabel*>(label);
        return found->isVisible() ? found->text() : QString();
    }
    QPushButton* start() { return page.findChild<QPushButton*>("newRunStart"); }
    void choose(const QString& box, const QString& text) {
        auto* combo = page.findChild<QComboBox*>(box);
        combo->setCurrentText(text);
        Q_EMIT combo->activated(combo->currentIndex());
    }
};

std::string lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "a sentence of the file, number " + std::to_string(i) + "\n";
    return text;
}

}  // namespace

class TestNewRunPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_text_file_is_previewed_and_can_be_started() {
        Shown shown;
        QVERIFY(!shown.start()->isEnabled());
        shown.add(shown.write("text.txt", lines(120)));
        QTRY_COMPARE(shown.text("previewTitle"), "Preview: 120 rows");
        auto* table = shown.page.findChild<QTableWidget*>("previewRows");
        QCOMPARE(table->rowCount(), 50);
        QCOMPARE(table->item(3, 0)->text(), "a sentence of the file, number 3");
        QCOMPARE(table->item(3, 2)->text(), "text.txt:4");
        QVERIFY2(shown.text("previewLengths").contains("0 rows (0.0 %)"),
                 qPrintable(shown.text("previewLengths")));
        QTest::keyClicks(shown.page.findChild<QLineEdit*>("newRunName"), "mine");
        QVERIFY(shown.start()->isEnabled());
        QSignalSpy started(&shown.page, &NewRunPage::startRequested);
        shown.start()->click();
        QCOMPARE(started.count(), 1);
        const auto settings = started.first().at(0).value<Settings>();
        QCOMPARE(settings.train_files.size(), 1u);
        QCOMPARE(QString::fromStdString(settings.algorithm), "sft");
        QCOMPARE(started.first().at(1).toString(), "mine");
    }

    void a_shorter_limit_shows_what_is_cut() {
        Shown shown;
        shown.add(shown.write("text.txt", lines(100)));
        auto* limit = shown.page.findChild<QLineEdit*>("field:max_length");
        limit->setText("20");
        QTest::keyClick(limit, Qt::Key_Return);
        QTRY_VERIFY2(shown.text("previewLengths").contains("100 rows (100.0 %)"),
                     qPrintable(shown.text("previewLengths")));
    }

    void columns_are_offered_and_mapped() {
        Shown shown;
        shown.choose("field:algorithm", "grpo");
        shown.add(shown.write("rows.jsonl",
                              "{\"task\": \"one and one\", \"result\": \"2\"}\n"
                              "{\"task\": \"two\", \"result\": \"2\"}\n"));
        QTRY_VERIFY2(shown.text("previewProblem").contains("task"),
                     qPrintable(shown.text("previewProblem")));
        shown.choose("column:prompt_column", "task");
        QTRY_COMPARE(shown.text("previewTitle"), "Preview: 2 rows");
        auto* box = shown.page.findChild<QComboBox*>("column:answer_column");
        QVERIFY(box->findText("result") >= 0);
        QVERIFY(shown.text("previewWarnings").contains("model_name_or_path"));
        shown.choose("column:answer_column", "result");
        QTRY_VERIFY(shown.text("previewSummary").contains("Reference answers: 2"));
    }

    void rewards_have_weights() {
        Shown shown;
        shown.choose("field:algorithm", "grpo");
        shown.page.findChild<QCheckBox*>("reward:ended")->setChecked(true);
        auto* weight = shown.page.findChild<QLineEdit*>("weight:ended");
        weight->setText("0.5");
        QTest::keyClick(weight, Qt::Key_Return);
        QCOMPARE(shown.page.settings().reward_funcs, std::vector<std::string>{"ended"});
        QCOMPARE(shown.page.settings().reward_weights, std::vector<double>{0.5});
        weight->setText("much");
        QTest::keyClick(weight, Qt::Key_Return);
        QVERIFY(shown.text("newRunProblem").contains("much"));
        QVERIFY(!shown.start()->isEnabled());
    }

    void bad_files_are_named_with_the_line() {
        Shown shown;
        shown.add(shown.write("bad.jsonl", "{\"text\": \"good\"}\nnot json\n"));
        QTRY_VERIFY2(shown.text("previewProblem").contains("bad.jsonl") &&
                         shown.text("previewProblem").contains("2"),
                     qPrintable(shown.text("previewProblem")));
        shown.page.findChild<FileListEdit*>("trainFiles")->setFiles({});
        shown.add("/nowhere/missing.txt");
        QTRY_VERIFY2(shown.text("previewProblem").contains("missing.txt"),
                     qPrintable(shown.text("previewProblem")));
    }

    void a_value_out_of_range_is_told_beside_its_field() {
        Shown shown;
        auto* rate = shown.page.findChild<QLineEdit*>("field:learning_rate");
        rate->setText("5");
        QTest::keyClick(rate, Qt::Key_Return);
        QVERIFY(!shown.text("error:learning_rate").isEmpty());
    }
};

PLUMB_REGISTER_TEST(TestNewRunPage)
#include "new_run_page_test.moc"
