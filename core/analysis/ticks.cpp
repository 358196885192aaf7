// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/strings.h"

namespace plumb {
namespace {

/// How numbers of a size are written: divided by scale, with the suffix behind them.
struct Notation {
    double scale = 1;
    std::string suffix;
};

Notation notation_for(double magnitude) {
    if (magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e4)) return {};
    if (magnitude >= 1e4 && magnitude < 1e6) return {1e3, "k"};
    if (magnitude >= 1e6 && magnitude < 1e9) return {1e6, "M"};
    if (magnitude >= 1e9 && magnitude < 1e12) return {1e9, "G"};
    if (magnitude >= 1e12 && magnitude < 1e15) return {1e12, "T"};
    if (magnitude >= 1e15 && magnitude < 1e18) return {1e15, "P"};
    const double exponent = std::floor(std::log10(magnitude) + 1e-9);
    return {std::pow(10.0, exponent), "e" + format_fixed(exponent, 0)};
}

/// Digits behind the point that multiples of the step need.
int digits_for(double step) {
    for (int digits = 0; digits < 12; ++digits) {
        const double scaled = step * std::pow(10.0, digits);
        if (std::abs(scaled - std::round(scaled)) < 1e-6 * scaled) return digits;
    }
    return 12;
}

std::string without_trailing_zeros(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

/// Multiples of the step from first * step to last * step, written alike.
std::vector<Tick> multiples(double step, double first, double last) {
    const Notation notation = notation_for(step * std::max(std::abs(first), std::abs(last)));
    const int digits = digits_for(step / notation.scale);
    // Few digits read best with an exponent of their own: 5e-5, 1e-4.
    const bool each_alone = notation.suffix.starts_with("e") && digits <= 2;
    std::vector<Tick> ticks;
    for (double i = first; i <= last; ++i) {
        const double value = i == 0 ? 0 : i * step;
        std::string label = "0";
        if (i != 0 && each_alone)
            label = short_number(value);
        else if (i != 0)
            label = format_fixed(value / notation.scale, digits) + notation.suffix;
        ticks.push_back({value, std::move(label)});
    }
    return ticks;
}

struct Choice {
    double step = 0;
    double first = 0;  ///< in steps
    double last = 0;
};

/// The roundest step that covers the range with 4 to 6 ticks and wastes least of the axis.
Choice choose_step(double low, double high) {
    constexpr std::array<double, 4> mantissas = {1, 2, 5, 2.5};
    const double decade = std::floor(std::log10(high - low));
    Choice best;
    double best_waste = std::numeric_limits<double>::infinity();
    for (double exponent = decade - 1; exponent <= decade + 1; ++exponent) {
        for (const double mantissa : mantissas) {
            const double step = mantissa * std::pow(10.0, exponent);
            // Rounding must not add an interval for a bound that is a multiple of the step.
            const double first = std::floor(low / step + 1e-9);
            const double last = std::ceil(high / step - 1e-9);
            const double intervals = last - first;
            if (intervals < 3 || intervals > 5) continue;
            const double penalty = mantissa == 2.5 ? 1.1 : 1.0;
            const double waste = intervals * step * penalty;
            if (waste >= best_waste * (1 - 1e-9)) continue;
            best_waste = waste;
            best = {step, first, last};
        }
    }
    return best;
}

}  // namespace

double Axis::position(double value) const {
    if (!std::isfinite(value)) return std::numeric_limits<double>::quiet_NaN();
    if (!logarithmic) return (value - minimum) / (maximum - minimum);
    if (value <= 0) return std::numeric_limits<double>::quiet_NaN();
    return std::log(value / minimum) / std::log(maximum / minimum);
}

Axis value_axis(double low, double high) {
    PLUMB_CHECK(std::isfinite(low) && std::isfinite(high) && low <= high, "no range");
    const double size = std::max(std::abs(low), std::abs(high));
    if (size == 0) {
        high = 1;
    } else if (high - low < 1e-9 * size) {
        low -= 0.1 * size;
        high += 0.1 * size;
    }
    const Choice choice = choose_step(low, high);
    Axis axis;
    axis.minimum = choice.first * choice.step;
    axis.maximum = choice.last * choice.step;
    axis.ticks = multiples(choice.step, choice.first, choice.last);
    return axis;
}

Axis log_axis(double low, double high) {
    PLUMB_CHECK(std::isfinite(low) && std::isfinite(high) && 0 < low && low <= high, "no range");
    const double first = std::floor(std::log10(low) + 1e-9);
    double last = std::ceil(std::log10(high) - 1e-9);
    if (last == first) last += 1;
    const double decades = last - first;
    Axis axis;
    axis.logarithmic = true;
    axis.minimum = std::pow(10.0, first);
    axis.maximum = std::pow(10.0, last);
    const double stride = std::ceil(decades / 5);
    for (double exponent = first; exponent <= last; exponent += stride) {
        const double power = std::pow(10.0, exponent);
        axis.ticks.push_back({power, short_number(power)});
        if (decades > 2 || exponent == last) continue;
        for (const double factor : {2.0, 5.0})
            axis.ticks.push_back({factor * power, short_number(factor * power)});
    }
    return axis;
}

Axis step_axis(std::int64_t first, std::int64_t last) {
    PLUMB_CHECK(first <= last, "no range");
    if (first == last) ++last;
    Axis axis;
    axis.minimum = static_cast<double>(first);
    axis.maximum = static_cast<double>(last);
    const double range = axis.maximum - axis.minimum;
    double step = 1;
    while (range / step > 5) {
        // 1, 2, 5, 10, 20, 50, ...
        const double leading = step / std::pow(10.0, std::floor(std::log10(step) + 1e-9));
        step *= std::abs(leading - 2) < 1e-6 ? 2.5 : 2;
    }
    axis.ticks = multiples(step, std::ceil(axis.minimum / step), std::floor(axis.maximum / step));
    return axis;
}

Axis time_axis(double first, double last) {
    PLUMB_CHECK(std::isfinite(first) && std::isfinite(last) && first <= last, "no range");
    if (first == last) last += 1;
    Axis axis;
    axis.minimum = first;
    axis.maximum = last;
    const double step = time_step(last - first, 5);
    for (double i = std::ceil(first / step - 1e-9); i * step <= last + 1e-9 * step; ++i)
        axis.ticks.push_back({i * step, short_time(i * step, step)});
    return axis;
}

Axis cut_axis(Axis axis, double first, double last) {
    PLUMB_CHECK(first < last, "no range");
    axis.minimum = first;
    axis.maximum = last;
    std::erase_if(axis.ticks,
                  [&](const Tick& tick) { return tick.value < first || tick.value > last; });
    return axis;
}

double time_step(double range, int parts) {
    constexpr std::array round_times = {1.0,   2.0,   5.0,    10.0,   15.0,   30.0,
                                        60.0,  120.0, 300.0,  600.0,  900.0,  1800.0,
                                        3600., 7200., 10800., 21600., 43200., 86400.};
    const double least = range / parts * (1 - 1e-9);
    if (least > round_times.front() / 2 && least <= round_times.back())
        return *std::ranges::lower_bound(round_times, least);
    const double unit = least < 1 ? 1.0 : round_times.back();
    const double decade = std::pow(10.0, std::floor(std::log10(least / unit))) * unit;
    for (const double count : {1.0, 2.0, 5.0})
        if (count * decade >= least) return count * decade;
    return 10 * decade;
}

std::string short_time(double seconds, double step) {
    const auto padded = [](double value) {
        return (value < 10 ? "0" : "") + format_fixed(value, 0);
    };
    const double size = std::abs(seconds);
    const std::string sign = seconds < 0 ? "-" : "";
    if (size == 0) return "0";
    if (step < 1) return sign + format_fixed(size, digits_for(step)) + "s";
    const double whole = std::round(size);
    const double s = std::fmod(whole, 60), m = std::fmod(std::floor(whole / 60), 60);
    const double h = std::fmod(std::floor(whole / 3600), 24), d = std::floor(whole / 86400);
    if (d > 0) return sign + format_fixed(d, 0) + "d" + (h > 0 ? padded(h) + "h" : "");
    if (h > 0) return sign + format_fixed(h, 0) + "h" + (m > 0 ? padded(m) : "");
    if (m > 0) return sign + format_fixed(m, 0) + "m" + (s > 0 ? padded(s) : "");
    return sign + format_fixed(s, 0) + "s";
}

std::string short_number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    const Notation notation = notation_for(std::abs(value));
    const double scaled = value / notation.scale;
    const double size = std::abs(scaled);
    int digits = 0;
    for (double decade = 100; digits < 5 && size < decade; decade /= 10) ++digits;
    return without_trailing_zeros(format_fixed(scaled, digits)) + notation.suffix;
}

std::string tick_label(double value, double largest, double step) {
    if (value == 0) return "0";
    const Notation notation = notation_for(std::max(std::abs(largest), std::abs(value)));
    const double apart = std::abs(step) / notation.scale;
    // One digit more where steps are 2.5 times a power of ten.
    const double digits = apart > 0 ? std::ceil(-std::log10(apart) - 1e-9) + 1 : 3;
    return without_trailing_zeros(format_fixed(value / notation.scale,
                                               static_cast<int>(std::clamp(digits, 0.0, 12.0)))) +
           notation.suffix;
}

}  // namespace plumb
