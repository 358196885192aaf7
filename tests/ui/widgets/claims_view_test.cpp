// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/claims_view.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>

#include "test_main.h"
#include "widgets/claim_card.h"

using namespace plumb;
using namespace plumb::ui;

namespace {

Claim claim(const std::string& id, ClaimVerdict verdict, std::vector<RunId> runs = {}) {
    Claim made;
    made.id = id;
    made.statement = "Statement of " + id + ".";
    made.experiment = "GRPO and PPO from the same start.";
    made.figure = runs.empty() ? "" : "0.52 \u00B1 0.02 of PPO's operations";
    made.verdict = verdict;
    made.reason = "The interval is below 1.";
    made.seeds = runs.size();
    if (!runs.empty()) made.p_value = 0.0123;
    if (!runs.empty()) made.adjusted_p = 0.0369;
    made.runs = std::move(runs);
    return made;
}

struct Shown {
    ClaimsView view;
    Shown() {
        view.resize(640, 420);
        view.show();
    }
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = view.findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    QString text(const QString& name) { return find<QLabel>(name)->text(); }
};

}  // namespace

class TestClaimsView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void without_claims_it_says_what_they_are() {
        Shown shown;
        QVERIFY(shown.find<QLabel>("claimsEmpty")->isVisible());
        QVERIFY(shown.find<QPushButton>("runClaims")->isEnabled());
    }

    void a_claim_tells_verdict_figure_and_basis() {
        Shown shown;
        shown.view.setClaims({claim("compute", ClaimVerdict::holds, {4, 5, 6}),
                              claim("memory", ClaimVerdict::not_run)});
        QVERIFY(!shown.find<QLabel>("claimsEmpty")->isVisible());
        QCOMPARE(shown.find<QWidget>("claim:compute:verdict")->accessibleName(), "holds here");
        QCOMPARE(shown.text("claim:compute:statement"), "Statement of compute.");
        QVERIFY(shown.text("claim:compute:figure").startsWith("0.52"));
        QCOMPARE(shown.text("claim:compute:basis"),
                 "3 seeds, p = 0.012, = 0.037 after Holm over all claims");
        QVERIFY(shown.text("claim:compute:experiment").contains("same start"));
        QVERIFY(shown.find<QLabel>("claim:memory:basis")->isHidden());
        QVERIFY(shown.find<QPushButton>("claim:memory:runs")->isHidden());
        QCOMPARE(shown.text("claimsSummary"), "2 claims: 1 holds here, 1 was not run yet");
    }

    void its_runs_can_be_compared() {
        Shown shown;
        shown.view.setClaims({claim("compute", ClaimVerdict::holds, {4, 5, 6})});
        QSignalSpy wanted(&shown.view, &ClaimsView::runsRequested);
        shown.find<QPushButton>("claim:compute:runs")->click();
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted[0][0].value<std::vector<RunId>>(), (std::vector<RunId>{4, 5, 6}));
    }

    void newer_figures_keep_the_cards() {
        Shown shown;
        shown.view.setClaims({claim("compute", ClaimVerdict::not_decided, {4}),
                              claim("memory", ClaimVerdict::not_run)});
        const auto* card = shown.find<ClaimCard>("claim:compute");
        shown.view.setClaims({claim("compute", ClaimVerdict::does_not_hold, {4, 5})});
        QCOMPARE(shown.find<ClaimCard>("claim:compute"), card);
        QCOMPARE(shown.find<QPushButton>("claim:compute:runs")->text(), "2 runs");
        QVERIFY(!shown.view.findChild<ClaimCard*>("claim:memory"));
        QCOMPARE(shown.text("claimsSummary"), "1 claim: 1 does not hold here");
    }

    void the_claims_are_run_in_two_sizes() {
        Shown shown;
        QSignalSpy wanted(&shown.view, &ClaimsView::runRequested);
        shown.find<QAction>("runClaimsQuick")->trigger();
        shown.find<QAction>("runClaimsFull")->trigger();
        QCOMPARE(wanted.count(), 2);
        QVERIFY(!wanted[0][0].toBool() && wanted[1][0].toBool());
        shown.view.setRunning("3 of 17 runs are done");
        QVERIFY(!shown.find<QPushButton>("runClaims")->isEnabled());
        QVERIFY(shown.text("claimsSummary").contains("3 of 17"));
        shown.view.setRunning({});
        QVERIFY(shown.find<QPushButton>("runClaims")->isEnabled());
        shown.view.setCanRun(false);
        QVERIFY(!shown.find<QPushButton>("runClaims")->isEnabled());
    }
};

PLUMB_REGISTER_TEST(TestClaimsView)
#include "claims_view_test.moc"
