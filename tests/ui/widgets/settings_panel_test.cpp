// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>

#include "config/presets.h"
#include "test_main.h"
#include "widgets/settings_panel.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct Shown {
    SettingsPanel panel;
    Settings settings = *preset_settings("grpo-arithmetic");
    Shown() {
        panel.resize(300, 900);
        panel.show();
    }
    QLineEdit* line(const QString& key) { return panel.findChild<QLineEdit*>("field:" + key); }
    QString error(const QString& key) {
        auto* label = panel.findChild<QLabel*>("error:" + key);
        return label->isHidden() ? QString() : label->text();
    }
    bool visible(const QString& key) {
        return panel.findChild<QWidget*>("row:" + key)->isVisible();
    }
    void type(const QString& key, const QString& text) {
        QLineEdit* editor = line(key);
        editor->selectAll();
        QTest::keyClicks(editor, text);
        QTest::keyClick(editor, Qt::Key_Return);
    }
};

}  // namespace

class TestSettingsPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void every_field_of_the_table_has_a_row() {
        Shown shown;
        for (const Field& field : fields()) {
            const QString key = QString::fromUtf8(field.key.data(), int(field.key.size()));
            QVERIFY2(shown.panel.findChild<QWidget*>("field:" + key), qPrintable(key));
        }
    }

    void a_draft_can_be_edited() {
        Shown shown;
        shown.panel.showDraft(shown.settings);
        QSignalSpy changes(&shown.panel, &SettingsPanel::settingsChanged);
        shown.type("learning_rate", "0.001");
        QCOMPARE(changes.count(), 1);
        QCOMPARE(shown.panel.settings().learning_rate, 0.001);
        QVERIFY(shown.panel.isValid());
        QVERIFY(shown.panel.findChild<QLabel*>("settingsSummary")->text().contains("1 changed"));
    }

    void what_is_wrong_stands_beside_the_field() {
        Shown shown;
        shown.panel.showDraft(shown.settings);
        shown.type("learning_rate", "fast");
        QVERIFY(!shown.panel.isValid());
        QVERIFY2(shown.error("learning_rate").contains("fast"),
                 qPrintable(shown.error("learning_rate")));
        QCOMPARE(shown.panel.settings().learning_rate, shown.settings.learning_rate);
        shown.type("learning_rate", "0.0002");
        QCOMPARE(shown.error("learning_rate"), "");

        // The groups of 8 do not fill a batch of 100.
        shown.type("per_device_train_batch_size", "100");
        QVERIFY(!shown.panel.isValid());
        bool told = false;
        for (const char* key : {"per_device_train_batch_size", "num_generations"})
            told = told || shown.error(key).contains("num_generations");
        QVERIFY(told);
    }

    void only_what_has_an_effect_is_shown() {
        Shown shown;
        shown.panel.showDraft(shown.settings);
        QVERIFY(shown.visible("num_generations"));
        QVERIFY(!shown.visible("adam_beta1"));
        shown.panel.findChild<QCheckBox*>("settingsAdvanced")->setChecked(true);
        QVERIFY(shown.visible("adam_beta1"));
        QVERIFY(!shown.visible("train_files"));

        auto* algorithm = shown.panel.findChild<QComboBox*>("field:algorithm");
        algorithm->setCurrentText("sft");
        Q_EMIT algorithm->activated(algorithm->currentIndex());
        QCOMPARE(QString::fromStdString(shown.panel.settings().algorithm), "sft");
        QVERIFY(!shown.visible("num_generations"));
    }

    void the_search_looks_at_help_too() {
        Shown shown;
        shown.panel.showDraft(shown.settings);
        QTest::keyClicks(shown.panel.findChild<QLineEdit*>("settingsSearch"), "entropy");
        QVERIFY(shown.visible("entropy_coef"));
        QVERIFY(!shown.visible("seed"));
    }

    void the_search_leads_to_the_setting_and_escape_back() {
        Shown shown;
        shown.panel.show();
        shown.panel.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&shown.panel));
        shown.panel.showDraft(shown.settings);
        QSignalSpy left(&shown.panel, &SettingsPanel::focusReleased);
        auto* search = shown.panel.findChild<QLineEdit*>("settingsSearch");
        shown.panel.focusSearch();
        // The name of the second setting that the search finds, not of the first.
        QTest::keyClicks(search, "learning_rate");
        QTest::keyClick(search, Qt::Key_Return);
        auto* rate = shown.panel.findChild<QLineEdit*>("field:learning_rate");
        QVERIFY(rate->hasFocus());
        QCOMPARE(rate->selectedText(), rate->text());
        QTest::keyClick(rate, Qt::Key_Escape);
        QCOMPARE(left.size(), 1);

        shown.panel.focusSearch();
        QTest::keyClick(search, Qt::Key_Escape);
        QCOMPARE(search->text(), QString());
        QCOMPARE(left.size(), 1);
        QTest::keyClick(search, Qt::Key_Escape);
        QCOMPARE(left.size(), 2);
    }

    void live_settings_are_asked_for_while_a_run_goes_on() {
        Shown shown;
        shown.panel.showRun(shown.settings, true);
        QVERIFY(!shown.line("seed")->isEnabled());
        QVERIFY(shown.line("learning_rate")->isEnabled());
        QSignalSpy edits(&shown.panel, &SettingsPanel::editRequested);
        QTest::keyClicks(shown.panel.findChild<QLineEdit*>("editReason"), "too jumpy");
        shown.type("learning_rate", "0.0001");
        QCOMPARE(edits.count(), 1);
        QCOMPARE(edits.first().at(0).toString(), "learning_rate");
        QCOMPARE(edits.first().at(1).toString(), "1e-04");
        QCOMPARE(edits.first().at(2).toString(), "too jumpy");
        // It holds once the run has taken it.
        QCOMPARE(shown.panel.settings().learning_rate, shown.settings.learning_rate);
        shown.panel.applyEdit({.step = 3, .key = "learning_rate", .new_value = "0.0001"});
        QCOMPARE(shown.panel.settings().learning_rate, 0.0001);

        shown.type("learning_rate", "-1");
        QCOMPARE(edits.count(), 1);
        QVERIFY(!shown.error("learning_rate").isEmpty());
    }

    void settings_are_shown_as_they_were_at_a_step() {
        Shown shown;
        Settings now = shown.settings;
        now.learning_rate = 0.01;
        shown.panel.showRun(now, true);
        shown.panel.setEdits({{.step = 4,
                               .key = "learning_rate",
                               .old_value = "0.1",
                               .new_value = "0.01",
                               .reason = "too jumpy"}});
        const auto* reason = shown.panel.findChild<QLineEdit*>("editReason");
        QCOMPARE(shown.line("learning_rate")->text(), "0.01");
        QVERIFY(reason->isVisible());
        shown.panel.setShownStep(4);
        QCOMPARE(shown.line("learning_rate")->text(), "0.1");
        QVERIFY(!shown.line("learning_rate")->isEnabled());
        QVERIFY(!reason->isVisible());
        QVERIFY(shown.panel.findChild<QLabel*>("settingsHint")->text().contains("at step 4"));
        shown.panel.setShownStep(3);
        QVERIFY(shown.panel.findChild<QLabel*>("settingsHint")->text().contains("at step 3"));
        shown.panel.setShownStep(5);
        QCOMPARE(shown.line("learning_rate")->text(), "0.01");
        // What is saved or started from holds now.
        QCOMPARE(shown.panel.settings().learning_rate, 0.01);
        shown.panel.setShownStep(std::nullopt);
        QVERIFY(shown.line("learning_rate")->isEnabled());
    }

    void edits_stand_with_step_values_and_reason() {
        Shown shown;
        shown.panel.showRun(shown.settings, true);
        auto* list = shown.panel.findChild<QListWidget*>("editList");
        QVERIFY(!list->isVisible());
        const EditRecord first = {.step = 2,
                                  .key = "temperature",
                                  .old_value = "1",
                                  .new_value = "0.7",
                                  .reason = "less noise"};
        shown.panel.setEdits({first});
        shown.panel.applyEdit(
            {.step = 9, .key = "learning_rate", .old_value = "0.1", .new_value = "0.2"});
        QVERIFY(list->isVisible());
        QCOMPARE(list->count(), 2);
        QVERIFY(list->item(0)->text().contains("learning_rate"));
        for (const char* part : {"after step 2", "temperature", "1 \u2192 0.7", "less noise"})
            QVERIFY2(list->item(1)->text().contains(QString::fromUtf8(part)), part);
        // A step before an edit did not have it.
        const QBrush held = list->item(1)->foreground();
        shown.panel.setShownStep(5);
        QVERIFY(list->item(1)->foreground() == held);
        QVERIFY(list->item(0)->foreground() != held);
        QSignalSpy steps(&shown.panel, &SettingsPanel::stepChosen);
        Q_EMIT list->itemClicked(list->item(0));
        QCOMPARE(steps.count(), 1);
        QCOMPARE(steps.first().first().toLongLong(), 10);
        // Another run has none of them.
        shown.panel.showRun(shown.settings, false);
        QCOMPARE(list->count(), 0);
    }

    void what_is_being_typed_stays_while_another_edit_takes_effect() {
        Shown shown;
        shown.panel.showRun(shown.settings, true);
        QApplication::setActiveWindow(&shown.panel);
        shown.line("temperature")->setFocus();
        shown.line("temperature")->setText("0.");
        shown.panel.applyEdit({.step = 3, .key = "learning_rate", .new_value = "0.0001"});
        QCOMPARE(shown.line("temperature")->text(), "0.");
        QCOMPARE(shown.line("learning_rate")->text(), "1e-04");
    }

    void help_names_the_default() {
        Shown shown;
        const QString tip = shown.line("learning_rate")->toolTip();
        QVERIFY2(tip.contains("Default: "), qPrintable(tip));
    }

    void a_past_run_is_only_shown() {
        Shown shown;
        shown.panel.showRun(shown.settings, false);
        QVERIFY(!shown.line("learning_rate")->isEnabled());
        QCOMPARE(shown.line("max_steps")->text(), "150");
    }
};

PLUMB_REGISTER_TEST(TestSettingsPanel)
#include "settings_panel_test.moc"
