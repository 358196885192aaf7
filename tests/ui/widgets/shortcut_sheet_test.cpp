// SPDX-License-Identifier: GPL-3.0-or-later
#include <set>

#include <QDialog>
#include <QKeyEvent>
#include <QLabel>

#include "common/shortcuts.h"
#include "common/text.h"
#include "test_main.h"
#include "widgets/shortcut_sheet.h"

using namespace plumb::ui;

class TestShortcutSheet : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_row_of_the_table_stands_in_it() {
        QWidget window;
        window.resize(1000, 700);
        window.show();
        showShortcutSheet(&window);
        auto* sheet = window.findChild<QDialog*>("shortcutSheet");
        QVERIFY(sheet && sheet->isVisible());
        for (const Shortcut& row : shortcuts()) {
            auto* keys = sheet->findChild<QLabel*>("keys:" + toQString(row.id));
            auto* text = sheet->findChild<QLabel*>("text:" + toQString(row.id));
            QVERIFY2(keys && text, row.id.data());
            QCOMPARE(keys->text(), toQString(row.keys));
            QCOMPARE(text->text(), toQString(row.text));
        }
    }

    void a_second_call_closes_it() {
        QWidget window;
        window.show();
        showShortcutSheet(&window);
        QVERIFY(window.findChild<QDialog*>("shortcutSheet"));
        showShortcutSheet(&window);
        QTRY_VERIFY(!window.findChild<QDialog*>("shortcutSheet"));
    }

    void the_table_has_no_two_keys_for_one_place() {
        std::set<std::string_view> ids;
        std::set<std::pair<ShortcutPlace, QString>> keys;
        for (const Shortcut& row : shortcuts()) {
            QVERIFY2(ids.insert(row.id).second, row.id.data());
            for (const QKeySequence& sequence : allKeysOf(row.id)) {
                QCOMPARE(sequence.count(), 1);
                QVERIFY2(keys.insert({row.place, sequence.toString()}).second, row.id.data());
            }
            // What is read is what is written.
            QCOMPARE(allKeysOf(row.id).front().toString(), keyText(row.id));
        }
    }

    void a_key_is_pressed_in_each_of_its_ways() {
        const auto pressed = [](int key, Qt::KeyboardModifiers held, std::string_view id) {
            return isPressed(QKeyEvent(QEvent::KeyPress, key, held), id);
        };
        QVERIFY(pressed(Qt::Key_Plus, Qt::NoModifier, "chart.zoomIn"));
        QVERIFY(pressed(Qt::Key_Plus, Qt::ShiftModifier, "chart.zoomIn"));
        QVERIFY(pressed(Qt::Key_Equal, Qt::NoModifier, "chart.zoomIn"));
        QVERIFY(!pressed(Qt::Key_Plus, Qt::ControlModifier, "chart.zoomIn"));
        QVERIFY(pressed(Qt::Key_Plus, Qt::ControlModifier, "chart.zoomValuesIn"));
        QVERIFY(pressed(Qt::Key_Enter, Qt::KeypadModifier, "chart.choose"));
        QVERIFY(pressed(Qt::Key_Left, Qt::NoModifier, "chart.earlier"));
        QVERIFY(!pressed(Qt::Key_Left, Qt::ShiftModifier, "chart.earlier"));
        QVERIFY(pressed(Qt::Key_Left, Qt::ShiftModifier, "chart.panLeft"));
    }
};

PLUMB_REGISTER_TEST(TestShortcutSheet)
#include "shortcut_sheet_test.moc"
