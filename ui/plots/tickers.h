// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>

namespace plumb::ui {

/// Labels that are short, with as many digits as tell neighbours apart.
class ShortTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;

private:
    QCPRange m_range;
    double m_step = 1;
};

/// Steps are whole numbers.
class StepTicker : public ShortTicker {
protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double step) override;
};

}  // namespace plumb::ui
