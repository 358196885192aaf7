// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <QFrame>

#include "analysis/compare/frontier_chart.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace plumb::ui {

class FrontierCanvas;

/// Reward against KL to the reference: a point with its intervals for each group's end, or for each
/// of its evaluations. The points of one algorithm with different coefficients are joined, the
/// evaluations of a group likewise.
class FrontierPlot : public QFrame {
    Q_OBJECT

public:
    using Rewards = FrontierRewards;

    explicit FrontierPlot(QWidget* parent = nullptr);

    /// Null: nothing to show. A newer value keeps what is chosen.
    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// What saved files are called.
    void setTitle(const QString& title) { m_title = title; }
    /// Which points, of which rewards; kept over restarts.
    void setWhat(FrontierOf what);
    FrontierOf what() const { return m_what; }
    void setRewards(Rewards rewards);
    Rewards rewards() const { return m_rewards; }
    void setLogarithmic(bool logarithmic);
    bool isLogarithmic() const { return m_logarithmic; }
    void setHiddenGroups(const std::set<std::string>& names);
    /// The points that are shown, in the order in which the keys go through them.
    const std::vector<FrontierPoint>& points() const { return m_points; }
    /// Why there is nothing to see; empty where there is something.
    QString emptyText() const;
    /// What hovering the point says: the group, its runs and seeds, the values with intervals.
    QString pointText(std::size_t point) const;
    /// The point that the keys are at; -1: none.
    int currentPoint() const { return m_current; }

Q_SIGNALS:
    /// A point was clicked, or Return was pressed on it. group: index into Comparison::groups.
    void pointChosen(std::size_t group, qint64 step);
    void problem(const QString& message);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void makeHeader();
    void connectCanvas();
    QComboBox* makeBox(const char* name, const QString& accessible, const QStringList& items);
    /// Takes up what is to be shown.
    void refresh();
    FrontierView view() const;
    const FrontierPoint& pointOf(std::size_t source) const;
    std::optional<std::size_t> placeOf(std::size_t source) const;
    void showLegend();
    void setCurrent(int place);
    void showTip(int place);
    void save();

    std::shared_ptr<const Comparison> m_comparison;
    std::vector<FrontierPoint> m_points;
    std::vector<std::size_t> m_sources;  ///< of m_points, in frontier_points()
    std::set<std::string> m_hidden;
    QString m_title;
    FrontierOf m_what = FrontierOf::ends;
    Rewards m_rewards = Rewards::gold;
    bool m_logarithmic = false;
    int m_current = -1;
    QLabel *m_heading, *m_legend, *m_empty;
    QComboBox *m_whatBox, *m_rewardBox;
    QToolButton *m_log, *m_save;
    FrontierCanvas* m_canvas;
};

}  // namespace plumb::ui
