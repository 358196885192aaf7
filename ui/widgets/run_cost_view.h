// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QWidget>

#include "analysis/run_ledger.h"

class QLabel;

namespace plumb::ui {

class ShareBar;
class Swatch;

/// What the steps of a run spend their time on, and what the run has cost so far.
class RunCostView : public QWidget {
    Q_OBJECT

public:
    explicit RunCostView(QWidget* parent = nullptr);

    void setEntry(const LedgerEntry& entry);
    /// Seconds until the run's last step; below 0: not known.
    void setTimeLeft(double seconds);

private:
    struct Part {
        Swatch* swatch;
        QLabel *name, *mean, *share, *total;
    };

    QWidget* makeTimes();
    QWidget* makeCosts();

    QLabel *m_speed, *m_timeLeft, *m_meanHead;
    ShareBar* m_bar;
    std::array<Part, 3> m_parts;
    QLabel* m_stepSum;
    QLabel *m_generated, *m_scored, *m_trained, *m_operations;
};

}  // namespace plumb::ui
