// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <QFrame>
#include <QSharedPointer>
#include <QString>

#include "analysis/colours.h"
#include "analysis/metric_info.h"
#include "analysis/svg_chart.h"
#include "store/records.h"

class QCPAxisTicker;
class QCPGraph;
class QCPItemLine;
class QCPItemText;
class QCPItemStraightLine;
class QCustomPlot;
class QLabel;

namespace plumb::ui {

/// A chart of metrics over steps: the title, the values at the crosshair, and for each metric a
/// smoothed line over its faint raw line. Nothing is drawn before redraw() is called, so that many
/// changes cost one frame. Its objectName is "chart:" and the title in small letters.
class Chart : public QFrame {
    Q_OBJECT

public:
    Chart(const ChartGroup& group, const QString& algorithm, QWidget* parent = nullptr);
    ~Chart() override;

    const ChartGroup& group() const { return m_group; }
    bool holds(const std::string& key) const;
    bool hasPoints() const;
    /// The last step with a point; 0 without any.
    std::int64_t lastStep() const;

    /// By rising step; replaces what there was.
    void setPoints(const std::string& key, std::vector<MetricPoint> points);
    /// A step that is there already is replaced; points of earlier steps are put in their place.
    void appendPoint(const std::string& key, MetricPoint point);
    void setMarks(std::vector<ChartMark> marks);
    /// Nothing: no line, and the header shows the last values.
    void setCrosshair(std::optional<double> step);
    /// Weight in [0, 1); nothing: as suits the number of points.
    void setSmoothing(std::optional<double> weight);
    void setXRange(double first, double last);
    /// Fits the values to what is in view again, after the user has zoomed them.
    void followValues();
    /// Shown in place of the axes while there is no point.
    void setEmptyText(const QString& text);
    /// Draws what has changed since the last call.
    void redraw();

    /// What an export or the clipboard gets: all points.
    ChartSpec spec() const;
    /// What the header shows: of one curve the value at the crosshair, or the last one, and the
    /// unit. Of several the values stand in the line of names.
    QString valueText() const;
    /// Into a file of the format that its name ends in, without waiting; ends in problem() where it
    /// cannot be written.
    void save(const QString& file);

Q_SIGNALS:
    void crosshairMoved(std::optional<double> step);
    void stepClicked(qint64 step);
    void xRangeChosen(double first, double last);
    void followRequested();
    void smoothingChosen(std::optional<double> weight);
    void problem(const QString& message);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Curve {
        std::string key, name;
        SeriesStyle style;
        std::vector<MetricPoint> points;
        QCPGraph *raw = nullptr, *smooth = nullptr;
    };
    struct MarkItems {
        QCPItemLine* line = nullptr;
        QCPItemText* sign = nullptr;
    };

    static QSharedPointer<QCPAxisTicker> makeValueTicker();
    QString explanation() const;
    qsizetype curvesWithPoints() const;
    std::vector<Curve>::const_iterator firstWithPoints() const;
    /// The curve's value at the crosshair, or its last one.
    QString numberOf(const Curve& curve) const;
    void makePlot();
    void connectPlot();
    void applyColours();
    void drawCurves();
    void drawMarks();
    void updateHeader();
    void updateYRange();
    void saveAs();
    void zoomY(double factor, double around);

    const ChartGroup m_group;
    const QString m_algorithm;
    std::vector<Curve> m_curves;
    std::vector<ChartMark> m_marks;
    std::vector<MarkItems> m_markItems;
    std::optional<double> m_crosshair, m_smoothing;
    double m_first = 0, m_last = 10;
    bool m_dirty = true, m_marksDirty = false;
    bool m_logarithmic = false, m_clipOutliers = false;
    bool m_yIsFree = false;  ///< the user has zoomed the values
    bool m_settingRange = false;
    std::optional<double> m_pressedAt;  ///< pixel where the mouse went down
    QLabel *m_heading, *m_values, *m_names, *m_empty;
    QCustomPlot* m_plot;
    QCPItemStraightLine* m_cursor = nullptr;
};

}  // namespace plumb::ui
