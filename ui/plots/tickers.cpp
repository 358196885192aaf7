// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/tickers.h"

#include <algorithm>
#include <cmath>

#include "analysis/ticks.h"
#include "common/text.h"

namespace plumb::ui {

QString ShortTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
    const double value = std::abs(tick) < m_step * 1e-6 ? 0.0 : tick;
    const double largest = std::max(std::abs(m_range.lower), std::abs(m_range.upper));
    if (largest >= 1e4 || m_step < 1e-4) return toQString(short_number(value));
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

int StepTicker::getSubTickCount(double) { return 0; }

}  // namespace plumb::ui
