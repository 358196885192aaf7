// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/frontier_plot.h"

#include <algorithm>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QSettings>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"
#include "plots/chart_save.h"
#include "plots/frontier_canvas.h"

namespace plumb::ui {
namespace {

constexpr double zoom_factor = 0.8;
constexpr qsizetype most_names = 10;
constexpr const char *what_key = "frontier/evaluations", *rewards_key = "frontier/rewards",
                     *log_key = "frontier/logarithmic";

QString counted(std::size_t count, const QString& what) {
    return QString("%1 %2%3").arg(count).arg(what, count == 1 ? "" : "s");
}

}  // namespace

FrontierPlot::FrontierPlot(QWidget* parent) : QFrame(parent) {
    const QSettings settings;
    if (settings.value(what_key).toBool()) m_what = FrontierOf::evaluations;
    m_rewards = static_cast<Rewards>(std::clamp(settings.value(rewards_key).toInt(), 0, 2));
    m_logarithmic = settings.value(log_key).toBool();
    setObjectName("frontierPlot");
    setProperty("role", "chart");
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(300, 200);
    setAccessibleName("Reward against KL to the reference");
    m_legend = new QLabel(this);
    m_legend->setObjectName("frontierLegend");
    m_legend->setFont(smallFont());
    m_legend->setTextFormat(Qt::RichText);
    m_legend->setWordWrap(true);
    m_legend->setContentsMargins(10, 0, 10, 0);
    m_legend->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_empty = new QLabel(this);
    m_empty->setObjectName("frontierEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setContentsMargins(16, 0, 16, 0);
    m_canvas = new FrontierCanvas(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(2);
    makeHeader();
    layout->addWidget(m_legend);
    layout->addWidget(m_canvas, 1);
    layout->addWidget(m_empty, 1);
    connectCanvas();
    refresh();
}

QComboBox* FrontierPlot::makeBox(const char* name, const QString& accessible,
                                 const QStringList& items) {
    auto* box = new QComboBox(this);
    box->setObjectName(name);
    box->setAccessibleName(accessible);
    box->setToolTip(accessible);
    box->addItems(items);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
}

void FrontierPlot::makeHeader() {
    m_heading = new ElidedLabel("Frontier", this);
    m_heading->setObjectName("frontierHeading");
    m_heading->setProperty("role", "title");
    m_whatBox = makeBox("frontierWhat", "One point for each group's end, or for each evaluation",
                        {"ends", "evaluations"});
    m_rewardBox = makeBox("frontierRewards",
                          "The reward that is really wanted, the one that was trained on, or both",
                          {"gold", "proxy", "both"});
    m_whatBox->setCurrentIndex(static_cast<int>(m_what));
    m_rewardBox->setCurrentIndex(static_cast<int>(m_rewards));
    m_log = new QToolButton(this);
    m_log->setObjectName("frontierLog");
    m_log->setText("log");
    m_log->setCheckable(true);
    m_log->setChecked(m_logarithmic);
    m_log->setAccessibleName("Logarithmic scale of KL");
    m_log->setToolTip(QString("Logarithmic scale of KL (%1)").arg(keyText("keyLogarithmicX")));
    m_save = new QToolButton(this);
    m_save->setObjectName("frontierSave");
    m_save->setText("Save");
    m_save->setToolTip(QString("Save the picture or its points (%1)").arg(keyText("chart.save")));
    for (QToolButton* button : {m_log, m_save}) button->setFocusPolicy(Qt::StrongFocus);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(10, 6, 8, 0);
    header->setSpacing(6);
    header->addWidget(m_heading, 1);
    header->addWidget(m_whatBox);
    header->addWidget(m_rewardBox);
    header->addWidget(m_log);
    header->addWidget(m_save);
    static_cast<QVBoxLayout*>(layout())->addLayout(header);
    connect(m_whatBox, &QComboBox::activated, this,
            [this](int index) { setWhat(static_cast<FrontierOf>(index)); });
    connect(m_rewardBox, &QComboBox::activated, this,
            [this](int index) { setRewards(static_cast<Rewards>(index)); });
    connect(m_log, &QToolButton::clicked, this, &FrontierPlot::setLogarithmic);
    connect(m_save, &QToolButton::clicked, this, &FrontierPlot::save);
}

void FrontierPlot::connectCanvas() {
    connect(m_canvas, &FrontierCanvas::hovered, this, [this](std::optional<std::size_t> source) {
        const auto place = source ? placeOf(*source) : std::nullopt;
        if (place)
            showTip(static_cast<int>(*place));
        else
            QToolTip::hideText();
    });
    connect(m_canvas, &FrontierCanvas::clicked, this, [this](std::size_t source) {
        const FrontierPoint& point = pointOf(source);
        Q_EMIT pointChosen(point.group, point.step);
    });
    connect(m_canvas, &QCustomPlot::mousePress, this, [this] { setFocus(Qt::MouseFocusReason); });
}

void FrontierPlot::setComparison(std::shared_ptr<const Comparison> comparison) {
    m_comparison = std::move(comparison);
    refresh();
}

void FrontierPlot::setWhat(FrontierOf what) {
    m_whatBox->setCurrentIndex(static_cast<int>(what));
    if (what == m_what) return;
    m_what = what;
    QSettings().setValue(what_key, what == FrontierOf::evaluations);
    m_canvas->follow();
    refresh();
}

void FrontierPlot::setRewards(Rewards rewards) {
    m_rewardBox->setCurrentIndex(static_cast<int>(rewards));
    if (rewards == m_rewards) return;
    m_rewards = rewards;
    QSettings().setValue(rewards_key, static_cast<int>(rewards));
    refresh();
}

void FrontierPlot::setLogarithmic(bool logarithmic) {
    m_log->setChecked(logarithmic);
    if (logarithmic == m_logarithmic) return;
    m_logarithmic = logarithmic;
    QSettings().setValue(log_key, logarithmic);
    refresh();
}

void FrontierPlot::setHiddenGroups(const std::set<std::string>& names) {
    if (names == m_hidden) return;
    m_hidden = names;
    refresh();
}

FrontierView FrontierPlot::view() const { return {m_what, m_rewards, m_logarithmic, m_hidden}; }

const FrontierPoint& FrontierPlot::pointOf(std::size_t source) const {
    return frontier_points(*m_comparison, m_what).at(source);
}

std::optional<std::size_t> FrontierPlot::placeOf(std::size_t source) const {
    const auto found = std::ranges::find(m_sources, source);
    if (found == m_sources.end()) return std::nullopt;
    return static_cast<std::size_t>(found - m_sources.begin());
}

void FrontierPlot::refresh() {
    static const auto nothing = std::make_shared<const Comparison>();
    const Comparison& comparison = m_comparison ? *m_comparison : *nothing;
    ScatterSpec spec = frontier_spec(comparison, view());
    QString title = toQString(spec.title).section(": ", 1);
    title.replace(0, 1, title.left(1).toUpper());
    m_heading->setText(title);
    m_heading->setToolTip(
        "KL to the reference: estimated on held-out prompts with samples of the policy, in nats a "
        "completion. Bars: 95 % intervals, over seeds where a group has several, else over the "
        "prompts of the evaluation.");
    m_rewardBox->setItemText(0, m_comparison ? toQString(gold_name(comparison)) : "gold");
    m_points.clear();
    m_sources.clear();
    setCurrent(-1);
    for (const ScatterSeries& series : spec.series)
        for (const ScatterPoint& point : series.points) {
            if (std::ranges::find(m_sources, point.source) != m_sources.end()) continue;
            m_sources.push_back(point.source);
            m_points.push_back(pointOf(point.source));
        }
    const bool any = scatter_axes(spec).has_value();
    m_empty->setText(toQString(spec.empty_text));
    m_empty->setVisible(!any);
    m_canvas->setVisible(any);
    m_save->setEnabled(any);
    m_canvas->setSpec(std::move(spec));
    showLegend();
}

QString FrontierPlot::emptyText() const {
    return m_empty->isHidden() ? QString() : m_empty->text();
}

void FrontierPlot::showLegend() {
    const auto entry = [](const QColor& colour, const char* sign, const QString& name) {
        return QString("<span style=\"color:%1\">%2</span>&nbsp;%3")
            .arg(colour.name(), sign,
                 name.toHtmlEscaped().replace(' ', "&nbsp;").replace('-', u'\u2011'));
    };
    QStringList names;
    bool rings = false;
    for (const ScatterSeries& series : m_canvas->spec().series) {
        // Beside each disc there is its ring.
        rings = rings || series.is_hollow;
        if (!series.is_hollow)
            names << entry(curveColour(series.colour, palette()), "\u25CF", toQString(series.name));
    }
    if (rings) names << entry(mutedColour(palette()), "\u25CB", "reward (proxy)");
    // More would take the room of the points, which hovering names.
    if (names.size() > most_names) names.clear();
    m_legend->setVisible(!names.isEmpty() && !m_canvas->isHidden());
    m_legend->setText(names.join("&nbsp;&nbsp; "));
}

QString FrontierPlot::pointText(std::size_t place) const {
    const FrontierPoint& point = m_points.at(place);
    const RunGroup& group = m_comparison->groups.at(point.group);
    QStringList runs;
    for (const std::size_t run : group.runs)
        runs << QString("run %1 (seed %2)")
                    .arg(m_comparison->runs[run].record.id)
                    .arg(m_comparison->runs[run].settings.seed);
    const QString basis = point.seeds > 1 ? "over " + counted(point.seeds, "seed")
                                          : QString("1 seed; intervals over its prompts");
    QStringList lines = {toQString(group.name), QString("step %1, %2").arg(point.step).arg(basis),
                         "KL " + toQString(estimate_text(point.kl)) + " nats"};
    if (point.gold.value)
        lines << toQString(gold_name(*m_comparison)) + " " + toQString(estimate_text(point.gold));
    if (point.proxy.value) lines << "reward " + toQString(estimate_text(point.proxy));
    lines << runs.join(", ");
    return lines.join('\n');
}

void FrontierPlot::showTip(int place) {
    const auto at = m_canvas->pixelOf(m_sources.at(static_cast<std::size_t>(place)));
    if (!at) return;
    QToolTip::showText(m_canvas->mapToGlobal(at->toPoint()),
                       pointText(static_cast<std::size_t>(place)), m_canvas);
}

void FrontierPlot::setCurrent(int place) {
    m_current = place;
    m_canvas->setCurrent(place < 0 ? std::nullopt
                                   : std::optional(m_sources.at(static_cast<std::size_t>(place))));
    if (place < 0) return;
    setAccessibleDescription(pointText(static_cast<std::size_t>(place)));
    showTip(place);
}

void FrontierPlot::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(m_points.size()) - 1;
    if (isPressed(*event, "chart.later") && last >= 0)
        setCurrent(std::min(m_current + 1, last));
    else if (isPressed(*event, "chart.earlier") && last >= 0)
        setCurrent(std::max(m_current - 1, 0));
    else if (isPressed(*event, "chart.choose") && m_current >= 0)
        Q_EMIT pointChosen(m_points[static_cast<std::size_t>(m_current)].group,
                           m_points[static_cast<std::size_t>(m_current)].step);
    else if (isPressed(*event, "chart.zoomIn"))
        m_canvas->zoom(zoom_factor);
    else if (isPressed(*event, "chart.zoomOut"))
        m_canvas->zoom(1 / zoom_factor);
    else if (isPressed(*event, "chart.follow"))
        m_canvas->follow();
    else if (isPressed(*event, "keyLogarithmicX"))
        setLogarithmic(!m_logarithmic);
    else if (isPressed(*event, "chart.save"))
        save();
    else
        QFrame::keyPressEvent(event);
}

bool FrontierPlot::event(QEvent* event) {
    // While it has the focus its keys are its own, also where the window has them too.
    if (event->type() == QEvent::ShortcutOverride) {
        constexpr const char* own[] = {"chart.later",     "chart.earlier", "chart.choose",
                                       "chart.zoomIn",    "chart.zoomOut", "chart.follow",
                                       "keyLogarithmicX", "chart.save"};
        const auto* key = static_cast<QKeyEvent*>(event);
        if (std::ranges::any_of(own, [&](const char* id) { return isPressed(*key, id); })) {
            event->accept();
            return true;
        }
    }
    return QFrame::event(event);
}

void FrontierPlot::focusOutEvent(QFocusEvent* event) {
    QFrame::focusOutEvent(event);
    setCurrent(-1);
}

void FrontierPlot::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showLegend();
}

void FrontierPlot::save() {
    if (!m_save->isEnabled()) return;
    ExportedCharts exported;
    exported.title = m_title.isEmpty() ? QString("frontier") : m_title + " frontier";
    exported.svg = [spec = m_canvas->spec()] { return svg_scatter(spec); };
    exported.csv = [spec = m_canvas->spec()] { return scatter_csv(spec); };
    askAndSaveCharts(this, exported, [this](const QString& message) { Q_EMIT problem(message); });
}

}  // namespace plumb::ui
