// SPDX-License-Identifier: GPL-3.0-or-later
// Memory and cost on the Train page: predicted before the start, measured afterwards.
#include <QLineEdit>

#include "core/session/small_run.h"
#include "shown_window.h"
#include "widgets/memory_bars.h"
#include "widgets/memory_cost_panel.h"
#include "widgets/value_bar.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

struct MemoryShown : Shown {
    using Shown::Shown;
    MemoryCostPanel* panel() {
        return find<QWidget>("trainPage")->findChild<MemoryCostPanel*>("memoryCostPanel");
    }
    QLabel* label(const QString& name) { return panel()->findChild<QLabel*>(name); }
    QString seen(const QString& name) {
        return label(name)->isVisible() ? label(name)->text() : QString();
    }
    std::optional<double> predicted(const QString& owner) {
        return panel()->findChild<ValueBar*>("memory:" + owner)->values().predicted;
    }
    void waitForPrediction() {
        QTRY_VERIFY_WITH_TIMEOUT(seen("memorySummary").contains("MB"), patience_ms);
    }
    void runToTheEnd() {
        button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(text("runState").startsWith("finished") || !message().isEmpty(),
                                 patience_ms);
        QCOMPARE(message(), "");
    }
};

}  // namespace

class TestMemoryInWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_draft_is_predicted_and_follows_its_settings() {
        const TemporaryFolder folder;
        MemoryShown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.button("tabMemory")->click();
        shown.waitForPrediction();
        const QString models = shown.seen("memorySummary").section(QChar(0xB7), 0, 0).trimmed();
        QVERIFY2(shown.text("transportDetails").startsWith(models + ", "),
                 qPrintable(shown.text("transportDetails")));
        QVERIFY(shown.text("transportDetails").endsWith("MB peak"));
        const double policy = shown.predicted("policy").value_or(0);
        QVERIFY(policy > 0);

        auto* size =
            shown.find<QWidget>("settingsPanel")->findChild<QLineEdit*>("field:intermediate_size");
        size->setText(QString::number(4 * small_grpo().intermediate_size));
        QTest::keyClick(size, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(shown.predicted("policy").value_or(0) > 1.2 * policy, patience_ms);
    }

    void settings_that_cannot_be_started_say_why_there_is_no_prediction() {
        const TemporaryFolder folder;
        MemoryShown shown(optionsBelow(folder.path()));
        Settings settings = small_grpo();
        settings.model_name_or_path = "/nowhere/model";
        shown.draft(settings);
        shown.button("tabMemory")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shown.seen("memoryProblem").contains("/nowhere/model"),
                                 patience_ms);
    }

    void a_run_shows_the_numbers_of_the_database_at_any_step() {
        const TemporaryFolder folder;
        const SessionOptions options = optionsBelow(folder.path());
        MemoryShown shown(options);
        shown.draft(small_grpo());
        shown.button("tabMemory")->click();
        shown.runToTheEnd();
        QTRY_COMPARE(shown.seen("memoryTitle"), "Memory and cost of step 8, newest");
        shown.waitForPrediction();
        auto reader = readerOf(options);
        const auto at = [&](const char* key, std::size_t step) {
            return reader->metric(1, key)->at(step - 1).value;
        };
        const auto check = [&](std::size_t step) {
            QCOMPARE(shown.seen("memory:activations:measured"),
                     megabytesText(at("memory/activations", step)));
            QCOMPARE(shown.seen("memory:policy:measured"),
                     megabytesText(at("memory/policy", step)));
            QVERIFY(shown.seen("memorySummary")
                        .contains("peak " + megabytesText(at("memory/peak", step)) + " MB"));
            QCOMPARE(shown.seen("cost/generated_tokens").section(' ', 0, 0).toDouble(),
                     at("cost/generated_tokens", step));
        };
        check(8);
        shown.find<QSlider>("timeSlider")->setValue(3);
        QTRY_COMPARE(shown.seen("memoryTitle"), "Memory and cost of step 3");
        check(3);
        shown.button("transportLive")->click();
        QTRY_COMPARE(shown.seen("memoryTitle"), "Memory and cost of step 8, newest");
    }

    void the_time_of_a_draft_is_judged_by_an_earlier_run() {
        const TemporaryFolder folder;
        MemoryShown shown(optionsBelow(folder.path()));
        shown.draft(small_grpo());
        shown.button("tabMemory")->click();
        shown.waitForPrediction();
        QCOMPARE(shown.seen("forecastTime"), "");
        shown.runToTheEnd();
        shown.waitFor(TransportState::ended);
        shown.button("transportPrimary")->click();  // repeat
        shown.waitFor(TransportState::draft);
        QTRY_VERIFY_WITH_TIMEOUT(shown.seen("forecastTime").contains("run 1, test"), patience_ms);
        QVERIFY(shown.seen("forecastTime").contains("8 steps"));
        QTRY_VERIFY(shown.text("transportDetails").contains(", about "));
    }
};

PLUMB_REGISTER_TEST(TestMemoryInWindow)
#include "memory_test.moc"
