// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/tickers.h"

#include <algorithm>
#include <cmath>

#include "analysis/ticks.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

/// Below it a range has too few of 1, 2 and 5 times a power of ten.
constexpr double least_factor = 8;
constexpr int most_log_ticks = 6;

}  // namespace

QString ShortTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const double value = std::abs(tick) < m_step * 1e-6 ? 0.0 : tick;
    const double largest = std::max(std::abs(m_range.lower), std::abs(m_range.upper));
    if (largest >= 1e4) return toQString(tick_label(value, largest, m_step));
    if (m_step < 1e-4) return toQString(short_number(value));
    // One digit more where steps are 2.5 times a power of ten.
    const int digits = static_cast<int>(std::max(0.0, std::ceil(-std::log10(m_step)) + 1));
    QString label = QString::number(value, 'f', digits);
    if (digits > 0)
        while (label.endsWith('0')) label.chop(1);
    if (label.endsWith('.')) label.chop(1);
    return label == "-0" ? QString("0") : label;
}

QVector<double> ShortTicker::createTickVector(double tickStep, const QCPRange& range) {
    m_range = range;
    m_step = tickStep;
    return QCPAxisTicker::createTickVector(tickStep, range);
}

double StepTicker::getTickStep(const QCPRange& range) {
    return std::max(1.0, std::ceil(QCPAxisTicker::getTickStep(range)));
}

double TimeTicker::getTickStep(const QCPRange& range) {
    return time_step(range.size(), tickCount());
}

QString TimeTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    return toQString(short_time(tick, m_step));
}

QVector<double> LogTicker::createTickVector(double tickStep, const QCPRange& range) {
    m_decades = range.lower > 0 && range.upper / range.lower > least_factor;
    if (!m_decades) return ShortTicker::createTickVector(tickStep, range);
    const int first = static_cast<int>(std::floor(std::log10(range.lower)));
    const int last = static_cast<int>(std::floor(std::log10(range.upper)));
    // Many decades show every second or third power of ten.
    const int stride = (last - first) / most_log_ticks + 1;
    QVector<double> all, powers;
    for (int exponent = first; exponent <= last; ++exponent)
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double tick = factor * std::pow(10.0, exponent);
            if (!range.contains(tick)) continue;
            all.append(tick);
            if (factor == 1 && exponent % stride == 0) powers.append(tick);
        }
    return all.size() > most_log_ticks && powers.size() > 1 ? powers : all;
}

QString LogTicker::getTickLabel(double tick, const QLocale& locale, QChar format, int precision) {
    return m_decades ? toQString(short_number(tick))
                     : ShortTicker::getTickLabel(tick, locale, format, precision);
}

}  // namespace plumb::ui
