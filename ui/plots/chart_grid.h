// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QScrollArea>
#include <QTimer>

#include "analysis/metric_info.h"
#include "analysis/svg_chart.h"
#include "config/settings.h"
#include "plots/arrangement.h"
#include "plots/chart.h"
#include "plots/run_series.h"
#include "store/records.h"

class QGridLayout;

namespace plumb::ui {

class ChartDrag;

/// The charts of a run beside and below each other, with one crosshair and one range in view for
/// all but those of phases before the training, which count steps of their own. It follows the run
/// until the user zooms or pans, and again after follow(). Charts are drawn together at most every
/// 33 ms, and only those in view.
///
/// Which charts there are, and in which order, is kept for each algorithm over restarts; so is what
/// they are drawn over.
class ChartGrid : public QScrollArea {
    Q_OBJECT

public:
    /// keptAs: where what the charts are drawn over is kept; see keptView().
    explicit ChartGrid(QWidget* parent = nullptr, const QString& keptAs = "charts");

    /// Empty charts, as the user has arranged them for the algorithm, else of these groups; what
    /// was shown before is gone. emptyTexts, by a group's title, stand in charts without points; a
    /// chart that has neither is left out.
    void showRun(const QString& algorithm, const std::vector<ChartGroup>& groups,
                 std::map<std::string, QString> emptyTexts);
    /// Of the run: they tell the phases before its training, which are marked.
    void setSettings(const Settings& settings);
    /// All metrics of the run; replaces what there was.
    void setMetrics(const std::map<std::string, std::vector<MetricPoint>>& metrics);
    void append(std::int64_t step, const Metrics& metrics);
    /// Edits and checkpoints; marks of phases and alerts come from the metrics.
    void setMarks(std::vector<ChartMark> marks);
    /// Runs whose curves lie over those of the shown one, in this order; one that was there already
    /// keeps its metrics.
    void setOverlays(const std::vector<OverlaidRun>& runs);
    /// All metrics of a run that lies over the shown one.
    void setOverlayMetrics(RunId run,
                           const std::map<std::string, std::vector<MetricPoint>>& metrics);
    void appendOverlay(RunId run, std::int64_t step, const Metrics& metrics);
    /// Instead of a run's, the grid frames the curves that setCurves() hands in; each chart shows
    /// one metric. keys: every metric that there is, with its last step. What is in view stays.
    void setFrame(const std::map<std::string, std::int64_t>& keys, std::map<XAxis, XScale> scales);
    void setCurves(std::vector<FramedCurves> curves);
    /// The usual charts, which are shown unless the user has arranged others; what is in view
    /// stays.
    void setUsualCharts(const std::vector<ChartGroup>& groups);
    /// What a file of points has instead of those of the run.
    using PointsCsv = std::function<std::string(const std::vector<std::string>& keys)>;
    void setPointsCsv(PointsCsv csv) { m_pointsCsv = std::move(csv); }
    const PointsCsv& pointsCsv() const { return m_pointsCsv; }
    /// Where the crosshair is while the mouse is elsewhere; nothing: at the newest step, unseen.
    void setShownStep(std::optional<std::int64_t> step);

    const ChartsView& view() const { return m_view; }
    /// Kept; the charts follow the run again where what they are drawn over changes.
    void setView(const ChartsView& view);
    bool isFollowing() const { return m_following; }
    void follow();
    /// Shows these steps, with a little room, until follow().
    void showSteps(qint64 first, qint64 last);
    /// Draws at once what waits for the next frame.
    void redrawNow();

    const QString& algorithm() const { return m_algorithm; }
    const RunSeries& series() const { return m_series; }
    /// In the order of the arrangement, those that are left out too.
    const std::vector<Chart*>& charts() const { return m_charts; }
    const std::vector<Chart*>& shownCharts() const { return m_shown; }
    Arrangement arrangement() const;
    bool isDefault() const { return arrangement() == m_default; }

    /// A chart more, last; its title is made unique.
    void addChart(ChartGroup group);
    void changeChart(std::size_t index, ChartGroup group);
    void removeChart(Chart* chart);
    /// before: null for the last place.
    void moveChart(Chart* chart, Chart* before);
    /// The charts that the algorithm has from the start.
    void resetArrangement();
    /// Takes the last change of the arrangement back.
    void undoArrangement();
    bool canUndo() const { return !m_history.empty(); }
    /// The one chart fills the grid; null: all are seen again.
    void enlarge(Chart* chart);
    Chart* enlarged() const { return m_enlarged; }

Q_SIGNALS:
    void stepClicked(qint64 step);
    /// The completions that made a point of the metric's curve are to be seen.
    void samplesRequested(qint64 step, const QString& metric);
    void followingChanged(bool following);
    void viewChanged();
    /// Charts have come, gone or moved, or what the run offers has changed.
    void arrangementChanged();
    /// The curves of a chart are to be chosen.
    void chooseRequested(plumb::ui::Chart* chart);
    void saveRequested(plumb::ui::Chart* chart);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    Chart* makeChart(const ChartSetup& setup);
    void connectChart(Chart* chart);
    void carryOut(Chart* chart, Chart::Wish wish);
    void moveBy(Chart* chart, int places);
    /// Shows and keeps the arrangement; what it was can be had back.
    void changeTo(const Arrangement& next);
    void take(const Arrangement& next);
    void keep();
    void build(const Arrangement& next);
    void arrange();
    void placeCharts(int columns);
    void setRange(double first, double last);
    void chooseRange(double first, double last);
    void followData();
    /// As redrawNow(), but what takes longer than a part of a frame goes on after other events.
    void redrawSome();
    void updateMarks();
    Overlay* overlayOf(RunId run) const;
    void showOverlays();
    /// Of a frame each metric is a chart of its own.
    std::vector<ChartGroup> chartsOf(ChartGroup group) const;
    bool isLinked(const Chart* one, const Chart* other) const {
        return one->phase() == other->phase();
    }

    const QString m_keptAs;
    RunSeries m_series;
    PointsCsv m_pointsCsv;
    Overlays m_overlays;
    QString m_algorithm;
    Arrangement m_default;
    std::vector<Arrangement> m_history;
    std::vector<Chart*> m_charts, m_shown;
    Chart* m_enlarged = nullptr;
    std::map<std::string, QString> m_emptyTexts;
    std::optional<Settings> m_settings;
    std::vector<ChartMark> m_marks;
    ChartsView m_view;
    std::optional<std::int64_t> m_shownStep;
    bool m_following = true;
    QString m_placed;  ///< which charts stand in how many columns
    QWidget *m_page, *m_nothing;
    QGridLayout* m_layout;
    ChartDrag* m_drag;
    QTimer m_frames;
    std::size_t m_nextDrawn = 0;  ///< the chart whose turn it is where not all were drawn
};

}  // namespace plumb::ui
