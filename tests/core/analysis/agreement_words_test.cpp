// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/agreement_words.h"

#include "test_main.h"

using namespace plumb;

class TestAgreementWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbers_have_their_intervals() {
        const Estimate estimate{.value = 0.714, .interval = Interval{0.65, 0.77}, .count = 12};
        COMPARE_TEXT(coefficient_text(estimate), "0.71 (0.65 to 0.77)");
        COMPARE_TEXT(share_text(estimate), "71 % (65 to 77 %)");
        COMPARE_TEXT(coefficient_text({}), "not defined");
        COMPARE_TEXT(raw_agreement_sentence(estimate),
                     "Two annotators said the same in 71 % (65 to 77 %) of 12 comparisons, chance "
                     "included.");
        QVERIFY(raw_agreement_sentence({}).starts_with("No item has verdicts of two"));
    }

    void alpha_is_held_against_its_bounds() {
        const auto sentence = [](double value, double low, double high) {
            return QString::fromStdString(alpha_sentence(
                {.value = value, .interval = Interval{low, high}, .count = 30}, false));
        };
        QVERIFY(sentence(0.9, 0.85, 0.95).endsWith("can be relied upon (0.8 or more)."));
        QVERIFY(sentence(0.9, 0.7, 0.95).contains("The interval reaches below"));
        QVERIFY(sentence(0.7, 0.68, 0.72).contains("tentative"));
        QVERIFY(!sentence(0.7, 0.68, 0.72).contains("reaches below"));
        QVERIFY(sentence(0.3, 0.2, 0.4).contains("too little to rely on"));
        QVERIFY(alpha_sentence({}, true).find("no item has two verdicts") != std::string::npos);
    }

    void kappa_has_the_usual_words() {
        const auto sentence = [](std::optional<double> value) {
            return QString::fromStdString(
                kappa_sentence({"ada", "bob", {.value = value, .interval = {}, .count = 9}}));
        };
        QCOMPARE(sentence(0.62),
                 QString("ada and bob agree beyond chance: substantial agreement."));
        QCOMPARE(sentence(-0.1), QString("ada and bob agree less than by chance."));
        QVERIFY(sentence({}).contains("tells nothing"));
    }

    void a_place_that_matters_is_told() {
        AnnotatorReport annotator;
        annotator.name = "ada";
        QVERIFY(position_sentence(annotator).find("no verdict for a side") != std::string::npos);
        annotator.position = position_bias(std::vector<ShownVerdict>(30, {ShownVerdict::a, true}));
        QVERIFY(position_sentence(annotator).find("p < 0.001: the place seems to matter") !=
                std::string::npos);
        annotator.position = position_bias(
            std::vector<ShownVerdict>{{ShownVerdict::a, true}, {ShownVerdict::a, false}});
        QVERIFY(position_sentence(annotator).ends_with("no sign that the place matters."));
        QVERIFY(self_agreement_sentence(annotator).find("no item twice") != std::string::npos);
    }
};

PLUMB_REGISTER_TEST(TestAgreementWords)
#include "agreement_words_test.moc"
