// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <QWidget>

#include "bridge/compare_feed.h"
#include "bridge/win_rates_feed.h"

class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QStackedWidget;

namespace plumb::ui {

class AnswersView;
class CautionStrip;
class ClaimsView;
class CompareOverview;
class ComparisonTables;
class TabStack;
class WinRatesView;

/// Runs beside each other, seeds in groups: curves, frontier, tables, win rates and answers. Grows
/// while runs go on.
class ComparePage : public QWidget {
    Q_OBJECT

public:
    /// What a report is written as.
    enum class Report { html, pdf, png, tables };
    Q_ENUM(Report)

    explicit ComparePage(SessionBridge& bridge, QWidget* parent = nullptr);

    /// Shows these runs; fewer than one: the page says what to do.
    void compareRuns(const std::vector<RunId>& runs);
    /// Shows the runs that were started under this name, now and later.
    void compareNamed(const QString& name);
    /// Those of the workspace, to choose from.
    void setRuns(const std::vector<RunRecord>& runs);
    void setReadOnly(bool readOnly);
    CompareFeed& feed() { return *m_feed; }
    WinRatesFeed& rates() { return *m_rates; }
    /// "compare-three-reviews", or "5 runs".
    QString title() const;
    void showWinRates();
    /// Also where no runs are compared: claims have runs of their own.
    void showClaims();

Q_SIGNALS:
    void compareThreeRequested();
    void sweepRequested();
    void judgeRequested();
    void peopleRequested(plumb::AnswerSetId set);
    void reportRequested(plumb::ui::ComparePage::Report what);
    void told(const QString& text);
    void problem(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeEmpty();
    QWidget* makeBody();
    QMenu* makeReports();
    void showNames(const std::vector<StoredComparison>& comparisons);
    void show(const std::shared_ptr<const Comparison>& comparison);
    void chooseRuns();
    void updateHead();

    CompareFeed* m_feed;
    WinRatesFeed* m_rates;
    std::vector<RunRecord> m_records;
    QComboBox* m_names;
    QLabel* m_summary;
    QPushButton *m_runs, *m_report, *m_judge, *m_sweep, *m_three;
    CautionStrip* m_cautions;
    QStackedWidget* m_stack;
    QWidget *m_empty, *m_body = nullptr;
    TabStack* m_tabs;
    CompareOverview* m_overview;
    ComparisonTables* m_tables;
    WinRatesView* m_winRates;
    AnswersView* m_answers;
    ClaimsView* m_claims;
    bool m_readOnly = false;
};

}  // namespace plumb::ui
