// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QScrollArea>
#include <QTimer>

#include "analysis/metric_info.h"
#include "analysis/svg_chart.h"
#include "store/records.h"

class QGridLayout;

namespace plumb::ui {

class Chart;

/// The charts of a run beside and below each other, with one crosshair and one range of steps for
/// all but those of phases before the training, which count steps of their own. It follows the run
/// until the user zooms or pans, and again after follow(). Charts are drawn together at most every
/// 33 ms, and only those in view.
class ChartGrid : public QScrollArea {
    Q_OBJECT

public:
    explicit ChartGrid(QWidget* parent = nullptr);

    /// Empty charts of these groups; what was shown before is gone. emptyTexts, by a group's title,
    /// stand in charts without points; a chart that has neither is left out.
    void showRun(const QString& algorithm, const std::vector<ChartGroup>& groups,
                 std::map<std::string, QString> emptyTexts);
    void setMetric(const std::string& key, std::vector<MetricPoint> points);
    void append(std::int64_t step, const Metrics& metrics);
    void setMarks(std::vector<ChartMark> marks);
    /// Where the crosshair is while the mouse is elsewhere; nothing: at the newest step, unseen.
    void setShownStep(std::optional<std::int64_t> step);
    void setSmoothing(std::optional<double> weight);

    bool isFollowing() const { return m_following; }
    void follow();
    /// Shows these steps, with a little room, until follow().
    void showSteps(qint64 first, qint64 last);
    const std::vector<Chart*>& charts() const { return m_charts; }
    /// Draws at once what waits for the next frame.
    void redrawNow();

Q_SIGNALS:
    void stepClicked(qint64 step);
    void followingChanged(bool following);
    void problem(const QString& message);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    Chart* addChart(const QString& algorithm, const ChartGroup& group);
    void arrange();
    void setRange(double first, double last);
    void chooseRange(double first, double last);
    void followData();

    std::vector<Chart*> m_charts;
    std::map<std::string, QString> m_emptyTexts;
    std::optional<std::int64_t> m_shownStep;
    bool m_following = true;
    QString m_arrangement;  ///< which charts stand in how many columns
    QWidget* m_page;
    QGridLayout* m_layout;
    QTimer m_frames;
};

}  // namespace plumb::ui
