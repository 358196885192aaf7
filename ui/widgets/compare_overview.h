// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <set>
#include <string>

#include <QSplitter>

#include "analysis/compare/comparison.h"
#include "bridge/win_rates_feed.h"

class QLabel;
class QPushButton;

namespace plumb::ui {

class CompareCharts;
class FrontierPlot;
class ReportTableView;
class WinMatrix;

/// A comparison on one screen: curves, the frontier, win rates, and what each group cost.
class CompareOverview : public QSplitter {
    Q_OBJECT

public:
    explicit CompareOverview(WinRatesFeed& rates, QWidget* parent = nullptr);

    void setComparison(const std::shared_ptr<const Comparison>& comparison, const QString& title);
    CompareCharts& charts() { return *m_charts; }

Q_SIGNALS:
    void hiddenGroupsChanged(const std::set<std::string>& names);
    void stepChosen(qint64 step);
    void cellChosen(std::size_t first, std::size_t second);
    void winRatesRequested();
    void told(const QString& text);
    void problem(const QString& message);

private:
    QWidget* makeRates(QWidget* parent);
    void showRates();

    WinRatesFeed& m_rates;
    CompareCharts* m_charts;
    FrontierPlot* m_frontier;
    WinMatrix* m_matrix;
    QLabel *m_ratesTitle, *m_ratesNote;
    QPushButton* m_ratesButton;
    ReportTableView* m_table;
};

}  // namespace plumb::ui
