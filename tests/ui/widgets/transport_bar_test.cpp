// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>

#include "test_main.h"
#include "widgets/message_bar.h"
#include "widgets/transport_bar.h"

using namespace plumb::ui;

class TestTransportBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_primary_button_does_what_the_state_asks_for() {
        TransportBar bar;
        QSignalSpy started(&bar, &TransportBar::startRequested);
        QSignalSpy paused(&bar, &TransportBar::pauseRequested);
        QSignalSpy continued(&bar, &TransportBar::continueRequested);
        QSignalSpy resumed(&bar, &TransportBar::resumeRequested);
        auto* primary = bar.findChild<QPushButton*>("transportPrimary");
        for (const TransportState state :
             {TransportState::nothing, TransportState::starting, TransportState::pausing}) {
            bar.setState(state);
            QVERIFY(!primary->isEnabled());
            bar.pressPrimary();
        }
        QCOMPARE(started.count() + paused.count() + continued.count() + resumed.count(), 0);
        bar.setState(TransportState::draft);
        bar.pressPrimary();
        bar.setState(TransportState::running);
        bar.pressPrimary();
        bar.setState(TransportState::paused);
        bar.pressPrimary();
        bar.setState(TransportState::resumable);
        bar.pressPrimary();
        QCOMPARE(started.count(), 1);
        QCOMPARE(paused.count(), 1);
        QCOMPARE(continued.count(), 1);
        QCOMPARE(resumed.count(), 1);
        QSignalSpy repeated(&bar, &TransportBar::repeatRequested);
        bar.setState(TransportState::ended);
        QVERIFY(primary->text().startsWith("Repeat"));
        bar.pressPrimary();
        QCOMPARE(repeated.count(), 1);
    }

    void the_primary_button_keeps_the_keyboard_over_a_start() {
        TransportBar bar;
        bar.setState(TransportState::draft);
        bar.show();
        bar.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&bar));
        bar.focusPrimary();
        bar.setState(TransportState::starting);
        bar.setState(TransportState::running);
        QVERIFY(bar.findChild<QPushButton*>("transportPrimary")->hasFocus());
    }

    void speed_and_time_left_are_those_of_a_run_that_goes_on() {
        TransportBar bar;
        bar.setSpeed(1200);
        bar.setTimeLeft(60);
        bar.setState(TransportState::running);
        const auto* details = bar.findChild<QLabel*>("transportDetails");
        QVERIFY(details->text().contains("left"));
        bar.setState(TransportState::ended);
        QCOMPARE(details->text(), QString());
    }

    void finish_and_abort_need_a_run_that_goes_on() {
        TransportBar bar;
        auto* finish = bar.findChild<QPushButton*>("transportFinish");
        auto* abort = bar.findChild<QPushButton*>("transportAbort");
        bar.setState(TransportState::draft);
        QVERIFY(!finish->isEnabled() && !abort->isEnabled());
        bar.setState(TransportState::paused);
        QVERIFY(finish->isEnabled() && abort->isEnabled());
        QSignalSpy aborted(&bar, &TransportBar::abortRequested);
        abort->click();
        QCOMPARE(aborted.count(), 1);
    }

    void phase_step_speed_and_time_are_told() {
        TransportBar bar;
        bar.setState(TransportState::running);
        bar.setPhase("training");
        bar.setSteps(12, 150);
        bar.setSpeed(14200);
        bar.setTimeLeft(65);
        QCOMPARE(bar.findChild<QLabel*>("transportWhere")->text(),
                 QString("training \u00B7 step 12/150"));
        QCOMPARE(bar.findChild<QLabel*>("transportDetails")->text(),
                 QString("14.2k tok/s \u00B7 1 min 05 s left"));
    }

    void the_slider_chooses_a_step_and_follows_the_run_until_then() {
        TransportBar bar;
        bar.setState(TransportState::running);
        auto* slider = bar.findChild<QSlider*>("timeSlider");
        QSignalSpy chosen(&bar, &TransportBar::stepChosen);
        bar.setSteps(40, 150);
        QCOMPARE(slider->value(), 40);
        QCOMPARE(chosen.count(), 0);
        slider->setValue(7);
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen.first().first().toLongLong(), 7);
        bar.setShownStep(7);
        bar.setSteps(41, 150);
        QCOMPARE(slider->value(), 7);
        QVERIFY(bar.findChild<QPushButton*>("transportLive")->isEnabled());
        bar.setShownStep(std::nullopt);
        QCOMPARE(slider->value(), 41);
    }
};

class TestMessageBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_button_acts_and_closes() {
        MessageBar bar;
        int acted = 0;
        bar.showMessage(MessageBar::Kind::note, "Abort run 3?", "It ends at once.",
                        {{"Abort the run", [&acted] { ++acted; }}});
        QVERIFY(!bar.isHidden());
        QCOMPARE(bar.text(), "Abort run 3?\nIt ends at once.");
        bar.findChild<QPushButton*>("messageAction0")->click();
        QCOMPARE(acted, 1);
        QVERIFY(bar.isHidden());
    }

    void the_keyboard_is_handed_on_when_the_bar_closes() {
        MessageBar bar;
        bar.show();
        bar.showMessage(MessageBar::Kind::note, "", "text");
        bar.activateWindow();
        auto* close = bar.findChild<QPushButton*>("messageClose");
        close->setFocus();
        QTRY_VERIFY(close->hasFocus());
        QSignalSpy released(&bar, &MessageBar::focusReleased);
        close->click();
        QCOMPARE(released.count(), 1);
    }

    void a_newer_message_takes_the_place() {
        MessageBar bar;
        int acted = 0;
        bar.showMessage(MessageBar::Kind::note, "", "old", {{"Do", [&acted] { ++acted; }}});
        bar.showMessage(MessageBar::Kind::error, "", "new");
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCOMPARE(bar.text(), "new");
        QVERIFY(!bar.findChild<QPushButton*>("messageAction0"));
        bar.findChild<QPushButton*>("messageClose")->click();
        QVERIFY(bar.isHidden());
        QCOMPARE(acted, 0);
    }
};

PLUMB_REGISTER_TEST(TestTransportBar)
PLUMB_REGISTER_TEST(TestMessageBar)
#include "transport_bar_test.moc"
