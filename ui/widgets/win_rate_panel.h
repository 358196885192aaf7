// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <QFrame>
#include <QPointer>

#include "analysis/compare/comparison.h"
#include "bridge/judged_feed.h"

class QComboBox;
class QLabel;
class QMenu;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace plumb::ui {

class DuelView;
class JudgeDialog;
class SessionBridge;
class StrengthPlot;
class WinMatrix;
class WinMatrixModel;

/// Who wins over whom among compared runs: the matrix of a judged set by one judge, strengths, and
/// the answers behind each cell. Judged sets are made from here.
class WinRatePanel : public QFrame {
    Q_OBJECT

public:
    explicit WinRatePanel(SessionBridge& bridge, QWidget* parent = nullptr);

    /// Null: nothing is compared. What was chosen stays as far as the runs still have it.
    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Sets or verdicts may have changed.
    void refresh();
    void openJudgeDialog();
    /// The matrix and the strengths that are shown; none where nothing is.
    std::vector<ReportTable> tables() const;

Q_SIGNALS:
    /// The user wants to judge by hand: the queue is to be shown on the Label page.
    void labelQueueRequested(plumb::LabelQueueId queue);
    void computed();

private:
    QWidget* makeHead();
    QWidget* makeBody();
    QWidget* makeEmpty();
    QComboBox* makeBox(const char* name, const QString& accessible);
    void fillMenu();
    void openFurther(bool people);
    void watch(JudgeDialog& dialog);
    void takeSets(const std::vector<AnswerSet>& sets);
    void takeSet(const std::shared_ptr<const ShownSet>& set);
    void takeRates(const std::shared_ptr<const WinRates>& rates);
    void compute();
    void showDuels(int first, int second);
    void tell(const QString& text, bool isError = false);
    void showEmpty(const QString& text);
    std::vector<std::string> colours() const;
    TieRule tieRule() const;

    SessionBridge& m_bridge;
    JudgedFeed* m_feed;
    std::shared_ptr<const Comparison> m_comparison;
    std::vector<RunId> m_runs;
    std::shared_ptr<const ShownSet> m_set;
    std::shared_ptr<const WinRates> m_rates;
    AnswerSetId m_wanted = 0;  ///< the set to be shown; 0: the newest
    std::string m_judge;       ///< the one that was chosen
    LabelQueueId m_made = 0;   ///< the label queue that was just made
    QStackedWidget* m_pages;
    QWidget *m_body, *m_empty;
    QComboBox *m_sets, *m_judges, *m_ties;
    QPushButton *m_menuButton, *m_emptyButton, *m_label;
    QMenu* m_menu;
    QLabel *m_note, *m_emptyText, *m_matrixNote, *m_strengthTitle, *m_strengthNote;
    WinMatrixModel* m_model;
    WinMatrix* m_matrix;
    StrengthPlot* m_strengths;
    QPointer<DuelView> m_duels;
};

}  // namespace plumb::ui
