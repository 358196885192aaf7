// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QVBoxLayout>

#include "analysis/run_charts.h"
#include "common/elided_label.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/chart_plot.h"

namespace plumb::ui {
namespace {

/// The curve of each run that has the metric. ofPhase: its steps are drawn as they are.
void addOverlays(const Overlays& overlays, const std::string& key, bool ofPhase, ChartSpec& spec) {
    for (const auto& overlay : overlays) {
        if (!overlay->series.has(key)) continue;
        const OverlaidRun& run = overlay->run;
        const std::string colour = run.colour.empty()
                                       ? shaded(algorithm_colour(run.algorithm), run.style.shade)
                                       : run.colour;
        ChartSeries series{toStd(run.name), colour, overlay->series.points(key),
                           std::string(line_patterns.at(run.style.pattern))};
        if (run.isGroup) {
            const MetricBand band = groupBand(key);
            series.low = overlay->series.points(band.low);
            series.high = overlay->series.points(band.high);
            series.shows_raw = false;
        }
        if (!ofPhase) {
            if (overlay->series.scale().axis() != spec.scale.axis()) continue;
            series.scale = overlay->series.scale();
        }
        spec.series.push_back(std::move(series));
    }
}

}  // namespace

Chart::Chart(const ChartSetup& setup, const QString& algorithm, const RunSeries& series,
             QWidget* parent)
    : QFrame(parent), m_setup(setup), m_algorithm(algorithm), m_series(series) {
    const QString title = toQString(setup.group.title);
    setObjectName("chart:" + title.toLower());
    setProperty("role", "chart");
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(200, 150);
    setAccessibleName(title);
    makeHeader();
    m_empty = new QLabel(this);
    m_empty->setObjectName("empty");
    m_empty->setProperty("role", "muted");
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setContentsMargins(12, 0, 12, 0);
    m_empty->setText("No values yet.");
    m_plot = new ChartPlot(setup, algorithm, series, this);
    m_plot->hide();

    auto* header = new QHBoxLayout;
    header->setContentsMargins(10, 6, 10, 0);
    header->setSpacing(6);
    header->addWidget(m_heading, 1);
    header->addWidget(m_values);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(m_names);
    layout->addWidget(m_plot, 1);
    layout->addWidget(m_empty, 1);

    connect(m_plot, &ChartPlot::hovered, this, [this](std::optional<std::int64_t> step) {
        m_hovered = step.has_value();
        m_plot->setTagged(m_hovered || hasFocus());
        Q_EMIT crosshairMoved(step);
    });
    connect(m_plot, &ChartPlot::clicked, this, &Chart::stepClicked);
    connect(m_plot, &ChartPlot::samplesRequested, this, &Chart::samplesRequested);
    connect(m_plot, &ChartPlot::rangeChosen, this, &Chart::xRangeChosen);
    connect(m_plot, &ChartPlot::followRequested, this, &Chart::followRequested);
    connect(m_plot, &QCustomPlot::mousePress, this, [this] { setFocus(Qt::MouseFocusReason); });
    makeActions();
}

Chart::~Chart() = default;

void Chart::makeHeader() {
    m_heading = new ElidedLabel(toQString(m_setup.group.title), this);
    m_heading->setObjectName("heading");
    m_heading->setProperty("role", "title");
    m_heading->setToolTip(explanation());
    m_heading->setCursor(Qt::OpenHandCursor);
    m_heading->installEventFilter(this);
    m_names = new QLabel(this);
    m_names->setObjectName("names");
    m_names->setFont(smallFont());
    m_names->setTextFormat(Qt::RichText);
    m_names->setWordWrap(true);
    m_names->setContentsMargins(10, 0, 10, 0);
    m_names->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_names->hide();
    m_values = new QLabel(this);
    m_values->setObjectName("values");
    m_values->setFont(monospacedFont());
    m_values->setTextFormat(Qt::RichText);
    m_values->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
}

QWidget* Chart::heading() const { return m_heading; }

std::string_view Chart::phase() const { return metric_phase(m_setup.group.keys.front()); }

const XScale& Chart::scale() const { return m_plot->scale(); }

bool Chart::hasPoints() const {
    return std::ranges::any_of(m_setup.group.keys, [this](const std::string& key) {
        return !m_series.points(key).empty();
    });
}

std::int64_t Chart::lastStep() const {
    std::int64_t last = 0;
    for (const std::string& key : m_setup.group.keys)
        if (const auto& points = m_series.points(key); !points.empty())
            last = std::max(last, points.back().step);
    return last;
}

QString Chart::tag() const { return m_plot->tag(); }

void Chart::setMarks(std::vector<ChartMark> marks) {
    m_marks = marks;
    m_plot->setMarks(std::move(marks));
}

void Chart::setOverlays(const Overlays& overlays) {
    m_overlays = &overlays;
    m_plot->setOverlays(overlays);
    m_headerDirty = true;
}

void Chart::touchOverlays() { m_plot->touchOverlays(); }

void Chart::setCrosshair(std::optional<std::int64_t> step) {
    m_headerDirty = m_headerDirty || m_crosshair != step;
    m_crosshair = step;
    m_plot->setCrosshair(step);
}

void Chart::setChartsView(const ChartsView& view) {
    m_view = view;
    m_plot->setChartsView(view);
}

void Chart::setXRange(double first, double last) { m_plot->setXRange(first, last); }

void Chart::followValues() { m_plot->followValues(); }

void Chart::setEmptyText(const QString& text) { m_empty->setText(text); }

void Chart::setEnlarged(bool enlarged) {
    m_enlarged = enlarged;
    m_headerDirty = true;
}

void Chart::redraw() {
    const bool any = hasPoints();
    if (any == m_plot->isHidden()) {
        m_plot->setVisible(any);
        m_empty->setVisible(!any);
        m_headerDirty = true;
    }
    const bool drawn = any && m_plot->redraw();
    if (drawn || std::exchange(m_headerDirty, false)) updateHeader();
}

ChartSpec Chart::spec() const {
    ChartSpec spec = chart_spec(toStd(m_algorithm), m_setup.group, m_series.reader());
    if (m_series.isFrame()) spec.series.clear();
    spec.marks = m_marks;
    spec.smoothing = m_view.smoothing;
    spec.logarithmic = m_setup.logarithmic;
    spec.logarithmic_x = m_view.logarithmicX;
    spec.scale = scale();
    if (phase().empty()) spec.x_label = x_axis_info(spec.scale.axis()).label;
    if (m_overlays) addOverlays(*m_overlays, m_setup.group.keys.front(), !phase().empty(), spec);
    spec.width = 640;
    spec.height = 360;
    return spec;
}

void Chart::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) m_headerDirty = true;
}

void Chart::focusInEvent(QFocusEvent* event) {
    QFrame::focusInEvent(event);
    m_plot->setTagged(true);
    setAccessibleDescription(plainValues());
}

void Chart::focusOutEvent(QFocusEvent* event) {
    QFrame::focusOutEvent(event);
    m_plot->setTagged(m_hovered);
}

bool Chart::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_heading && event->type() == QEvent::MouseButtonPress)
        setFocus(Qt::MouseFocusReason);
    if (watched == m_heading && event->type() == QEvent::MouseButtonDblClick &&
        static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton)
        Q_EMIT wished(Wish::enlarge);
    return QFrame::eventFilter(watched, event);
}

}  // namespace plumb::ui
