// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QTableWidget>

#include "analysis/compare/judged_answers.h"

namespace plumb::ui {

/// "64 ± 5" of a share in percent; its interval in brackets where it is lopsided.
QString shareText(const Estimate& share);

/// Every model against every other: shares of wins on colours. A click on a cell, or Return, asks
/// for the answers that decided it.
class WinMatrix : public QTableWidget {
    Q_OBJECT

public:
    explicit WinMatrix(QWidget* parent = nullptr);

    /// Null: empty.
    void show(std::shared_ptr<const WinRates> rates);
    /// As high as all of its rows; it scrolls where it has less.
    QSize sizeHint() const override;

Q_SIGNALS:
    void cellChosen(std::size_t first, std::size_t second);

protected:
    void changeEvent(QEvent* event) override;

private:
    void write();
    void choose(int row, int column);

    std::shared_ptr<const WinRates> m_rates;
    int m_needed = 0;
};

}  // namespace plumb::ui
