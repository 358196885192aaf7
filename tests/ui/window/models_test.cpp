// SPDX-License-Identifier: GPL-3.0-or-later
// Models in the window: from a folder to a run or the playground, and from a run to a folder.
#include <QAction>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QListView>
#include <QRadioButton>
#include <QShortcut>

#include "base/files.h"
#include "common/text.h"
#include "core/session/small_run.h"
#include "pages/model_page.h"
#include "pages/new_run_page.h"
#include "session/model_export.h"
#include "window/shown_window.h"

using namespace plumb;
using namespace plumb::ui;

class TestModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        m_folder = std::make_unique<TemporaryFolder>();
        m_options = optionsBelow(m_folder->path());
        auto session = Session::open(m_options);
        VERIFY_OK(session);
        Settings settings = small_grpo();
        settings.use_peft = true;
        settings.lora_r = 4;
        VERIFY_OK((*session)->start(settings, "adds, small"));
        bool over = false;
        for (int i = 0; i < 600 && !over; ++i)
            if (const auto event = (*session)->next_event(std::chrono::milliseconds(200)))
                over = std::holds_alternative<RunEnded>(*event);
        QVERIFY(over);
        VERIFY_OK(
            export_model("1", m_options.workspace, m_folder->path() / "given", ExportForm::whole));
    }
    void cleanupTestCase() { m_folder.reset(); }

    void a_folder_leads_to_a_run_and_to_the_playground() {
        Shown shown(m_options);
        const QString folder = pathText(m_folder->path() / "given");
        shown.button("tabModel")->click();
        auto* page = shown.find<ModelPage>("modelPage");
        QVERIFY(page->isVisible());
        shown.find<QLineEdit>("modelFolderEdit")->setText(folder);
        shown.button("modelOpenButton")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.button("modelTrainButton")->isEnabled(), patience_ms);
        shown.button("modelTalkButton")->click();
        QVERIFY(shown.find<QWidget>("playgroundPage")->isVisible());
        QCOMPARE(shown.find<QComboBox>("playgroundLeftModel")->currentData().toString(), folder);
        shown.button("tabModel")->click();
        shown.button("modelTrainButton")->click();
        auto* form = shown.find<NewRunPage>("newRunPage");
        QVERIFY(form->isVisible());
        QCOMPARE(form->settings().model_name_or_path, toStd(folder));
        QVERIFY(form->settings().learning_rate < 1e-4);
    }

    void a_run_is_exported_as_an_adapter() {
        Shown shown(m_options);
        auto* list = shown.find<QListView>("runList");
        list->setCurrentIndex(list->model()->index(0, 0));
        shown.find<QAction>("runExportModel")->trigger();
        QTRY_VERIFY(shown.window->findChild<QDialog*>("exportModelDialog"));
        QCOMPARE(shown.find<QComboBox>("exportModelStep")->itemData(0).toString(), "8");
        QVERIFY(shown.find<QRadioButton>("exportModelAdapter")->isVisible());
        shown.find<QRadioButton>("exportModelAdapter")->setChecked(true);
        auto* target = shown.find<QLineEdit>("exportModelTarget");
        target->setText(pathText(m_folder->path() / "given"));
        QVERIFY(!shown.button("exportModelButton")->isEnabled());
        const auto out = m_folder->path() / "written";
        target->setText(pathText(out));
        shown.button("exportModelButton")->click();
        QTRY_VERIFY2_WITH_TIMEOUT(shown.message().contains("with its card"),
                                  qPrintable(shown.message()), patience_ms);
        QVERIFY(std::filesystem::exists(out / "adapter_model.safetensors"));
        const auto card = read_file(out / "README.md");
        VERIFY_OK(card);
        QVERIFY(card->find("@start --to BASE") != std::string::npos);
    }

private:
    std::unique_ptr<TemporaryFolder> m_folder;
    SessionOptions m_options;
};

PLUMB_REGISTER_TEST(TestModels)
#include "models_test.moc"
