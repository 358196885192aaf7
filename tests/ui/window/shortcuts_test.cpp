// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <set>

#include <QAction>
#include <QDialog>
#include <QFile>
#include <QShortcut>

#include "common/shortcuts.h"
#include "common/text.h"
#include "core/session/small_run.h"
#include "plots/chart.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

std::set<QString> texts(const QList<QKeySequence>& keys) {
    std::set<QString> all;
    for (const QKeySequence& sequence : keys) all.insert(sequence.toString());
    return all;
}

/// The keys of the table, as the user guide has them.
QString guideTable() {
    QString text = "| where | key | what it does |\n|---|---|---|\n";
    for (const Shortcut& row : shortcuts())
        text += QString("| %1 | %2 | %3 |\n")
                    .arg(placeTitle(row.place), toQString(row.keys), toQString(row.text));
    return text;
}

}  // namespace

/// The table of shortcuts, the window and the user guide say the same.
class TestShortcuts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_key_of_the_window_is_in_the_table() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        std::map<QString, std::set<QString>> found;
        for (const auto* shortcut : shown.window->findChildren<QShortcut*>())
            found[shortcut->objectName()] = texts(shortcut->keys());
        for (const auto* action : shown.window->findChildren<QAction*>()) {
            if (action->shortcut().isEmpty()) continue;
            const bool ofChart = qobject_cast<Chart*>(action->parent());
            QString name = action->objectName();
            // One of the three ways to smooth has the key, the one it leads to.
            if (name.startsWith("smoothing")) name = "smoothing";
            found[ofChart ? "chart." + name : name] = texts(action->shortcuts());
        }
        QVERIFY(found.size() > 30);
        for (const auto& [name, keys] : found) {
            const bool known = std::ranges::any_of(
                shortcuts(), [&](const Shortcut& row) { return toQString(row.id) == name; });
            QVERIFY2(known, qPrintable("not in the table: " + name + " " + *keys.begin()));
            for (const QString& key : keys)
                QVERIFY2(texts(allKeysOf(toStd(name))).contains(key), qPrintable(name + " " + key));
        }
        // Keys that a widget takes by itself are not found this way.
        const std::set<std::string_view> taken = {
            "chart.all",          "chart.earlier",       "chart.later",   "chart.choose",
            "chart.zoomIn",       "chart.zoomOut",       "chart.panLeft", "chart.panRight",
            "chart.zoomValuesIn", "chart.zoomValuesOut", "settingsFound", "settingsLeave",
            "tryReward",          "tryCancel",           "noteSave",      "newQueueMake",
            "labelOrderApply"};
        for (const Shortcut& row : shortcuts())
            QVERIFY2(taken.contains(row.id) || found.contains(toQString(row.id)), row.id.data());
    }

    void question_mark_and_f1_show_the_sheet() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        const auto sheet = [&] { return shown.window->findChild<QDialog*>("shortcutSheet"); };
        shown.button("shortcutsButton")->click();
        QVERIFY(sheet());
        sheet()->close();
        QTRY_VERIFY(!sheet());
        for (const Qt::Key key : {Qt::Key_Question, Qt::Key_F1}) {
            shown.window->activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(shown.window.get()));
            QTest::keyClick(shown.window.get(), key);
            QTRY_VERIFY(sheet());
            QTest::keyClick(sheet(), Qt::Key_Escape);
            QTRY_VERIFY(!sheet());
        }
    }

    void keys_lead_to_the_parts_of_the_train_page() {
        const TemporaryFolder folder;
        Shown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(shown.window.get()));
        const auto press = [&](const char* id) {
            const QKeyCombination key = keysOf(id)[0];
            QWidget* at = QApplication::focusWidget();
            QTest::keyClick(at ? at : shown.window.get(), key.key(), key.keyboardModifiers());
        };
        press("focusCharts");
        QVERIFY(qobject_cast<Chart*>(QApplication::focusWidget()));
        press("memory");
        QVERIFY(shown.button("tabMemory")->isChecked());
        press("diagnoses");
        QVERIFY(shown.button("tabDiagnoses")->isChecked());
        press("rewards");
        QVERIFY(shown.button("tabRewards")->isChecked());
        press("searchSettings");
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("settingsSearch"));
        press("settingsLeave");
        press("rewards");
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("trialPrompt"));
        press("showLabel");
        QVERIFY(shown.button("tabLabel")->isChecked());
        press("showTrain");
        press("filterRuns");
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("runFilter"));
        press("showStart");
        QCOMPARE(QApplication::focusWidget()->objectName(), QString("card:grpo-arithmetic"));
    }

    void the_user_guide_has_the_table() {
        QFile guide(PLUMBLINE_SOURCE_DIR "/docs/user-guide/README.md");
        QVERIFY(guide.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(guide.readAll());
        QVERIFY2(text.contains(guideTable()),
                 qPrintable("docs/user-guide/README.md lacks this table:\n" + guideTable()));
    }
};

PLUMB_REGISTER_TEST(TestShortcuts)
#include "shortcuts_test.moc"
