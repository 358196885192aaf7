// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <QFrame>
#include <QString>

#include "analysis/svg_chart.h"
#include "plots/arrangement.h"
#include "plots/overlay.h"
#include "plots/run_series.h"

class QAction;
class QLabel;

namespace plumb::ui {

class ChartPlot;
class CurveLines;

/// A chart of metrics: the title, the values at the crosshair, and the plot, or a text while there
/// is no point. Its objectName is "chart:" and the title in small letters. Everything that its
/// context menu offers has a key, which counts while the chart has the focus.
class Chart : public QFrame {
    Q_OBJECT

public:
    /// What a user can do to a chart that others have to carry out.
    enum class Wish { remove, enlarge, moveBefore, moveAfter, chooseCurves, save, undo };
    Q_ENUM(Wish)

    /// The series must outlive it.
    Chart(const ChartSetup& setup, const QString& algorithm, const RunSeries& series,
          QWidget* parent = nullptr);
    ~Chart() override;

    const ChartSetup& setup() const { return m_setup; }
    const ChartGroup& group() const { return m_setup.group; }
    /// Of the phase before the training that its steps belong to; empty: the training's.
    std::string_view phase() const;
    bool hasPoints() const;
    /// The last step with a point; 0 without any.
    std::int64_t lastStep() const;
    /// What it is drawn over.
    const XScale& scale() const;
    /// What chart moves are begun at.
    QWidget* heading() const;

    void setMarks(std::vector<ChartMark> marks);
    /// Runs whose first curve lies over the chart's own; they must outlive the next call.
    void setOverlays(const Overlays& overlays);
    /// Points of a run that lies over the shown one have changed.
    void touchOverlays();
    /// Nothing: no line, and the header shows the last values.
    void setCrosshair(std::optional<std::int64_t> step);
    void setChartsView(const ChartsView& view);
    void setXRange(double first, double last);
    /// Fits the values to what is in view again, after the user has zoomed them.
    void followValues();
    /// Shown in place of the axes while there is no point.
    void setEmptyText(const QString& text);
    void setEnlarged(bool enlarged);
    /// Draws what has changed since the last call.
    void redraw();

    /// What a picture of it shows: all points.
    ChartSpec spec() const;
    /// What the header shows: of one curve the value at the crosshair, or the last one, and the
    /// unit. Of several the values stand in the line of names.
    QString valueText() const;
    /// Where the crosshair is, as its tag says: "1m30, step 40"; empty while it has none.
    QString tag() const;

Q_SIGNALS:
    void crosshairMoved(std::optional<std::int64_t> step);
    void stepClicked(qint64 step);
    /// The completions that made a point of the metric's curve are to be seen.
    void samplesRequested(qint64 step, const QString& metric);
    void xRangeChosen(double first, double last);
    void followRequested();
    void viewChosen(const plumb::ui::ChartsView& view);
    /// Logarithmic values or outliers have been switched.
    void setupChanged(const plumb::ui::ChartSetup& setup);
    void wished(plumb::ui::Chart::Wish wish);

protected:
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Of a metric's curve.
    struct Point {
        std::int64_t step = 0;
        QString metric;
    };

    void makeHeader();
    void makeActions();
    /// keyed: by "chart." and the name in the table of shortcuts.
    QAction* addAction(const char* name, const QString& text, bool keyed,
                       std::function<void()> act);
    QAction* actionOf(const QKeyEvent& event) const;
    void updateActions();
    void applyValueAxis();
    void moveCrosshair(std::int64_t steps);
    void copyPicture();
    QString explanation() const;
    std::vector<const CurveLines*> curvesWithPoints() const;
    /// The curve's value at the crosshair, or its last one, with its band behind it.
    QString numberOf(const CurveLines& curve) const;
    QString plainValues() const;
    QStringList overlayTexts() const;
    /// The values of the curves that the chart frames; intervals and names where there is room.
    QString framedText(bool rich) const;
    void updateHeader();

    ChartSetup m_setup;
    const QString m_algorithm;
    const RunSeries& m_series;
    ChartsView m_view;
    std::vector<ChartMark> m_marks;
    const Overlays* m_overlays = nullptr;
    std::optional<std::int64_t> m_crosshair;
    std::optional<Point> m_menuAt;  ///< where the menu was opened by the mouse
    bool m_headerDirty = true, m_hovered = false, m_enlarged = false;
    std::vector<QAction*> m_actions;  ///< in the order of the menu; null: a line between
    QLabel *m_heading, *m_values, *m_names, *m_empty;
    ChartPlot* m_plot;
};

}  // namespace plumb::ui
