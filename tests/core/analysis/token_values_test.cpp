// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include "analysis/token_values.h"
#include "test_main.h"

using namespace plumb;

namespace {

TokenData example() {
    TokenData tokens;
    tokens.ids = {4, 5, 6};
    tokens.bytes = {1, 2, 0};
    tokens.logprob = {-0.5f, -3.0f, 0.0f};
    tokens.ref_logprob = {-1.0f, -2.0f, 0.0f};
    tokens.ratio = {1.25f, 0.5f, 1.0f};
    tokens.clipped = {1, -1, 0};
    return tokens;
}

double luminance(std::string_view colour) {
    double sum = 0;
    const double weights[] = {0.2126, 0.7152, 0.0722};
    for (std::size_t i = 0; i < 3; ++i) {
        const double c = std::stoi(std::string(colour.substr(1 + 2 * i, 2)), nullptr, 16) / 255.0;
        sum += weights[i] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

}  // namespace

class TestTokenValues : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_kl_is_the_difference_of_log_probabilities() {
        const TokenData tokens = example();
        QCOMPARE(*token_value(tokens, TokenQuantity::kl, 0), 0.5);
        QCOMPARE(*token_value(tokens, TokenQuantity::kl, 1), -1.0);
        QCOMPARE(*token_value(tokens, TokenQuantity::clipped, 1), -1.0);
        QVERIFY(!token_value(tokens, TokenQuantity::value, 0));
        QVERIFY(!is_measured(tokens, TokenQuantity::advantage));
        TokenData without = tokens;
        without.ref_logprob.clear();
        QVERIFY(!is_measured(without, TokenQuantity::kl));
    }

    void every_quantity_is_found_by_its_key() {
        for (const TokenQuantity quantity : token_quantities)
            QVERIFY(parse_token_quantity(token_quantity_info(quantity).key) == quantity);
        QVERIFY(!parse_token_quantity("nothing"));
    }

    void scales_reach_as_far_as_the_values() {
        TokenData tokens = example();
        const ColourScale logprob = token_scale(tokens, TokenQuantity::logprob);
        QVERIFY(logprob.one_way());
        QCOMPARE(logprob.low, -3.0);
        QCOMPARE(logprob.high, 0.0);
        const ColourScale ratio = token_scale(tokens, TokenQuantity::ratio);
        QCOMPARE(ratio.low, 0.5);
        QCOMPARE(ratio.centre, 1.0);
        QCOMPARE(ratio.high, 1.5);
        tokens.logprob[0] = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(token_scale(tokens, TokenQuantity::logprob).low, -3.0);
    }

    void colours_grow_stronger_from_the_panel_and_take_text() {
        const ColourScale scale{-2, 0, 2};
        for (const Surfaces& surfaces : {light_surfaces, dark_surfaces}) {
            COMPARE_TEXT(scale_colour(scale, 0, surfaces), std::string(surfaces.panel));
            COMPARE_TEXT(scale_colour(scale, 2, surfaces), "#D55E00");
            COMPARE_TEXT(scale_colour(scale, 9, surfaces), "#D55E00");
            COMPARE_TEXT(scale_colour(scale, std::nan(""), surfaces), std::string(surfaces.line));
            QVERIFY(scale_colour(scale, -1, surfaces) != scale_colour(scale, 1, surfaces));
            for (double value = -2; value <= 2; value += 0.1) {
                const std::string colour = scale_colour(scale, value, surfaces);
                const double back = luminance(colour), text = luminance(text_colour_on(colour));
                const double contrast =
                    (std::max(back, text) + 0.05) / (std::min(back, text) + 0.05);
                QVERIFY2(contrast >= 4.5, colour.c_str());
            }
        }
    }
};

PLUMB_REGISTER_TEST(TestTokenValues)
#include "token_values_test.moc"
