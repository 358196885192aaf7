// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/label_report.h"
#include "test_main.h"

using namespace plumb;

namespace {

class Verdicts {
public:
    Verdicts& add(LabelItemId item, const char* annotator, Choice choice, std::int64_t round = 0) {
        Verdict verdict;
        verdict.id = static_cast<VerdictId>(all.size()) + 1;
        verdict.item = item;
        verdict.annotator = annotator;
        verdict.choice = choice;
        verdict.round = round;
        all.push_back(verdict);
        return *this;
    }
    std::vector<Verdict> all;
};

}  // namespace

class TestLabelReport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreement_of_two_annotators() {
        Verdicts verdicts;
        verdicts.add(1, "ada", Choice::a).add(1, "bob", Choice::a);
        verdicts.add(2, "ada", Choice::b).add(2, "bob", Choice::b);
        verdicts.add(3, "ada", Choice::a).add(3, "bob", Choice::b);
        verdicts.add(4, "ada", Choice::b).add(4, "bob", Choice::b);
        verdicts.add(5, "ada", Choice::skip).add(5, "bob", Choice::a);
        const LabelReport report = report_on(verdicts.all);
        QCOMPARE(report.raw.value, std::optional(0.75));
        QCOMPARE(report.raw.count, 4);
        // p_o = 3/4; ada has 2 a of 4, bob 1 of 4: p_e = 1/2 1/4 + 1/2 3/4 = 1/2.
        QCOMPARE(report.pairs.size(), std::size_t{1});
        QCOMPARE(report.pairs[0].kappa.value, std::optional(0.5));
        QCOMPARE(report.disagreements, std::vector<LabelItemId>({3}));
        QCOMPARE(report.annotators.size(), std::size_t{2});
        QCOMPARE(report.annotators[0].choices.at(Choice::a), 2);
        QCOMPARE(report.annotators[0].choices.at(Choice::skip), 1);
    }

    void a_tie_is_nearer_to_a_than_b_is() {
        Verdicts near, far;
        for (LabelItemId item = 1; item <= 4; ++item) {
            near.add(item, "ada", item % 2 ? Choice::a : Choice::b);
            far.add(item, "ada", item % 2 ? Choice::a : Choice::b);
            near.add(item, "bob", item == 1 ? Choice::tie : item % 2 ? Choice::a : Choice::b);
            far.add(item, "bob", item == 1 ? Choice::b : item % 2 ? Choice::a : Choice::b);
        }
        QVERIFY(report_on(near.all).ordered_alpha.value > report_on(far.all).ordered_alpha.value);
    }

    void repeats_tell_of_one_annotator() {
        Verdicts verdicts;
        verdicts.add(1, "ada", Choice::a).add(1, "ada", Choice::a, 1);
        verdicts.add(2, "ada", Choice::b).add(2, "ada", Choice::tie, 1);
        const LabelReport report = report_on(verdicts.all);
        QCOMPARE(report.annotators[0].self_agreement.value, std::optional(0.5));
        QCOMPARE(report.annotators[0].self_agreement.count, 2);
        // An annotator does not disagree with herself.
        QVERIFY(report.disagreements.empty() && report.pairs.empty());
        QVERIFY(!report.raw.value);
    }

    void places_and_times_are_looked_at() {
        Verdicts verdicts;
        for (LabelItemId item = 1; item <= 12; ++item) {
            verdicts.add(item, "ada", Choice::a);
            verdicts.all.back().a_left = item <= 9;
            verdicts.all.back().seconds =
                item == 12 ? 900.0 : 3.0 + 0.1 * static_cast<double>(item);
        }
        const LabelReport report = report_on(verdicts.all);
        QCOMPARE(report.annotators[0].position.left.value, std::optional(0.75));
        QCOMPARE(report.annotators[0].time_outliers, std::vector<VerdictId>({12}));
        // 3.1, 3.2, ..., 4.1 and 900: the middle lies between 3.6 and 3.7.
        QVERIFY(std::abs(*report.annotators[0].median_seconds - 3.65) < 1e-12);
        QVERIFY(std::abs(*report.annotators[0].verdicts_per_hour - 3600 / 3.65) < 1e-9);
    }

    void nobody_has_judged() {
        const LabelReport report = report_on({});
        QVERIFY(report.annotators.empty() && !report.raw.value && !report.alpha.value);
    }
};

PLUMB_REGISTER_TEST(TestLabelReport)
#include "label_report_test.moc"
