// SPDX-License-Identifier: GPL-3.0-or-later
// From the Label page back into training.
#include <QComboBox>
#include <QDialog>
#include <QDoubleSpinBox>

#include "core/session/small_run.h"
#include "session/label_sampling.h"
#include "session/label_training.h"
#include "window/labelling.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

Settings pausedPpo() {
    Settings settings = small_reviews_run("ppo");
    settings.max_steps = 400;
    settings.eval_steps = 0;
    settings.save_steps = 0;
    settings.per_device_train_batch_size = 16;
    settings.max_completion_length = 12;
    return settings;
}

/// A run that is paused behind some steps, with a queue of its samples.
void pauseWithSamples(Labelling& page) {
    page.draft(pausedPpo());
    page.button("tabTrain")->click();
    page.startAndReach(3);
    page.button("transportPrimary")->click();
    page.waitFor(TransportState::paused);
    bool queued = false;
    page.window->bridge().change(
        page.window.get(),
        [](Session& session) -> Status {
            PLUMB_TRY(auto reader, StoreReader::open(session.workspace()));
            const auto made =
                queue_samples(session.store(), *reader, "samples", {.run = 1, .most = 12});
            return made ? Status() : made.error();
        },
        [&queued] { queued = true; });
    QTRY_VERIFY_WITH_TIMEOUT(queued, patience_ms);
    page.button("tabLabel")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!page.shown("labelLeft").isEmpty(), patience_ms);
}

void judge(Labelling& page, int count) {
    for (int i = 0; i < count; ++i) {
        page.press(i % 2 == 0 ? Qt::Key_Left : Qt::Key_Right);
        QTRY_VERIFY_WITH_TIMEOUT(
            page.text("labelPace").startsWith(QString("%1 verdict").arg(i + 1)), patience_ms);
    }
}

}  // namespace

class TestLabelTrainingInWindow : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() {
        QSettings().clear();
        QSettings().setValue("labels/annotator", "ada");
    }

    void a_paused_run_gets_a_fresh_reward_model_and_goes_on() {
        const TemporaryFolder folder;
        Labelling page(optionsBelow(folder.path()));
        pauseWithSamples(page);
        const std::int64_t paused = page.shownStep();
        judge(page, 4);
        page.press(Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(page.window->findChild<QDialog*>("labelTrainingDialog"));
        // What the labels are for is chosen already.
        QTRY_COMPARE_WITH_TIMEOUT(page.find<QComboBox>("labelTrainingPurpose")->currentIndex(), 0,
                                  patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelTrainingCounts").startsWith("4 pairs"),
                                 patience_ms);
        page.find<QDoubleSpinBox>("labelTrainingEpochs")->setValue(2);
        QTRY_VERIFY(page.button("labelTrainingStart")->isEnabled());
        page.button("labelTrainingStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!page.window->findChild<QDialog*>("labelTrainingDialog"),
                                 patience_ms);
        QTRY_VERIFY_WITH_TIMEOUT(page.shownStep() > paused, patience_ms);
        const auto reader = readerOf(optionsBelow(folder.path()));
        const auto edits = reader->edits(1).value();
        QCOMPARE(edits.size(), std::size_t{2});
        COMPARE_TEXT(edits[0].key, "reward_refresh_epochs");
        COMPARE_TEXT(edits[1].key, "reward_refresh_file");
        std::vector<MetricPoint> pairs;
        QTRY_VERIFY_WITH_TIMEOUT(
            !(pairs = reader->metric(1, "reward_refresh/pairs").value()).empty(), patience_ms);
        QCOMPARE(pairs.front().value, 4.0);
        page.window->bridge().abort();
    }

    void a_queue_without_winners_starts_nothing() {
        const TemporaryFolder folder;
        makeQueue(optionsBelow(folder.path()), 3);
        Labelling page(optionsBelow(folder.path()));
        page.waitForPrompt("prompt 1");
        page.press(Qt::Key_Down);
        page.waitForPrompt("prompt 2");
        page.button("labelTrain")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.text("labelTrainingCounts").contains("1 ties"), patience_ms);
        QVERIFY(!page.button("labelTrainingStart")->isEnabled());
        page.button("labelTrainingCancel")->click();
        QTRY_VERIFY(!page.window->findChild<QDialog*>("labelTrainingDialog"));
    }

    void a_run_on_verdicts_waits_behind_the_one_that_is_paused() {
        const TemporaryFolder folder;
        Labelling page(optionsBelow(folder.path()));
        pauseWithSamples(page);
        judge(page, 3);
        page.button("labelTrain")->click();
        QTRY_COMPARE_WITH_TIMEOUT(page.find<QComboBox>("labelTrainingPurpose")->currentIndex(), 0,
                                  patience_ms);
        auto* purpose = page.find<QComboBox>("labelTrainingPurpose");
        purpose->setCurrentIndex(2);
        Q_EMIT purpose->activated(2);
        page.find<QDoubleSpinBox>("labelTrainingHeldOut")->setValue(0);
        QTRY_VERIFY_WITH_TIMEOUT(page.button("labelTrainingStart")->isEnabled(), patience_ms);
        page.button("labelTrainingStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.message().contains("queue"), patience_ms);
        const auto queue = readerOf(optionsBelow(folder.path()))->queue().value();
        QCOMPARE(queue.size(), std::size_t{1});
        COMPARE_TEXT(queue[0].algorithm, "dpo");
        page.window->bridge().abort();
    }
};

PLUMB_REGISTER_TEST(TestLabelTrainingInWindow)
#include "label_training_test.moc"
