// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QLineEdit>
#include <QTableView>

#include "window/labelling.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Listing : Labelling {
    using Labelling::Labelling;

    QTableView* table() { return find<QTableView>("labelVerdictTable"); }
    QString cell(int row, int column) {
        return table()->model()->index(row, column).data().toString();
    }
    QStringList column(int column) {
        QStringList all;
        for (int row = 0; row < table()->model()->rowCount(); ++row) all << cell(row, column);
        return all;
    }
    void waitForItems(const QStringList& items) {
        QTRY_COMPARE_WITH_TIMEOUT(column(0), items, patience_ms);
    }
    void judgeFirst(int pairs) {
        const Qt::Key keys[] = {Qt::Key_Left, Qt::Key_Right, Qt::Key_Down, Qt::Key_X};
        for (int item = 1; item <= pairs; ++item) {
            waitForPrompt(QString("prompt %1").arg(item));
            press(keys[(item - 1) % 4]);
        }
        waitForPrompt(QString("prompt %1").arg(pairs + 1));
    }
};

}  // namespace

/// Earlier verdicts: the list, and what is done from it.
class TestLabelVerdicts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void the_list_follows_what_is_judged_and_is_remembered() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 6);
        {
            Listing page(optionsBelow(folder.path()));
            page.waitForPrompt("prompt 1");
            QVERIFY(!page.find<QWidget>("labelVerdictPanel")->isVisible());
            page.press(Qt::Key_V);
            QVERIFY(page.find<QWidget>("labelVerdictPanel")->isVisible());
            page.press(Qt::Key_3);
            page.press(Qt::Key_E);
            QTest::keyClicks(page.find<QLineEdit>("labelNote"), "why");
            QTest::keyClick(page.find<QLineEdit>("labelNote"), Qt::Key_Return);
            page.judgeFirst(3);
            page.waitForItems({"3", "2", "1"});
            QCOMPARE(page.column(1), QStringList({"Tie", "Right", "Left"}));
            QCOMPARE(page.cell(2, 2), QString("very clear"));
            QCOMPARE(page.cell(2, 3), QString("why"));
            page.press(Qt::Key_Z, Qt::ControlModifier);
            page.waitForItems({"2", "1"});
        }
        Listing again(optionsBelow(folder.path()));
        QTRY_VERIFY(again.find<QWidget>("labelVerdictPanel")->isVisible());
        again.waitForItems({"2", "1"});
        again.press(Qt::Key_V);
        QVERIFY(!again.find<QWidget>("labelVerdictPanel")->isVisible());
    }

    void an_earlier_verdict_is_shown_and_replaced() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 6);
        Listing page(optionsBelow(folder.path()));
        page.judgeFirst(3);
        const bool left = page.verdicts().at(0).a_left.value();
        page.press(Qt::Key_Up);
        page.waitForPrompt("prompt 3");
        QVERIFY(page.table()->hasFocus());
        // Down is a tie elsewhere; in the list it goes on.
        page.pressThere(Qt::Key_Down);
        page.waitForPrompt("prompt 2");
        page.pressThere(Qt::Key_Down);
        page.waitForPrompt("prompt 1");
        QCOMPARE(page.verdicts().size(), std::size_t{3});
        QVERIFY2(page.text("labelWhere").contains("you said left"),
                 qPrintable(page.text("labelWhere")));
        QVERIFY(page.find<QLabel>("labelLeftChosen")->isVisible());
        QCOMPARE(page.shown("labelLeft"), QString(left ? "first 1" : "second 1"));
        page.pressThere(Qt::Key_B);
        page.waitForPrompt("prompt 4");
        QVERIFY(page.find<QWidget>("labelPage")->hasFocus());
        page.waitForItems({"1", "3", "2"});
        const auto all = page.verdicts();
        QCOMPARE(all.size(), std::size_t{3});
        QCOMPARE(all.at(0).choice, left ? Choice::b : Choice::a);
        QCOMPARE(all.at(0).round, 0);
        QVERIFY(page.text("labelPace").startsWith("3 verdicts"));
        // Taking it back brings the one before it back, shown as it was.
        page.press(Qt::Key_Z, Qt::ControlModifier);
        page.waitForPrompt("prompt 1");
        QVERIFY(page.find<QLabel>("labelLeftChosen")->isVisible());
        QCOMPARE(page.verdicts().at(0).choice, left ? Choice::a : Choice::b);
        page.press(Qt::Key_Escape);
        page.waitForPrompt("prompt 4");
        page.press(Qt::Key_Z, Qt::ControlModifier);
        page.waitForPrompt("prompt 3");
        QCOMPARE(page.verdicts().size(), std::size_t{2});
        page.press(Qt::Key_Down);
        page.waitForPrompt("prompt 4");
    }

    void escape_goes_back_to_the_item_whose_turn_it_is() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3);
        Listing page(optionsBelow(folder.path()));
        page.judgeFirst(2);
        page.press(Qt::Key_Down);
        QTRY_VERIFY(page.text("labelEmpty").contains("judged"));
        page.press(Qt::Key_Up);
        page.waitForPrompt("prompt 3");
        page.pressThere(Qt::Key_Escape);
        QTRY_VERIFY(page.find<QLabel>("labelEmpty")->isVisible());
        QCOMPARE(page.verdicts().size(), std::size_t{3});
    }

    void strength_and_note_stay_unless_they_are_changed() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3);
        Listing page(optionsBelow(folder.path()));
        page.waitForPrompt("prompt 1");
        page.press(Qt::Key_2);
        page.find<QLineEdit>("labelNote")->setText("kept");
        page.press(Qt::Key_Left);
        page.waitForPrompt("prompt 2");
        QCOMPARE(page.find<QLineEdit>("labelNote")->text(), QString());
        page.press(Qt::Key_Up);
        page.waitForPrompt("prompt 1");
        QCOMPARE(page.find<QLineEdit>("labelNote")->text(), QString("kept"));
        page.pressThere(Qt::Key_X);
        page.waitForPrompt("prompt 2");
        const Verdict verdict = page.verdicts().at(0);
        QCOMPARE(verdict.choice, Choice::both_bad);
        QCOMPARE(verdict.strength, std::optional<std::int64_t>(2));
        COMPARE_TEXT(verdict.note, "kept");
    }

    void the_list_is_narrowed_by_choice_and_text() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 9);
        Listing page(optionsBelow(folder.path()));
        page.judgeFirst(8);
        page.press(Qt::Key_Slash);
        auto* search = page.find<QLineEdit>("labelVerdictSearch");
        QVERIFY(search->hasFocus());
        page.waitForItems({"8", "7", "6", "5", "4", "3", "2", "1"});
        auto* choice = page.find<QComboBox>("labelVerdictChoice");
        choice->setCurrentIndex(choice->findText("Tie"));
        Q_EMIT choice->activated(choice->currentIndex());
        page.waitForItems({"7", "3"});
        QTest::keyClicks(search, "prompt 7");
        page.waitForItems({"7"});
        QTest::keyClick(search, Qt::Key_Return);
        page.waitForPrompt("prompt 7");
        // What no longer passes leaves the list.
        page.pressThere(Qt::Key_X);
        page.waitForItems({});
    }

    void a_long_list_comes_in_pages() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        const auto file = folder.path() / "many.jsonl";
        std::ofstream out(file);
        for (int i = 1; i <= 1000; ++i)
            out << "{\"prompt\":\"p" << i << "\",\"chosen\":\"x\",\"rejected\":\"y\"}\n";
        out.close();
        importQueue(options, file, "many", "ada");
        Listing page(options);
        QTRY_VERIFY(page.text("labelEmpty").contains("judged"));
        page.press(Qt::Key_Up);
        page.waitForPrompt("p1000");
        const auto rows = [&] { return page.table()->model()->rowCount(); };
        QVERIFY(rows() < 1000);
        for (int turn = 0; turn < 20 && rows() < 1000; ++turn) {
            page.table()->scrollToBottom();
            const int before = rows();
            QTRY_VERIFY_WITH_TIMEOUT(rows() > before || rows() == 1000, patience_ms);
        }
        QCOMPARE(page.cell(999, 0), QString("1"));
        QCOMPARE(page.text("labelVerdictCount"), QString("1000"));
    }
};

PLUMB_REGISTER_TEST(TestLabelVerdicts)
#include "label_verdicts_test.moc"
