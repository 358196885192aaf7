// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QInputDialog>
#include <QTableView>
#include <QTextEdit>

#include "window/labelling.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

/// ada and bob judge all pairs of a queue: bob differs on every fifth, and takes long on the third.
void judgeTwice(const SessionOptions& options, int pairs) {
    makeQueue(options, pairs);
    auto store = Store::open(options.workspace, Access::read_write).value();
    auto reader = StoreReader::open(options.workspace).value();
    const auto queue = reader->label_queues()->front();
    for (const LabelItem& item : reader->label_items(queue.id, 0, pairs).value())
        for (const char* annotator : {"ada", "bob"}) {
            Verdict verdict;
            verdict.item = item.id;
            verdict.annotator = annotator;
            const bool differs = verdict.annotator == "bob" && item.place % 5 == 0;
            verdict.choice = differs ? Choice::tie : item.place % 2 ? Choice::a : Choice::b;
            verdict.a_left = item.place % 3 == 0;
            verdict.seconds = 4 + 0.1 * static_cast<double>(item.place % 7);
            if (verdict.annotator == "bob" && item.place == 3) verdict.seconds = 900;
            if (differs) verdict.note = "both say it";
            VERIFY_OK(store->add_verdict(verdict));
        }
}

struct Asking : Labelling {
    using Labelling::Labelling;

    QString cell(const QString& table, int row, int column) {
        return find<QTableView>(table)->model()->index(row, column).data().toString();
    }
    void waitForIntervals() {
        QTRY_VERIFY_WITH_TIMEOUT(
            find<QTextEdit>("labelSentences")->toPlainText().contains("Krippendorff") &&
                !find<QWidget>("labelQualityProgress")->isVisible(),
            patience_ms);
    }
};

}  // namespace

class TestLabelQuality : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void agreement_is_told_with_what_it_means() {
        const TemporaryFolder folder;
        judgeTwice(optionsBelow(folder.path()), 40);
        Asking page(optionsBelow(folder.path()));
        QTRY_VERIFY(page.text("labelEmpty").contains("judged"));
        page.press(Qt::Key_Q);
        page.waitForIntervals();
        const QString text = page.find<QTextEdit>("labelSentences")->toPlainText();
        QVERIFY2(text.contains("said the same in 80 % ("), qPrintable(text));
        QVERIFY2(text.contains("0.66 (0.47 to 0.86), on 40 items: too little to rely on"),
                 qPrintable(text));
        QVERIFY(text.contains("ada chose the left in"));
        QCOMPARE(page.cell("labelAnnotators", 0, 0), QString("ada"));
        QCOMPARE(page.cell("labelAnnotators", 0, 1), QString("40"));
        QCOMPARE(page.cell("labelAnnotators", 1, 6), QString("1"));
        QVERIFY(page.cell("labelPairs", 0, 1).contains(" to "));
        QVERIFY(page.cell("labelPairs", 0, 3).contains("substantial"));
    }

    void disagreements_and_odd_times_lead_to_their_items() {
        const TemporaryFolder folder;
        judgeTwice(optionsBelow(folder.path()), 40);
        Asking page(optionsBelow(folder.path()));
        QTRY_VERIFY(page.text("labelEmpty").contains("judged"));
        page.button("labelQuality")->click();
        page.waitForIntervals();
        QCOMPARE(page.button("labelDisagreementTab")->text(), QString("Disagreements  8"));
        page.button("labelDisagreementTab")->click();
        QCOMPARE(page.cell("labelDisagreements", 1, 0), QString("10"));
        QCOMPARE(page.cell("labelDisagreements", 1, 1), QString("ada: B, bob: tie (both say it)"));
        page.find<QTableView>("labelDisagreements")->selectRow(1);
        page.button("labelQualityShow")->click();
        page.waitForPrompt("prompt 10");
        QVERIFY(!page.find<QDialog>("labelQualityDialog")->isVisible());
        QVERIFY(page.text("labelWhere").contains("you said"));
        // Back at the same place, without anything computed anew.
        page.button("labelQuality")->click();
        QVERIFY(page.find<QTableView>("labelDisagreements")->isVisible());
        QCOMPARE(page.find<QTableView>("labelDisagreements")->currentIndex().row(), 1);
        page.button("labelOutlierTab")->click();
        QCOMPARE(page.cell("labelOutliers", 0, 0), QString("3"));
        QCOMPARE(page.cell("labelOutliers", 0, 1), QString("bob"));
        QCOMPARE(page.cell("labelOutliers", 0, 2), QString("900 s"));
        page.find<QTableView>("labelOutliers")->selectRow(0);
        page.button("labelQualityShow")->click();
        page.waitForPrompt("prompt 3");
        page.press(Qt::Key_Down);
        QTRY_VERIFY(page.find<QLabel>("labelEmpty")->isVisible());
        page.button("labelQuality")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.button("labelDisagreementTab")->text(),
                                  QString("Disagreements  9"), patience_ms);
    }

    void what_annotators_differ_on_is_labelled_again() {
        const TemporaryFolder folder;
        judgeTwice(optionsBelow(folder.path()), 20);
        Asking page(optionsBelow(folder.path()));
        QTRY_VERIFY(page.text("labelEmpty").contains("judged"));
        page.button("labelQuality")->click();
        page.waitForIntervals();
        page.button("labelDisagreementTab")->click();
        page.button("labelRequeue")->click();
        auto* name = page.find<QInputDialog>("labelRequeueName");
        QCOMPARE(name->textValue(), QString("pairs, again"));
        name->accept();
        page.waitForPrompt("prompt 5");
        QCOMPARE(page.find<QComboBox>("labelQueue")->currentText(), QString("pairs, again"));
        QTRY_VERIFY(page.text("labelWhere").startsWith("1 of 4"));
    }

    void the_intervals_of_many_verdicts_can_be_left_out() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        const auto file = folder.path() / "many.jsonl";
        std::ofstream out(file);
        for (int i = 0; i < 50'000; ++i)
            out << "{\"prompt\":\"p" << i << "\",\"chosen\":\"x\",\"rejected\":\"y\"}\n";
        out.close();
        const LabelQueueId queue = importQueue(options, file, "many", "ada");
        {
            auto store = Store::open(options.workspace, Access::read_write).value();
            auto reader = StoreReader::open(options.workspace).value();
            Verdict verdict;
            verdict.item = reader->label_items(queue, 0, 1)->front().id;
            verdict.annotator = "bob";
            verdict.choice = Choice::b;
            VERIFY_OK(store->add_verdict(verdict));
        }
        Asking page(options);
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelEmpty").contains("judged"), patience_ms);
        page.button("labelQuality")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.cell("labelAnnotators", 0, 1), QString("50,000"),
                                  patience_ms);
        if (page.find<QWidget>("labelQualityProgress")->isVisible())
            page.button("labelQualityProgressStop")->click();
        QVERIFY(!page.find<QWidget>("labelQualityProgress")->isVisible());
        page.button("labelQualityClose")->click();
        QVERIFY(page.find<QWidget>("labelPage")->isVisible());
    }
};

PLUMB_REGISTER_TEST(TestLabelQuality)
#include "label_quality_test.moc"
