// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/label_report.h"
#include "analysis/label_majority.h"
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

    void verdicts_are_held_against_rewards() {
        Verdicts verdicts;
        verdicts.add(1, "ada", Choice::a).add(1, "bob", Choice::a);
        verdicts.add(2, "ada", Choice::b).add(2, "bob", Choice::b);
        verdicts.add(3, "ada", Choice::b).add(3, "bob", Choice::a);
        verdicts.add(4, "ada", Choice::tie).add(4, "bob", Choice::b);
        verdicts.add(5, "ada", Choice::a).add(5, "ada", Choice::b, 1);
        verdicts.add(6, "ada", Choice::a);
        const std::vector<ItemReward> rewards = {{1, gold_source, 2, 1}, {2, gold_source, 2, 1},
                                                 {3, gold_source, 0, 1}, {4, gold_source, -1, 0},
                                                 {5, gold_source, 1, 1}, {1, "rm/2@60", 0.1, 0.2}};
        const auto found = report_on(verdicts.all, {}, rewards).rewards;
        QStringList texts;
        for (const RewardAgreement& reward : found)
            texts << QString("%1 %2 %3 of %4")
                         .arg(QString::fromStdString(reward.source),
                              QString::fromStdString(reward.annotator))
                         .arg(reward.share.value.value())
                         .arg(reward.share.count);
        // Equal rewards (item 5), ties (item 4 of ada), later rounds and items without rewards (6)
        // do not count; most are split on items 3 and 4.
        QCOMPARE(texts,
                 QStringList({"gold ada 0.666667 of 3", "rm/2@60 ada 0 of 1", "gold bob 0.5 of 4",
                              "rm/2@60 bob 0 of 1", "gold  0.5 of 2", "rm/2@60  0 of 1"}));
        QVERIFY(found[0].share.interval->low > 0.2 && found[0].share.interval->high < 0.95);
        verdicts.all.resize(1);
        QCOMPARE(report_on(verdicts.all, {}, rewards).rewards.size(), std::size_t{2});
    }

    void what_most_say() {
        QVERIFY(!majority_of({}).choice && !majority_of({}).split);
        const std::vector<Choice> skips = {Choice::skip, Choice::skip, Choice::b};
        QCOMPARE(majority_of(skips).choice, std::optional(Choice::b));
        const std::vector<Choice> split = {Choice::a, Choice::tie, Choice::tie, Choice::a};
        QVERIFY(!majority_of(split).choice && majority_of(split).split);
    }

    void nobody_has_judged() {
        const LabelReport report = report_on({});
        QVERIFY(report.annotators.empty() && !report.raw.value && !report.alpha.value);
    }
};

PLUMB_REGISTER_TEST(TestLabelReport)
#include "label_report_test.moc"
