// SPDX-License-Identifier: GPL-3.0-or-later
// Which charts the grid has, and where they stand.
#include <algorithm>

#include <QGridLayout>

#include "common/text.h"
#include "plots/chart_drag.h"
#include "plots/chart_grid.h"

namespace plumb::ui {
namespace {

constexpr int chart_height = 170;
/// A chart is not made narrower than this while there is another column to take away.
constexpr int chart_width = 220;
constexpr int most_columns = 3;
constexpr std::size_t most_history = 50;

}  // namespace

Chart* ChartGrid::makeChart(const ChartSetup& setup) {
    auto* chart = new Chart(setup, m_algorithm, m_series, m_page);
    if (const auto text = m_emptyTexts.find(setup.group.title); text != m_emptyTexts.end())
        chart->setEmptyText(text->second);
    chart->setChartsView(m_view);
    chart->setOverlays(m_overlays);
    chart->hide();
    connectChart(chart);
    m_drag->watch(chart);
    return chart;
}

Arrangement ChartGrid::arrangement() const {
    Arrangement charts;
    for (const Chart* chart : m_charts) charts.push_back(chart->setup());
    return charts;
}

void ChartGrid::build(const Arrangement& next) {
    std::vector<Chart*> before = std::exchange(m_charts, {});
    for (const ChartSetup& setup : next) {
        const auto same = std::ranges::find_if(
            before, [&](const Chart* chart) { return chart->setup() == setup; });
        if (same == before.end()) {
            m_charts.push_back(makeChart(setup));
        } else {
            m_charts.push_back(*same);
            before.erase(same);
        }
    }
    for (Chart* chart : before) {
        if (chart == m_enlarged) m_enlarged = nullptr;
        // It may be the one whose key or menu has asked for it.
        chart->hide();
        chart->setParent(nullptr);
        chart->deleteLater();
    }
    m_shown.clear();
    m_placed.clear();
    // The order of the keyboard is that of the eye.
    for (std::size_t i = 1; i < m_charts.size(); ++i)
        QWidget::setTabOrder(m_charts[i - 1], m_charts[i]);
}

void ChartGrid::changeTo(const Arrangement& next) {
    if (next == arrangement()) return;
    m_history.push_back(arrangement());
    if (m_history.size() > most_history) m_history.erase(m_history.begin());
    take(next);
}

void ChartGrid::take(const Arrangement& next) {
    build(next);
    keep();
    updateMarks();
    setShownStep(m_shownStep);
    if (m_following) followData();
    arrange();
    Q_EMIT arrangementChanged();
}

void ChartGrid::keep() {
    keepArrangement(m_algorithm, isDefault() ? std::nullopt : std::optional(arrangement()));
}

void ChartGrid::setUsualCharts(const std::vector<ChartGroup>& groups) {
    const bool usual = isDefault();
    m_default = arrangementOf(groups);
    if (!usual || isDefault()) return;
    build(m_default);
    updateMarks();
    if (m_following) followData();
    arrange();
    Q_EMIT arrangementChanged();
}

std::vector<ChartGroup> ChartGrid::chartsOf(ChartGroup group) const {
    if (!m_series.isFrame() || group.keys.size() < 2) return {std::move(group)};
    std::vector<ChartGroup> charts;
    for (const std::string& key : group.keys)
        charts.push_back({metric_info(key, toStd(m_algorithm)).title, {key}});
    return charts;
}

void ChartGrid::addChart(ChartGroup group) {
    Arrangement next = arrangement();
    for (ChartGroup& each : chartsOf(std::move(group))) {
        each.title = freeTitle(next, each.title);
        next.push_back({.group = std::move(each)});
    }
    changeTo(next);
    m_charts.back()->setFocus();
    ensureWidgetVisible(m_charts.back());
}

void ChartGrid::changeChart(std::size_t index, ChartGroup group) {
    Arrangement next = arrangement();
    std::vector<ChartGroup> charts = chartsOf(std::move(group));
    auto place = next.begin() + static_cast<std::ptrdiff_t>(index);
    for (std::size_t i = 0; i < charts.size(); ++i, ++place) {
        if (i > 0) place = next.insert(place, ChartSetup{});
        charts[i].title =
            freeTitle(next, charts[i].title, static_cast<std::size_t>(place - next.begin()));
        place->group = std::move(charts[i]);
    }
    changeTo(next);
    m_charts.at(index)->setFocus();
}

void ChartGrid::removeChart(Chart* chart) {
    const auto place = std::ranges::find(m_charts, chart) - m_charts.begin();
    const auto seen = std::ranges::find(m_shown, chart) - m_shown.begin();
    Arrangement next = arrangement();
    next.erase(next.begin() + place);
    changeTo(next);
    if (m_shown.empty())
        m_nothing->setFocus();
    else
        m_shown[static_cast<std::size_t>(std::min(seen, std::ssize(m_shown) - 1))]->setFocus();
}

void ChartGrid::moveChart(Chart* chart, Chart* before) {
    if (chart == before) return;
    Arrangement next = arrangement();
    const auto place = std::ranges::find(m_charts, chart) - m_charts.begin();
    auto target = std::ranges::find(m_charts, before) - m_charts.begin();
    if (target > place) --target;
    next.erase(next.begin() + place);
    next.insert(next.begin() + target, chart->setup());
    changeTo(next);
    chart->setFocus();
}

void ChartGrid::moveBy(Chart* chart, int places) {
    const auto seen = std::ranges::find(m_shown, chart) - m_shown.begin();
    const auto target = seen + (places > 0 ? places + 1 : places);
    if (target < 0 || target > std::ssize(m_shown)) return;
    moveChart(chart,
              target < std::ssize(m_shown) ? m_shown[static_cast<std::size_t>(target)] : nullptr);
    m_page->layout()->activate();
    ensureWidgetVisible(chart);
}

void ChartGrid::resetArrangement() { changeTo(m_default); }

void ChartGrid::undoArrangement() {
    if (m_history.empty()) return;
    const Arrangement last = m_history.back();
    m_history.pop_back();
    take(last);
}

void ChartGrid::enlarge(Chart* chart) {
    if (chart == m_enlarged) return;
    if (m_enlarged) m_enlarged->setEnlarged(false);
    Chart* before = std::exchange(m_enlarged, chart);
    if (chart) chart->setEnlarged(true);
    m_placed.clear();
    arrange();
    if (Chart* seen = chart ? chart : before) {
        seen->setFocus();
        m_page->layout()->activate();
        ensureWidgetVisible(seen);
    }
}

void ChartGrid::carryOut(Chart* chart, Chart::Wish wish) {
    switch (wish) {
        case Chart::Wish::remove: removeChart(chart); return;
        case Chart::Wish::enlarge: enlarge(chart == m_enlarged ? nullptr : chart); return;
        case Chart::Wish::moveBefore: moveBy(chart, -1); return;
        case Chart::Wish::moveAfter: moveBy(chart, 1); return;
        case Chart::Wish::chooseCurves: Q_EMIT chooseRequested(chart); return;
        case Chart::Wish::save: Q_EMIT saveRequested(chart); return;
        case Chart::Wish::undo: undoArrangement(); return;
    }
}

void ChartGrid::arrange() {
    std::vector<Chart*> shown;
    for (Chart* chart : m_charts)
        if (chart->hasPoints() || m_emptyTexts.contains(chart->group().title))
            shown.push_back(chart);
    // While a run makes its models the charts of that phase stand first.
    const bool training = std::ranges::any_of(m_charts, [](const Chart* chart) {
        return chart->phase().empty() && chart->lastStep() > 0;
    });
    if (!training)
        std::ranges::stable_partition(shown,
                                      [](const Chart* chart) { return !chart->phase().empty(); });
    if (m_enlarged) shown = {m_enlarged};
    const int width = viewport()->width(), gap = m_layout->spacing();
    const int columns =
        m_enlarged ? 1 : std::clamp((width + gap) / (chart_width + gap), 1, most_columns);
    QString placed = QString::number(columns);
    for (const Chart* chart : shown) placed += "|" + chart->objectName();
    if (m_enlarged) m_enlarged->setMinimumHeight(std::max(chart_height, viewport()->height()));
    m_nothing->setVisible(m_charts.empty() && !m_default.empty());
    if (placed == m_placed) return;
    m_placed = placed;
    m_shown = std::move(shown);
    placeCharts(columns);
}

void ChartGrid::placeCharts(int columns) {
    for (Chart* chart : m_charts) {
        m_layout->removeWidget(chart);
        if (std::ranges::find(m_shown, chart) == m_shown.end()) chart->hide();
    }
    m_layout->removeWidget(m_nothing);
    if (m_charts.empty()) m_layout->addWidget(m_nothing, 0, 0, 1, most_columns);
    for (int column = 0; column < most_columns; ++column)
        m_layout->setColumnStretch(column, column < columns ? 1 : 0);
    for (std::size_t i = 0; i < m_shown.size(); ++i) {
        const int row = static_cast<int>(i) / columns;
        if (m_shown[i] != m_enlarged) m_shown[i]->setMinimumHeight(chart_height);
        m_layout->addWidget(m_shown[i], row, static_cast<int>(i) % columns);
        m_shown[i]->show();
    }
}

}  // namespace plumb::ui
