// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/compare_charts.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

#include "analysis/compare/compare_charts.h"
#include "common/background.h"
#include "common/elided_label.h"
#include "common/text.h"
#include "plots/chart_bar.h"
#include "plots/chart_grid.h"
#include "plots/group_data.h"
#include "plots/group_strip.h"

namespace plumb::ui {
namespace {

/// Under which the arrangement of the charts is kept, as those of algorithms are under theirs.
constexpr const char* arranged_as = "compare";
constexpr const char* every_key = "compareCharts/everyRun";

}  // namespace

CompareCharts::CompareCharts(QWidget* parent)
    : QWidget(parent), m_everyRun(QSettings().value(every_key).toBool()) {
    setObjectName("compareCharts");
    m_strip = new GroupStrip(this);
    m_grid = new ChartGrid(this, "compareCharts");
    m_grid->setObjectName("compareGrid");
    m_grid->setFrame({}, {});
    m_empty = new QLabel("No runs are compared.", this);
    m_empty->setObjectName("compareEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    makeBar();
    layout->addWidget(m_strip);
    layout->addWidget(m_grid, 1);
    layout->addWidget(m_empty, 1);
    m_grid->hide();
    connect(m_strip, &GroupStrip::toggled, this,
            [this](int index) { toggleGroup(static_cast<std::size_t>(index)); });
    connect(m_grid, &ChartGrid::arrangementChanged, this, [this] { compute(false); });
    connect(m_grid, &ChartGrid::viewChanged, this, &CompareCharts::showNote);
    connect(m_grid, &ChartGrid::stepClicked, this, [this](qint64 step) {
        // Over time, tokens and FLOPs each group is at another step there.
        const XAxis axis = m_grid->series().scale().axis();
        if (axis == XAxis::step || axis == XAxis::kl) Q_EMIT stepClicked(step);
    });
}

CompareCharts::~CompareCharts() { m_stop.request_stop(); }

void CompareCharts::makeBar() {
    m_note = new ElidedLabel(this);
    m_note->setObjectName("compareNote");
    m_note->setProperty("role", "muted");
    m_every = new QToolButton(this);
    m_every->setObjectName("everyRun");
    m_every->setText("every run");
    m_every->setCheckable(true);
    m_every->setChecked(m_everyRun);
    m_every->setFocusPolicy(Qt::StrongFocus);
    m_every->setToolTip("Each run's own curve in place of the mean over seeds with its interval");
    m_every->setAccessibleName("Every run's own curve");
    m_bar = new ChartBar(*m_grid, this);
    m_bar->setRunName("comparison");
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(m_note, 1);
    row->addWidget(m_every);
    row->addWidget(m_bar);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    connect(m_every, &QToolButton::clicked, this, &CompareCharts::setEveryRun);
    connect(m_bar, &ChartBar::problem, this, &CompareCharts::problem);
}

void CompareCharts::setTitle(const QString& title) { m_bar->setRunName(title); }

void CompareCharts::setComparison(std::shared_ptr<const Comparison> comparison) {
    const bool first = !m_comparison;
    m_comparison = std::move(comparison);
    const bool any = m_comparison && !m_comparison->runs.empty();
    m_grid->setVisible(any);
    m_empty->setVisible(!any);
    showGroups();
    showNote();
    if (!any) {
        m_comparison.reset();
        m_stop.request_stop();
        m_computing = false;
        m_grid->setCurves({});
        return;
    }
    m_grid->setPointsCsv([comparison = m_comparison, every = m_everyRun](const auto& keys) {
        return every ? run_points_csv(*comparison, keys) : group_points_csv(*comparison, keys);
    });
    // Charts come with the answer: computing them twice would be in vain.
    m_keys.clear();
    m_computing = true;
    const std::vector<ChartGroup> usual = comparison_chart_groups(*m_comparison);
    if (first || m_grid->algorithm().isEmpty())
        m_grid->showRun(arranged_as, usual, {});
    else
        m_grid->setUsualCharts(usual);
    compute(true);
}

void CompareCharts::setEveryRun(bool every) {
    m_every->setChecked(every);
    if (every == m_everyRun) return;
    m_everyRun = every;
    QSettings().setValue(every_key, every);
    if (m_comparison) setComparison(m_comparison);
}

void CompareCharts::setHiddenGroups(const std::set<std::string>& names) {
    if (names == m_hidden) return;
    m_hidden = names;
    showGroups();
    if (m_comparison) compute(true);
    Q_EMIT hiddenGroupsChanged(m_hidden);
}

void CompareCharts::toggleGroup(std::size_t index) {
    if (!m_comparison || index >= m_comparison->groups.size()) return;
    std::set<std::string> hidden = m_hidden;
    const std::string& name = m_comparison->groups[index].name;
    if (!hidden.insert(name).second) hidden.erase(name);
    setHiddenGroups(hidden);
}

void CompareCharts::showGroups() {
    std::vector<GroupStrip::Entry> entries;
    if (m_comparison)
        for (const RunGroup& group : m_comparison->groups) {
            // Numbers below 0 are no run's.
            const auto number = -static_cast<std::int64_t>(m_numbers.size()) - 1;
            const auto found = m_numbers.try_emplace(group.name, number).first;
            entries.push_back({overlayOfGroup(group, found->second), toQString(seeds_text(group))});
        }
    m_strip->show(entries, m_hidden);
}

void CompareCharts::showNote() {
    QString text = m_everyRun ? "Every run's own curve"
                              : "Mean over seeds, band: 95 % interval of the mean (Student's t)";
    const XAxis axis = m_grid->view().axis;
    if (const auto without = m_without.find(axis); without != m_without.end()) {
        QStringList names;
        for (const std::string& name : without->second) names << toQString(name);
        const bool all = m_comparison && names.size() == std::ssize(m_comparison->groups);
        text += QString(". Over %1 %2")
                    .arg(toQString(x_axis_info(axis).name),
                         all ? QString("there is nothing: no run has recorded it; shown over steps")
                             : "not shown, since they have not recorded it: " + names.join("; "));
    }
    m_note->setText(m_comparison ? text + "." : QString());
}

QString CompareCharts::note() const { return m_note->text(); }

std::set<std::string> CompareCharts::wantedKeys() const {
    std::set<std::string> keys;
    for (const ChartSetup& chart : m_grid->arrangement())
        keys.insert(chart.group.keys.begin(), chart.group.keys.end());
    return keys;
}

void CompareCharts::compute(bool anew) {
    if (!m_comparison || (m_computing && !anew)) return;
    GroupDataWish wish{wantedKeys(), m_hidden, m_everyRun, m_numbers};
    if (!anew && std::ranges::includes(m_keys, wish.keys)) return;
    // All of them again: it takes less time than a frame, and needs no second way to draw.
    m_stop.request_stop();
    m_computing = true;
    m_keys = wish.keys;
    m_stop = runInBackground(
        this,
        [comparison = m_comparison, wish](std::stop_token stop) {
            return groupData(*comparison, wish, stop);
        },
        [this](GroupData data) { take(std::move(data)); });
}

void CompareCharts::take(GroupData data) {
    m_without = std::move(data.without);
    m_grid->setCurves(std::move(data.curves));
    m_grid->setFrame(data.lastSteps, std::move(data.scales));
    m_computing = false;
    // Charts may have been added meanwhile.
    compute(false);
    showNote();
    if (!m_computing) Q_EMIT computed();
}

}  // namespace plumb::ui
