// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <qcustomplot.h>

namespace plumb::ui {

/// Labels that are short, with as many digits as tell neighbours apart.
class ShortTicker : public QCPAxisTicker {
protected:
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    int getSubTickCount(double) override { return 0; }

    QCPRange m_range;
    double m_step = 1;
};

/// Steps are whole numbers.
class StepTicker : public ShortTicker {
protected:
    double getTickStep(const QCPRange& range) override;
};

/// Seconds, labelled as times: "45s", "1m30", "2h".
class TimeTicker : public ShortTicker {
protected:
    double getTickStep(const QCPRange& range) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;
};

/// Of a logarithmic axis: powers of ten, with 2 and 5 times these where there are few, and round
/// numbers where the range holds less than about a decade.
class LogTicker : public ShortTicker {
protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar format, int precision) override;

private:
    bool m_decades = false;
};

}  // namespace plumb::ui
