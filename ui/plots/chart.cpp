// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/chart.h"

#include <algorithm>
#include <cmath>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QToolTip>
#include <QVBoxLayout>

#include <qcustomplot.h>

#include "analysis/smoothing.h"
#include "common/elided_label.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/curve.h"
#include "plots/tickers.h"

namespace plumb::ui {
namespace {

constexpr double line_width = 1.6;
constexpr double raw_opacity = 0.30;
constexpr double zoom_factor = 0.8;
/// What the schedule says: an average would show what never was.
constexpr std::string_view exact_key = "learning_rate";
constexpr int click_pixels = 4;
constexpr int mark_pixels = 6;

QString markSign(MarkKind kind) { return kind == MarkKind::edit ? "\u25BC" : "\u25C6"; }

}  // namespace

Chart::Chart(const ChartGroup& group, const QString& algorithm, QWidget* parent)
    : QFrame(parent), m_group(group), m_algorithm(algorithm) {
    const QString title = toQString(group.title);
    setObjectName("chart:" + title.toLower());
    setProperty("role", "panel");
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(200, 150);
    setAccessibleName(title);
    m_heading = new ElidedLabel(title, this);
    m_heading->setProperty("role", "title");
    m_heading->setToolTip(explanation());
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
    m_empty = new QLabel(this);
    m_empty->setObjectName("empty");
    m_empty->setProperty("role", "muted");
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setContentsMargins(12, 0, 12, 0);
    m_empty->setText("No values yet.");
    makePlot();

    auto* header = new QHBoxLayout;
    header->setContentsMargins(10, 6, 10, 0);
    header->addWidget(m_heading, 1);
    header->addWidget(m_values);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(0);
    layout->addLayout(header);
    layout->addWidget(m_names);
    layout->addWidget(m_plot, 1);
    layout->addWidget(m_empty, 1);
    m_plot->hide();
    connectPlot();
    applyColours();
}

Chart::~Chart() = default;

QSharedPointer<QCPAxisTicker> Chart::makeValueTicker() {
    const auto values = QSharedPointer<ShortTicker>::create();
    values->setTickCount(4);
    return values;
}

void Chart::makePlot() {
    m_plot = new QCustomPlot(this);
    m_plot->setPlottingHints(QCP::phFastPolylines | QCP::phCacheLabels);
    m_plot->setNoAntialiasingOnDrag(true);
    m_plot->setInteractions(QCP::iRangeDrag);
    m_plot->axisRect()->setRangeDrag(Qt::Horizontal);
    m_plot->axisRect()->setupFullAxesBox(false);
    m_plot->setFocusPolicy(Qt::NoFocus);
    m_plot->setContextMenuPolicy(Qt::NoContextMenu);
    for (QCPAxis* axis : {m_plot->xAxis2, m_plot->yAxis2}) axis->setVisible(false);
    const auto steps = QSharedPointer<StepTicker>::create();
    steps->setTickCount(5);
    m_plot->xAxis->setTicker(steps);
    m_plot->yAxis->setTicker(makeValueTicker());
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setSubTicks(false);
        axis->setNumberFormat("g");
        axis->setTickLength(0, 0);
        axis->setTickLabelFont(smallFont());
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_plot->axisRect()->setMinimumMargins(QMargins(38, 6, 14, 20));

    const std::vector<SeriesStyle> styles = series_styles(toStd(m_algorithm), m_group.keys);
    for (std::size_t i = 0; i < m_group.keys.size(); ++i) {
        const MetricInfo info = metric_info(m_group.keys[i], toStd(m_algorithm));
        Curve curve{m_group.keys[i],    info.name,         styles[i], {},
                    m_plot->addGraph(), m_plot->addGraph()};
        m_curves.push_back(std::move(curve));
    }
    m_cursor = new QCPItemStraightLine(m_plot);
    m_cursor->setVisible(false);
}

void Chart::connectPlot() {
    m_plot->installEventFilter(this);
    connect(m_plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this](const QCPRange& range) {
                if (!m_settingRange) Q_EMIT xRangeChosen(range.lower, range.upper);
            });
    connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        setFocus(Qt::MouseFocusReason);
        if (event->button() == Qt::LeftButton) m_pressedAt = event->position().x();
    });
    connect(m_plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const auto pressed = std::exchange(m_pressedAt, std::nullopt);
        if (!pressed || std::abs(*pressed - event->position().x()) > click_pixels) return;
        const double step = m_plot->xAxis->pixelToCoord(event->position().x());
        Q_EMIT stepClicked(std::llround(std::max(0.0, step)));
    });
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, [this] { Q_EMIT followRequested(); });
    connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
        if (event->buttons() == Qt::NoButton)
            Q_EMIT crosshairMoved(m_plot->xAxis->pixelToCoord(event->position().x()));
        for (const ChartMark& mark : m_marks) {
            const double x = m_plot->xAxis->coordToPixel(static_cast<double>(mark.step));
            if (std::abs(x - event->position().x()) > mark_pixels ||
                event->position().y() > m_plot->axisRect()->top() + 24)
                continue;
            QToolTip::showText(event->globalPosition().toPoint(),
                               QString("step %1: %2").arg(mark.step).arg(toQString(mark.label)),
                               m_plot);
            return;
        }
    });
    connect(m_plot, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) {
        event->accept();
        const double turns = event->angleDelta().y() / 120.0;
        const double factor = std::pow(zoom_factor, turns);
        if (event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier))
            zoomY(factor, m_plot->yAxis->pixelToCoord(event->position().y()));
        else
            m_plot->xAxis->scaleRange(factor, m_plot->xAxis->pixelToCoord(event->position().x()));
    });
}

bool Chart::holds(const std::string& key) const {
    return std::ranges::find(m_group.keys, key) != m_group.keys.end();
}

bool Chart::hasPoints() const {
    return std::ranges::any_of(m_curves, [](const Curve& curve) { return !curve.points.empty(); });
}

std::int64_t Chart::lastStep() const {
    std::int64_t last = 0;
    for (const Curve& curve : m_curves)
        if (!curve.points.empty()) last = std::max(last, curve.points.back().step);
    return last;
}

void Chart::setPoints(const std::string& key, std::vector<MetricPoint> points) {
    for (Curve& curve : m_curves)
        if (curve.key == key) curve.points = std::move(points);
    m_dirty = true;
}

void Chart::appendPoint(const std::string& key, MetricPoint point) {
    for (Curve& curve : m_curves) {
        if (curve.key != key) continue;
        auto& points = curve.points;
        const auto place = std::ranges::lower_bound(points, point.step, {}, &MetricPoint::step);
        if (place != points.end() && place->step == point.step)
            place->value = point.value;
        else
            points.insert(place, point);
        m_dirty = true;
    }
}

void Chart::setMarks(std::vector<ChartMark> marks) {
    m_marks = std::move(marks);
    m_dirty = m_marksDirty = true;
}

void Chart::setCrosshair(std::optional<double> step) {
    if (m_crosshair == step) return;
    m_crosshair = step;
    m_dirty = true;
}

void Chart::setSmoothing(std::optional<double> weight) {
    m_smoothing = weight;
    m_dirty = true;
}

void Chart::setXRange(double first, double last) {
    if (m_first == first && m_last == last) return;
    m_first = first;
    m_last = last;
    m_dirty = true;
}

void Chart::followValues() {
    m_yIsFree = false;
    m_dirty = true;
}

void Chart::setEmptyText(const QString& text) { m_empty->setText(text); }

void Chart::redraw() {
    if (!m_dirty) return;
    m_dirty = false;
    const bool any = hasPoints();
    if (any == m_plot->isHidden()) {
        m_plot->setVisible(any);
        m_empty->setVisible(!any);
    }
    updateHeader();
    if (!any) return;
    m_settingRange = true;
    m_plot->xAxis->setRange(m_first, m_last);
    // Labels of four digits and more need more room.
    m_plot->xAxis->ticker()->setTickCount(m_last >= 1000 ? 3 : 5);
    m_settingRange = false;
    drawCurves();
    if (std::exchange(m_marksDirty, false)) drawMarks();
    for (std::size_t i = 0; i < m_markItems.size(); ++i) {
        const auto step = static_cast<double>(m_marks[i].step);
        m_markItems[i].sign->setVisible(step >= m_first && step <= m_last);
    }
    m_cursor->setVisible(m_crosshair.has_value());
    if (m_crosshair) {
        m_cursor->point1->setCoords(*m_crosshair, 0);
        m_cursor->point2->setCoords(*m_crosshair, 1);
    }
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

void Chart::drawCurves() {
    const int pixels = std::max(50, m_plot->axisRect()->width());
    const auto fill = [&](QCPGraph* graph, std::span<const MetricPoint> points) {
        const DrawnCurve drawn =
            drawnCurve(visiblePoints(points, m_first, m_last), pixels, m_logarithmic);
        graph->setData(QVector<double>(drawn.steps.begin(), drawn.steps.end()),
                       QVector<double>(drawn.values.begin(), drawn.values.end()), true);
    };
    for (Curve& curve : m_curves) {
        const double weight = curve.key == exact_key
                                  ? 0.0
                                  : m_smoothing.value_or(default_smoothing(curve.points.size()));
        fill(curve.raw, curve.points);
        curve.raw->setVisible(weight > 0);
        if (weight > 0)
            fill(curve.smooth, smooth(curve.points, weight));
        else
            fill(curve.smooth, curve.points);
        // A few points far apart, as of an evaluation, are shown as points too.
        const bool few = curve.points.size() < 2 || curve.smooth->data()->size() <= 25;
        curve.smooth->setScatterStyle(few ? QCPScatterStyle(QCPScatterStyle::ssDisc, 4)
                                          : QCPScatterStyle::ssNone);
    }
    updateYRange();
}

void Chart::updateYRange() {
    if (m_yIsFree) return;
    std::vector<double> values;
    for (const Curve& curve : m_curves)
        for (const QCPGraph* graph : {curve.raw, curve.smooth})
            if (graph->visible() || graph == curve.smooth)
                for (const QCPGraphData& point : *graph->data())
                    if (point.key >= m_first && point.key <= m_last) values.push_back(point.value);
    auto range = valueRange(std::move(values), m_clipOutliers);
    if (!range) return;
    if (m_logarithmic && range->low <= 0) range->low = range->high / 1e4;
    m_plot->yAxis->setRange(range->low, range->high);
}

void Chart::drawMarks() {
    for (const MarkItems& items : m_markItems) {
        m_plot->removeItem(items.line);
        m_plot->removeItem(items.sign);
    }
    m_markItems.clear();
    for (const ChartMark& mark : m_marks) {
        const QColor colour =
            mark.kind == MarkKind::edit ? accentColour(palette()) : mutedColour(palette());
        auto* line = new QCPItemLine(m_plot);
        for (QCPItemPosition* end : {line->start, line->end}) {
            end->setTypeX(QCPItemPosition::ptPlotCoords);
            end->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
        line->start->setCoords(static_cast<double>(mark.step), 0);
        line->end->setCoords(static_cast<double>(mark.step), 1);
        line->setPen(QPen(colour, 1, Qt::DashLine));
        line->setVisible(mark.kind == MarkKind::edit);
        auto* sign = new QCPItemText(m_plot);
        sign->position->setTypeX(QCPItemPosition::ptPlotCoords);
        sign->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        sign->position->setCoords(static_cast<double>(mark.step), 0);
        sign->setPositionAlignment(Qt::AlignHCenter | Qt::AlignTop);
        sign->setText(markSign(mark.kind));
        QFont font = smallFont();
        font.setPixelSize(mark.kind == MarkKind::edit ? 9 : 7);
        sign->setFont(font);
        sign->setColor(colour);
        sign->setClipToAxisRect(false);
        m_markItems.push_back({line, sign});
    }
}

void Chart::applyColours() {
    m_plot->setBackground(QBrush(panelColour(palette())));
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(QPen(lineColour(palette()), 1));
        axis->setTickLabelColor(mutedColour(palette()));
        axis->grid()->setPen(QPen(lineColour(palette()), 1));
    }
    m_plot->xAxis->grid()->setVisible(false);
    for (const Curve& curve : m_curves) {
        const QColor colour = curveColour(curve.style.colour, palette());
        QColor faint = colour;
        faint.setAlphaF(raw_opacity);
        curve.raw->setPen(QPen(faint, 1));
        QPen pen(colour, line_width);
        if (curve.style.dashed) pen.setDashPattern({3, 2});
        curve.smooth->setPen(pen);
    }
    QColor cursor = mutedColour(palette());
    m_cursor->setPen(QPen(cursor, 1));
    m_dirty = m_marksDirty = true;
}

void Chart::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_cursor) applyColours();
}

bool Chart::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave) Q_EMIT crosshairMoved(std::nullopt);
    if (event->type() == QEvent::Resize) m_dirty = true;
    return QFrame::eventFilter(watched, event);
}

void Chart::keyPressEvent(QKeyEvent* event) {
    const double at = m_crosshair.value_or(static_cast<double>(lastStep()));
    switch (event->key()) {
        case Qt::Key_Left: Q_EMIT crosshairMoved(std::max(0.0, std::round(at) - 1)); return;
        case Qt::Key_Right: Q_EMIT crosshairMoved(std::round(at) + 1); return;
        case Qt::Key_Return: Q_EMIT stepClicked(std::llround(at)); return;
        case Qt::Key_Home: Q_EMIT followRequested(); return;
        case Qt::Key_Plus: m_plot->xAxis->scaleRange(zoom_factor); return;
        case Qt::Key_Minus: m_plot->xAxis->scaleRange(1 / zoom_factor); return;
        default: QFrame::keyPressEvent(event);
    }
}

void Chart::zoomY(double factor, double around) {
    m_yIsFree = true;
    m_plot->yAxis->scaleRange(factor, around);
    m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

}  // namespace plumb::ui
