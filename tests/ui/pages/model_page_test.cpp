// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/model_page.h"

#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTest>
#include <QUrl>

#include "common/recent_folders.h"
#include "common/text.h"
#include "core/session/small_run.h"
#include "session/model_export.h"

using namespace plumb;
using namespace plumb::ui;
namespace fs = std::filesystem;

namespace {

constexpr int patience_ms = 30000;

/// A folder with a tiny model, an adapter's on it, and a broken one.
struct Folders {
    SmallSession session;
    fs::path good, adapter, broken;

    Folders() {
        session.run(small_grpo(), "small");
        good = write("small", "good");
        Settings settings = small_grpo();
        settings.model_name_or_path = good.string();
        settings.use_peft = true;
        settings.lora_r = 4;
        session.run(settings, "adapted");
        adapter = write("adapted", "adapter", ExportForm::adapter);
        broken = write("small", "broken");
        const Status written =
            write_file_atomic(broken / "config.json", R"({"model_type": "perceptron"})");
        if (!written) qFatal("%s", written.error().message.c_str());
    }
    fs::path write(const std::string& model, const char* name,
                   ExportForm form = ExportForm::whole) {
        const fs::path target = session.folder() / name;
        const Status done = export_model(model, session->workspace(), target, form);
        if (!done) qFatal("%s", done.error().message.c_str());
        return target;
    }
};

struct Shown {
    ModelPage page;
    explicit Shown(const Folders& folders) {
        page.setWorkspace(folders.session.folder() / "workspace");
        page.resize(1100, 640);
        page.show();
    }
    template <class Widget>
    Widget* find(const char* name) {
        auto* found = page.findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", name);
        return found;
    }
    QString text(const char* label) { return find<QLabel>(label)->text(); }
    QPushButton* button(const char* name) { return find<QPushButton>(name); }
    void open(const QString& model) {
        find<QLineEdit>("modelFolderEdit")->setText(model);
        button("modelOpenButton")->click();
    }
    bool shows(const char* widget) { return find<QWidget>(widget)->isVisible(); }
    void openGood(const fs::path& folder) {
        open(pathText(folder));
        QTRY_VERIFY_WITH_TIMEOUT(shows("modelFacts") || shows("modelError"), patience_ms);
        QVERIFY2(shows("modelFacts"), qPrintable(text("modelError")));
    }
};

}  // namespace

class TestModelPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { m_folders = std::make_unique<Folders>(); }
    void cleanupTestCase() { m_folders.reset(); }

    void an_empty_page_tells_how_to_get_a_model() {
        Shown shown(*m_folders);
        QVERIFY(shown.shows("modelEmpty"));
        QVERIFY(shown.text("modelCommands").contains("hf download"));
        for (const char* family : {"Llama", "GPT-2", "Qwen3"})
            QVERIFY2(shown.text("modelFamilies").contains(family), family);
        QVERIFY(!shown.button("modelTrainButton")->isEnabled());
        QVERIFY(!shown.button("modelTalkButton")->isEnabled());
    }

    void a_folder_is_described_and_leads_on() {
        Shown shown(*m_folders);
        shown.openGood(m_folders->good);
        QCOMPARE(shown.text("modelFamily"), "Llama");
        QCOMPARE(shown.text("modelLayers"), "1, 32 wide");
        QCOMPARE(shown.text("modelHeads"), "2, on 1 of keys and values");
        QVERIFY(shown.text("modelFiles").contains("in 1 file"));
        QCOMPARE(shown.text("modelTypes"), "float32");
        QVERIFY(shown.text("modelTokens").toInt() > 0);
        QVERIFY(!shown.shows("modelTokenizerProblem") && !shown.shows("adapterRank"));
        for (const char* memory : {"modelWeightMemory", "modelGenerationMemory",
                                   "modelTrainingMemory", "modelLoraMemory"})
            QVERIFY2(shown.text(memory).endsWith("MB"), memory);
        QSignalSpy train(&shown.page, &ModelPage::trainRequested);
        shown.button("modelTrainButton")->click();
        QCOMPARE(train.size(), 1);
        QCOMPARE(train.front().at(0).toString(), pathText(m_folders->good));
        QCOMPARE(train.front().at(1).toBool(), false);
        QSignalSpy talk(&shown.page, &ModelPage::talkRequested);
        shown.button("modelTalkButton")->click();
        QCOMPARE(talk.size(), 1);
        QCOMPARE(recentModels().front(), pathText(m_folders->good));
    }

    void a_text_is_shown_as_tokens() {
        Shown shown(*m_folders);
        shown.openGood(m_folders->good);
        shown.button("modelTokensTab")->click();
        shown.find<QLineEdit>("modelTokensText")->setText("1+2=");
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("modelTokensCount").startsWith("4 tokens"),
                                 patience_ms);
        QCOMPARE(shown.find<QPlainTextEdit>("modelTokensShown")->toPlainText().count('|'), 3);
    }

    void an_adapter_names_its_base() {
        Shown shown(*m_folders);
        shown.openGood(m_folders->adapter);
        QVERIFY(shown.shows("adapterBase"));
        QCOMPARE(shown.text("adapterRank"), "4, 32");
        QCOMPARE(shown.text("modelFamily"), "Llama");
    }

    void a_run_is_a_model_too() {
        Shown shown(*m_folders);
        shown.open("small@4");
        QTRY_VERIFY_WITH_TIMEOUT(shown.shows("modelFacts"), patience_ms);
        QSignalSpy train(&shown.page, &ModelPage::trainRequested);
        shown.button("modelTrainButton")->click();
        QCOMPARE(train.front().at(0).toString(), "small@4");
    }

    void a_broken_folder_says_what_is_wrong() {
        Shown shown(*m_folders);
        shown.openGood(m_folders->good);
        shown.open(pathText(m_folders->broken));
        QTRY_VERIFY_WITH_TIMEOUT(shown.shows("modelError"), patience_ms);
        QVERIFY2(shown.text("modelError").contains("config.json"),
                 qPrintable(shown.text("modelError")));
        QVERIFY(shown.text("modelError").contains("perceptron"));
        QVERIFY(!shown.button("modelTrainButton")->isEnabled());
        shown.open(pathText(m_folders->session.folder() / "nothing"));
        QTRY_VERIFY_WITH_TIMEOUT(shown.text("modelError").contains("nothing"), patience_ms);
        shown.open("");
        QVERIFY(shown.shows("modelEmpty"));
    }

    void another_folder_replaces_one_that_is_on_its_way() {
        Shown shown(*m_folders);
        shown.open(pathText(m_folders->broken));
        shown.openGood(m_folders->adapter);
        QTest::qWait(200);
        QVERIFY(shown.shows("adapterRank"));
        QVERIFY(!shown.shows("modelError"));
    }

    void a_page_may_close_while_a_folder_is_looked_at() {
        for (int i = 0; i < 5; ++i) {
            Shown shown(*m_folders);
            shown.open(pathText(m_folders->good));
        }
        QTest::qWait(300);
    }

    void a_folder_is_dropped() {
        Shown shown(*m_folders);
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(pathText(m_folders->good))});
        QDragEnterEvent enter(QPoint(50, 200), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&shown.page, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 200), Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(&shown.page, &drop);
        QTRY_VERIFY_WITH_TIMEOUT(shown.shows("modelFacts"), patience_ms);
    }

    void recent_folders_and_runs_are_offered() {
        Shown shown(*m_folders);
        shown.openGood(m_folders->good);
        shown.page.setRuns({RunRecord{.id = 1, .name = "small", .step = 8}});
        auto* menu = shown.find<QMenu>("modelRecentMenu");
        Q_EMIT menu->aboutToShow();
        QStringList names;
        for (const QAction* action : menu->actions()) names << action->objectName();
        QVERIFY(names.contains("model:" + pathText(m_folders->good)));
        QVERIFY(names.contains("model:1"));
    }

private:
    std::unique_ptr<Folders> m_folders;
};

PLUMB_REGISTER_TEST(TestModelPage)
#include "model_page_test.moc"
