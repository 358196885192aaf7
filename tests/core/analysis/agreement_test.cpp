// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/agreement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "base/check.h"
#include "test_main.h"

using namespace plumb;

namespace {

const BootstrapOptions no_interval = {.resamples = 0};

bool close(double value, double expected, double tolerance = 1e-12) {
    return std::abs(value - expected) <= tolerance;
}

bool close(const std::optional<double>& value, double expected, double tolerance = 1e-12) {
    return value && close(*value, expected, tolerance);
}

bool close(const std::optional<Interval>& value, Interval expected, double tolerance = 1e-12) {
    return value && close(value->low, expected.low, tolerance) &&
           close(value->high, expected.high, tolerance);
}

bool equal(const std::optional<Interval>& a, const std::optional<Interval>& b) {
    return a && b && a->low == b->low && a->high == b->high;
}

/// One string an annotator, one character an item: a digit, or '.' where there is no rating.
std::vector<Rating> table(const std::vector<std::string>& annotators) {
    std::vector<Rating> ratings;
    for (std::size_t a = 0; a < annotators.size(); ++a)
        for (std::size_t i = 0; i < annotators[a].size(); ++i)
            if (annotators[a][i] != '.')
                ratings.push_back({static_cast<std::int64_t>(i), static_cast<std::int64_t>(a),
                                   annotators[a][i] - '0'});
    return ratings;
}

std::vector<Rating> repeat(const std::vector<std::string>& annotators, int times) {
    std::vector<std::string> longer(annotators.size());
    for (std::size_t a = 0; a < annotators.size(); ++a)
        for (int i = 0; i < times; ++i) longer[a] += annotators[a];
    return table(longer);
}

/// Knuth's generator for MMIX, simple enough to be written again where reference values are made.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : state_(seed) {}
    int operator()(int bound) {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<int>((state_ >> 33) % static_cast<std::uint64_t>(bound));
    }

private:
    std::uint64_t state_;
};

std::vector<Rating> random_table(std::uint64_t seed) {
    Draw draw(seed);
    const int items = 5 + draw(40);
    const int annotators = 2 + draw(4);
    const int categories = 2 + draw(4);
    const int missing = draw(50);
    const int noise = 10 + draw(80);
    std::vector<Rating> ratings;
    for (int item = 0; item < items; ++item) {
        const int truth = draw(categories);
        for (int annotator = 0; annotator < annotators; ++annotator) {
            if (draw(100) < missing) continue;
            const int category = draw(100) < noise ? draw(categories) : truth;
            ratings.push_back({item, annotator, category});
        }
    }
    return ratings;
}

struct Reference {
    std::int64_t pairs, equal_pairs, common_items;
    double kappa;  ///< of the annotators 0 and 1
    double nominal, ordinal;
};

// kappa: cohen_kappa_score of scikit-learn 1.9.1; alpha: krippendorff 0.9.0; for the seeds 1 to 16.
constexpr Reference references[] = {
    {49, 25, 16, -0.375, 0.03703703703703709, 0.03703703703703709},
    {144, 71, 24, 0.09589041095890405, -0.03132183908045971, -0.03132183908045971},
    {95, 67, 9, 0.7, 0.6262149028077754, 0.5904278040878106},
    {19, 4, 19, -0.04014598540145986, -0.033519553072625774, -0.004279516942197192},
    {105, 70, 34, 0.6051103368176539, 0.5295070585512613, 0.5368149034976866},
    {89, 46, 15, 0.30000000000000004, 0.32078628189042235, 0.3286669787278307},
    {214, 132, 21, 0.26573426573426584, 0.3898769724525275, 0.36372409097751934},
    {9, 5, 9, 0.0, 0.05555555555555558, 0.05555555555555558},
    {11, 7, 3, 0.0, 0.33333333333333337, 0.33333333333333337},
    {55, 10, 11, -0.11111111111111116, 0.004112554112553957, 0.16907847793609376},
    {175, 131, 17, 0.6866359447004609, 0.6738368834080717, 0.6914693010799011},
    {9, 1, 9, -0.180327868852459, -0.1428571428571428, -0.05567901234567896},
    {38, 23, 14, 0.5205479452054793, 0.5194660734149055, 0.5624745814693077},
    {175, 140, 30, 0.696969696969697, 0.686039662281563, 0.6871718629903962},
    {131, 69, 11, 0.060975609756097504, 0.2506242197253433, 0.23833716005722105},
    {21, 12, 21, 0.14479638009049778, 0.16326530612244894, 0.16326530612244894},
};

/// Example C of Krippendorff (2011): four observers, twelve units.
std::vector<Rating> krippendorff_example() {
    return table({"123321412...", "1233224125.3", ".3332342251.", "12332441251."});
}

}  // namespace

class TestAgreement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void raw_agreement_by_hand();
    void raw_agreement_without_pairs();
    void kappa_by_hand();
    void kappa_of_fifty_proposals();
    void kappa_where_undefined();
    void alpha_by_hand();
    void alpha_of_krippendorffs_example();
    void alpha_where_undefined();
    void agreement_everywhere_is_one();
    void random_tables_as_in_other_programs();
    void names_and_order_do_not_matter();
    void ordinal_alpha_minds_the_order();
    void single_ratings_change_nothing();
    void broken_preconditions_are_noticed();
    void intervals_as_from_other_programs();
    void intervals_of_a_share_are_binomial();
    void intervals_follow_the_seed();
    void intervals_hold_the_estimate_and_narrow();
    void intervals_need_defined_resamples();
    void wilson_intervals();
    void self_agreement_is_a_share();
    void position_bias_by_hand();
    void coin_p_values();
    void time_outliers_by_hand();
    void time_outliers_need_enough_and_spread();
};

void TestAgreement::raw_agreement_by_hand() {
    // Items with 3 ratings: 1 of 3 pairs; with 2: 1 of 1; with 2: 0 of 1; with 1: none.
    const Estimate estimate = raw_agreement(table({"1130", "1.2.", "21.."}), no_interval);
    QCOMPARE(estimate.count, std::int64_t{5});
    QVERIFY(close(estimate.value, 2.0 / 5));
    QVERIFY(!estimate.interval);
}

void TestAgreement::raw_agreement_without_pairs() {
    for (const auto& ratings : {table({}), table({"12.", "..3"})}) {
        const Estimate estimate = raw_agreement(ratings);
        QVERIFY(!estimate.value && !estimate.interval);
        QCOMPARE(estimate.count, std::int64_t{0});
    }
}

void TestAgreement::kappa_by_hand() {
    // p_o = 3/4; the first uses 0 for 3/4 of the items, the second for 1/2: p_e = 3/8 + 1/8.
    const auto ratings = table({"0001..", "00115.", "22222."});
    const Estimate estimate = cohen_kappa(ratings, 0, 1, no_interval);
    QCOMPARE(estimate.count, std::int64_t{4});
    QVERIFY(close(estimate.value, 0.5));
    QVERIFY(close(cohen_kappa(ratings, 1, 0, no_interval).value, 0.5));
}

void TestAgreement::kappa_of_fifty_proposals() {
    // The usual textbook example: two readers of 50 grant proposals; both yes 20, both no 15.
    std::string first, second;
    const auto add = [&](std::size_t count, char a, char b) {
        first += std::string(count, a);
        second += std::string(count, b);
    };
    add(20, '1', '1');
    add(5, '1', '0');
    add(10, '0', '1');
    add(15, '0', '0');
    QVERIFY(close(cohen_kappa(table({first, second}), 0, 1, no_interval).value, 0.4));
}

void TestAgreement::kappa_where_undefined() {
    const auto undefined = [](const std::vector<Rating>& ratings) {
        const Estimate estimate = cohen_kappa(ratings, 0, 1);
        return !estimate.value && !estimate.interval;
    };
    QVERIFY(undefined(table({})));
    QVERIFY(undefined(table({"12..", "..12"})));
    QVERIFY(undefined(table({"111.", "1112"})));
    QVERIFY(undefined(table({"1212"})));
    // One varies, or each has a category of its own: as by chance.
    QVERIFY(close(cohen_kappa(table({"1112", "1111"}), 0, 1).value, 0));
    QVERIFY(close(cohen_kappa(table({"1111", "2222"}), 0, 1).value, 0));
}

void TestAgreement::alpha_by_hand() {
    // Two annotators, ten items; o_01 = 4 and n = (14, 6): 0.095, as in example A of
    // Krippendorff (2011).
    const auto binary = table({"0100000000", "1110010100"});
    QVERIFY(close(krippendorff_alpha(binary, CategoryScale::nominal, no_interval).value,
                  1 - 19.0 * 4 / (14 * 6)));
    // Items 0 1, 2 2 and 0 0 0: o_01 = 1, n = (4, 1, 2). Ordinal distances: 2.5^2, 4^2 and 1.5^2.
    const auto three = table({"020", "120", "..0"});
    QVERIFY(close(krippendorff_alpha(three, CategoryScale::nominal, no_interval).value,
                  1 - 6.0 * 1 / (4 * 1 + 4 * 2 + 1 * 2)));
    QVERIFY(close(krippendorff_alpha(three, CategoryScale::ordinal, no_interval).value,
                  1 - 6 * 6.25 / (4 * 6.25 + 8 * 16 + 2 * 2.25)));
}

void TestAgreement::alpha_of_krippendorffs_example() {
    const auto ratings = krippendorff_example();
    const Estimate nominal = krippendorff_alpha(ratings, CategoryScale::nominal);
    const Estimate ordinal = krippendorff_alpha(ratings, CategoryScale::ordinal);
    QCOMPARE(nominal.count, std::int64_t{11});
    QVERIFY(close(nominal.value, 0.743, 0.0005));
    QVERIFY(close(ordinal.value, 0.815, 0.0005));
    QVERIFY(close(nominal.value, 0.743421052631579));  // krippendorff 0.9.0
    QVERIFY(close(ordinal.value, 0.8153875037548814));
}

void TestAgreement::alpha_where_undefined() {
    for (const auto& ratings : {table({}), table({"12.", "..3"}), table({"11.", "112"})}) {
        const Estimate estimate = krippendorff_alpha(ratings, CategoryScale::ordinal);
        QVERIFY(!estimate.value && !estimate.interval);
    }
}

void TestAgreement::agreement_everywhere_is_one() {
    const auto ratings = table({"0120120", "012.120", "0120..0"});
    QCOMPARE(raw_agreement(ratings).value.value(), 1.0);
    QCOMPARE(cohen_kappa(ratings, 0, 1).value.value(), 1.0);
    for (const auto scale : {CategoryScale::nominal, CategoryScale::ordinal}) {
        const Estimate estimate = krippendorff_alpha(ratings, scale);
        QCOMPARE(estimate.value.value(), 1.0);
        QVERIFY(close(estimate.interval, {1, 1}, 0));
    }
}

void TestAgreement::random_tables_as_in_other_programs() {
    std::uint64_t seed = 0;
    for (const Reference& reference : references) {
        const auto ratings = random_table(++seed);
        const Estimate raw = raw_agreement(ratings, no_interval);
        const Estimate kappa = cohen_kappa(ratings, 0, 1, no_interval);
        QCOMPARE(raw.count, reference.pairs);
        QCOMPARE(kappa.count, reference.common_items);
        QVERIFY(close(raw.value, static_cast<double>(reference.equal_pairs) /
                                     static_cast<double>(reference.pairs)));
        QVERIFY(close(kappa.value, reference.kappa));
        QVERIFY(close(krippendorff_alpha(ratings, CategoryScale::nominal, no_interval).value,
                      reference.nominal));
        QVERIFY(close(krippendorff_alpha(ratings, CategoryScale::ordinal, no_interval).value,
                      reference.ordinal));
    }
}

void TestAgreement::names_and_order_do_not_matter() {
    constexpr std::array relabelled = {70, -3, 12, 0, 5};
    const auto ratings = random_table(11);
    auto renamed = ratings;
    std::ranges::reverse(renamed);
    for (Rating& rating : renamed) {
        rating.annotator = 100 - rating.annotator;
        rating.category = relabelled[static_cast<std::size_t>(rating.category)];
    }
    QCOMPARE(raw_agreement(renamed).value.value(), raw_agreement(ratings).value.value());
    QCOMPARE(cohen_kappa(renamed, 98, 99).value.value(), cohen_kappa(ratings, 1, 2).value.value());
    const Estimate before = krippendorff_alpha(ratings, CategoryScale::nominal);
    const Estimate after = krippendorff_alpha(renamed, CategoryScale::nominal);
    QVERIFY(close(after.value, before.value.value()));
    QVERIFY(close(after.interval, before.interval.value()));
}

void TestAgreement::ordinal_alpha_minds_the_order() {
    // A against tie is nearer than A against B; reversing or stretching the scale keeps that.
    const auto ordinal = [](const std::vector<std::string>& annotators) {
        return krippendorff_alpha(table(annotators), CategoryScale::ordinal).value.value();
    };
    const double near = ordinal({"000111222", "001111222"});
    const double far = ordinal({"000111222", "002111222"});
    QVERIFY(near > far);
    QVERIFY(close(ordinal({"222111000", "221111000"}), near));
    QVERIFY(close(ordinal({"000555777", "005555777"}), near));
}

void TestAgreement::single_ratings_change_nothing() {
    auto ratings = random_table(14);
    const Estimate before = krippendorff_alpha(ratings, CategoryScale::ordinal);
    for (std::int64_t item = -20; item < 0; ++item) ratings.push_back({item, 0, 9});
    const Estimate after = krippendorff_alpha(ratings, CategoryScale::ordinal);
    QCOMPARE(after.value.value(), before.value.value());
    QCOMPARE(after.count, before.count);
    QVERIFY(equal(after.interval, before.interval));
}

void TestAgreement::broken_preconditions_are_noticed() {
    const std::vector<Rating> twice = {{1, 1, 0}, {1, 2, 0}, {1, 1, 1}};
    QVERIFY_THROWS_EXCEPTION(InvariantError, raw_agreement(twice));
    QVERIFY_THROWS_EXCEPTION(InvariantError, cohen_kappa(twice, 1, 2));
    QVERIFY_THROWS_EXCEPTION(InvariantError, krippendorff_alpha(twice, CategoryScale::nominal));
    QVERIFY_THROWS_EXCEPTION(InvariantError, cohen_kappa({}, 1, 1));
    QVERIFY_THROWS_EXCEPTION(InvariantError, wilson_interval(3, 2));
    QVERIFY_THROWS_EXCEPTION(InvariantError, fair_coin_p_value(-1, 2));
}

void TestAgreement::intervals_as_from_other_programs() {
    // Resampled with the same generator written again in Python; each resample's value by
    // krippendorff 0.9.0 or scikit-learn 1.9.1, the quantiles by numpy 2.4.6.
    const BootstrapOptions options{.seed = 7};
    const auto ratings = random_table(3);
    QVERIFY(close(krippendorff_alpha(ratings, CategoryScale::nominal, options).interval,
                  {0.4524768923580732, 0.7866234791877219}));
    QVERIFY(close(krippendorff_alpha(ratings, CategoryScale::ordinal, options).interval,
                  {0.3327561825423925, 0.808325241805691}));
    QVERIFY(
        close(raw_agreement(ratings, options).interval, {0.5832738095238096, 0.8471032831737345}));
    QVERIFY(close(cohen_kappa(ratings, 0, 1, options).interval, {0.3076923076923076, 1.0}));
    // Five items, on seven resamples of which every rating is the same.
    QVERIFY(close(krippendorff_alpha(random_table(9), CategoryScale::nominal, options).interval,
                  {-0.2999999999999998, 1.0}));
}

void TestAgreement::intervals_of_a_share_are_binomial() {
    // 28 of 40 items agree: a resample's number of equal pairs is binomial with p = 0.7, the
    // quantiles of which are 22 and 33 at 95 %, 23 and 33 at 90 % (scipy 1.17.1).
    const auto ratings = repeat({"1111111111", "1111111222"}, 4);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        BootstrapOptions options{.seed = seed, .resamples = 5000};
        QVERIFY(close(raw_agreement(ratings, options).interval, {22.0 / 40, 33.0 / 40}, 1.01 / 40));
        options.level = 0.9;
        QVERIFY(close(raw_agreement(ratings, options).interval, {23.0 / 40, 33.0 / 40}, 1.01 / 40));
    }
}

void TestAgreement::intervals_follow_the_seed() {
    const auto ratings = random_table(5);
    const auto interval = [&](std::uint64_t seed) {
        return krippendorff_alpha(ratings, CategoryScale::nominal, {.seed = seed}).interval;
    };
    QVERIFY(equal(interval(3), interval(3)));
    QVERIFY(!equal(interval(3), interval(4)));
}

void TestAgreement::intervals_hold_the_estimate_and_narrow() {
    const std::vector<std::string> annotators = {"0011220120", "0011210122", "01.1220.10"};
    double width = 2;
    for (const int times : {2, 8, 32}) {
        const auto ratings = repeat(annotators, times);
        for (const Estimate& estimate : {raw_agreement(ratings), cohen_kappa(ratings, 0, 2),
                                         krippendorff_alpha(ratings, CategoryScale::ordinal)}) {
            QVERIFY(estimate.interval->low < estimate.value && estimate.value > 0);
            QVERIFY(estimate.interval->high > estimate.value);
        }
        const auto interval = krippendorff_alpha(ratings, CategoryScale::nominal).interval.value();
        QVERIFY(interval.high - interval.low < 0.7 * width);
        width = interval.high - interval.low;
    }
}

void TestAgreement::intervals_need_defined_resamples() {
    int calls = 0;
    const auto defined_once_in = [&calls](int period) {
        calls = 0;
        return [&calls, period](std::span<const std::size_t>) -> std::optional<double> {
            if (calls++ % period == 0) return 0.25;
            return std::nullopt;
        };
    };
    QVERIFY(close(bootstrap_interval(5, defined_once_in(2)), {0.25, 0.25}, 0));
    QCOMPARE(calls, 1000);
    QVERIFY(!bootstrap_interval(5, defined_once_in(3)));
    QVERIFY(!bootstrap_interval(1, defined_once_in(1)));
    QVERIFY(!bootstrap_interval(0, defined_once_in(1)));
    QVERIFY(!bootstrap_interval(5, defined_once_in(1), no_interval));
    // A single item says nothing about others, though its agreement is known.
    const Estimate one = raw_agreement(table({"1", "1"}));
    QVERIFY(one.value && !one.interval);
}

void TestAgreement::wilson_intervals() {
    // proportion_confint(method="wilson") of statsmodels 0.15.0.
    QVERIFY(close(wilson_interval(8, 10), {0.4902, 0.9433}, 0.00005));
    QVERIFY(close(wilson_interval(8, 10), {0.49016247153664183, 0.9433178485456247}));
    QVERIFY(close(wilson_interval(0, 10), {0, 0.27753279986288926}));
    QVERIFY(close(wilson_interval(10, 10), {0.7224672001371106, 1}));
    QVERIFY(close(wilson_interval(1, 1), {0.2065493143772374, 1}));
    QVERIFY(close(wilson_interval(503, 1000), {0.4720586747142764, 0.5339183647348104}));
    QCOMPARE(wilson_interval(0, 7)->low, 0.0);
    QCOMPARE(wilson_interval(7, 7)->high, 1.0);
    QVERIFY(!wilson_interval(0, 0));
}

void TestAgreement::self_agreement_is_a_share() {
    const std::vector<RepeatedRating> repeats = {{1, 1}, {0, 1}, {2, 2}, {0, 0}, {1, 1},
                                                 {2, 2}, {2, 0}, {0, 0}, {1, 1}, {1, 1}};
    const Estimate estimate = self_agreement(repeats);
    QVERIFY(close(estimate.value, 0.8));
    QVERIFY(equal(estimate.interval, wilson_interval(8, 10)));
    QCOMPARE(estimate.count, std::int64_t{10});
    QVERIFY(!self_agreement({}).value && !self_agreement({}).interval);
}

void TestAgreement::position_bias_by_hand() {
    using enum ShownVerdict::Preferred;
    const std::vector<ShownVerdict> verdicts = {{a, true}, {b, false}, {neither, true}, {b, true},
                                                {a, true}, {a, true},  {neither, false}};
    const PositionBias bias = position_bias(verdicts);
    QCOMPARE(bias.left.count, std::int64_t{5});
    QVERIFY(close(bias.left.value, 0.8));
    QVERIFY(equal(bias.left.interval, wilson_interval(4, 5)));
    QVERIFY(close(bias.p_value, 2 * (5 + 1) / 32.0));

    const PositionBias none = position_bias(std::vector<ShownVerdict>(3));
    QVERIFY(!none.left.value && !none.left.interval && !none.p_value);
}

void TestAgreement::coin_p_values() {
    // binomtest of scipy 1.17.1.
    QVERIFY(close(fair_coin_p_value(8, 10), 0.109375));
    QVERIFY(close(fair_coin_p_value(2, 10), 0.109375));
    QVERIFY(close(fair_coin_p_value(0, 10), 0.001953125));
    QVERIFY(close(fair_coin_p_value(60, 100), 0.05688793364098089));
    QVERIFY(close(fair_coin_p_value(527, 1000), 0.09368729147549647));
    QVERIFY(close(fair_coin_p_value(5001, 10000), 0.9920213538606165));
    QVERIFY(close(fair_coin_p_value(5200, 10000), 6.593515598672343e-05));
    for (const auto& [half, count] : {std::pair{5, 10}, {3, 7}, {4, 7}, {0, 1}, {1, 1}})
        QVERIFY(close(fair_coin_p_value(half, count), 1));
    QVERIFY(!fair_coin_p_value(0, 0));
}

void TestAgreement::time_outliers_by_hand() {
    // Powers of e: the median is 1, and 1 the median of the distances from it (0 twice, 1 five
    // times, four more), so that the limit lies 3.5 / 0.6745 = 5.19 from 1.
    std::vector<double> seconds;
    for (const double power : {-4.1, -4.3, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 6.1, 6.3})
        seconds.push_back(std::exp(power));
    QVERIFY((time_outliers(seconds) == std::vector<std::size_t>{1, 10}));
    // What was not measured is passed over, and keeps its place.
    seconds.insert(seconds.begin(), {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                                     std::numeric_limits<double>::infinity()});
    QVERIFY((time_outliers(seconds) == std::vector<std::size_t>{5, 14}));
}

void TestAgreement::time_outliers_need_enough_and_spread() {
    QVERIFY(time_outliers({}).empty());
    const std::vector<double> nine = {1, 2, 3, 4, 5, 6, 7, 8, 1e9};
    QVERIFY(time_outliers(nine).empty());
    std::vector<double> ten = nine;
    ten.push_back(9);
    QVERIFY((time_outliers(ten) == std::vector<std::size_t>{8}));
    std::vector<double> equal_times(20, 4.2);
    equal_times.back() = 1e9;
    QVERIFY(time_outliers(equal_times).empty());
}

PLUMB_REGISTER_TEST(TestAgreement)
#include "agreement_test.moc"
