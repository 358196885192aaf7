// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <QWidget>

#include "analysis/compare/comparison.h"
#include "analysis/x_axis.h"

class QLabel;
class QToolButton;

namespace plumb::ui {

class ChartBar;
class ChartGrid;
class ElidedLabel;
class GroupStrip;
struct GroupData;

/// The curves of a comparison: each group's mean over its seeds with its 95 % interval as a band,
/// or every run's own curve. What runs have in common with the Train page's charts is theirs:
/// linked crosshair, zoom, smoothing, axes, arrangement and export. A legend names the groups and
/// takes them off and on. What is drawn is computed in the background, for the shown metrics alone.
class CompareCharts : public QWidget {
    Q_OBJECT

public:
    explicit CompareCharts(QWidget* parent = nullptr);
    ~CompareCharts() override;

    /// Null: nothing to show. A newer value of the same comparison keeps what is in view, the
    /// metrics, and which groups are seen; groups are known by their names.
    void setComparison(std::shared_ptr<const Comparison> comparison);
    const std::shared_ptr<const Comparison>& comparison() const { return m_comparison; }
    /// What saved files are called.
    void setTitle(const QString& title);

    /// Every run's own curve in place of means with bands; kept over restarts.
    void setEveryRun(bool every);
    bool showsEveryRun() const { return m_everyRun; }
    void setHiddenGroups(const std::set<std::string>& names);
    const std::set<std::string>& hiddenGroups() const { return m_hidden; }

    ChartGrid& grid() { return *m_grid; }
    /// Whether curves are being computed for what is shown.
    bool isComputing() const { return m_computing; }
    /// What the line above the charts says: what is drawn, and which groups cannot be.
    QString note() const;

Q_SIGNALS:
    /// A step was clicked in a chart over steps.
    void stepClicked(qint64 step);
    void hiddenGroupsChanged(const std::set<std::string>& names);
    /// What is shown has been computed and drawn.
    void computed();
    void problem(const QString& message);

private:
    void makeBar();
    void showGroups();
    void showNote();
    void toggleGroup(std::size_t index);
    std::set<std::string> wantedKeys() const;
    /// anew: of all metrics that are shown; else of those that are not there yet.
    void compute(bool anew);
    void take(GroupData data);

    std::shared_ptr<const Comparison> m_comparison;
    std::set<std::string> m_hidden;
    bool m_everyRun = false, m_computing = false;
    std::set<std::string> m_keys;  ///< that have been computed of m_comparison, or are being
    std::map<std::string, std::int64_t> m_numbers;  ///< of the overlays, by the names of groups
    std::map<XAxis, std::vector<std::string>> m_without;
    std::stop_source m_stop;
    GroupStrip* m_strip;
    ChartGrid* m_grid;
    ChartBar* m_bar;
    QToolButton* m_every;
    ElidedLabel* m_note;
    QLabel* m_empty;
};

}  // namespace plumb::ui
