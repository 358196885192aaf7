// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/run_overlays.h"

#include <algorithm>

#include "common/text.h"
#include "pages/train_page.h"
#include "plots/chart_grid.h"
#include "widgets/message_bar.h"
#include "widgets/overlay_strip.h"
#include "window/run_controller.h"

namespace plumb::ui {

RunOverlays::RunOverlays(Parts parts, QObject* parent)
    : QObject(parent), m_parts(parts), m_feed(parts.bridge) {
    connect(&m_feed, &OverlayFeed::loaded, &parts.train.charts(), &ChartGrid::setOverlayMetrics);
    connect(&m_feed, &OverlayFeed::stepDone, &parts.train.charts(), &ChartGrid::appendOverlay);
    connect(&m_feed, &OverlayFeed::failed, this, [this](RunId run, const QString& message) {
        std::erase(m_runs, run);
        update();
        m_parts.messages.showMessage(MessageBar::Kind::error, "The run was not laid over.",
                                     message);
    });
    connect(&parts.train.overlays(), &OverlayStrip::clearRequested, this, &RunOverlays::clear);
    connect(&parts.train.overlays(), &OverlayStrip::runChosen, &parts.controller,
            &RunController::showRun);
    connect(&parts.controller, &RunController::shownChanged, this, &RunOverlays::update);
    connect(&parts.controller, &RunController::shownFollowed, this, &RunOverlays::update);
    connect(&parts.controller, &RunController::runsRead, this, &RunOverlays::update);
}

void RunOverlays::toggle(const std::vector<RunId>& runs) {
    std::vector<RunId> others = runs;
    if (!m_parts.controller.shownRun() && !others.empty())
        m_parts.controller.showRun(others.front());
    std::erase(others, m_parts.controller.shownRun().value_or(0));
    const auto lies = [this](RunId run) { return std::ranges::find(m_runs, run) != m_runs.end(); };
    if (std::ranges::all_of(others, lies)) {
        std::erase_if(m_runs,
                      [&](RunId run) { return std::ranges::find(others, run) != others.end(); });
    } else {
        std::ranges::copy_if(others, std::back_inserter(m_runs),
                             [&](RunId run) { return !lies(run); });
        if (m_runs.size() > most_runs) {
            m_runs.resize(most_runs);
            m_parts.messages.showMessage(
                MessageBar::Kind::note, {},
                QString("%1 runs lie over the charts; more could not be told apart.")
                    .arg(most_runs));
        }
    }
    update();
}

void RunOverlays::clear() {
    m_runs.clear();
    update();
}

void RunOverlays::update() {
    // A deleted run, or one of another workspace, is gone for good.
    std::erase_if(m_runs, [this](RunId id) {
        const auto run = m_parts.runs.run(id);
        return !run || run->deleted_ms != 0;
    });
    const auto shown = m_parts.controller.shownRun();
    std::vector<OverlaidRun> runs;
    std::vector<StyledRun> styled;
    // The shown run's own curves are in its algorithm's colour.
    const auto own = shown ? m_parts.runs.run(*shown) : std::nullopt;
    if (own) styled.push_back({own->algorithm, 0});
    for (const RunId id : m_runs) {
        if (id == shown) continue;
        const auto run = m_parts.runs.run(id);
        runs.push_back({.run = id, .name = toQString(run->name), .algorithm = run->algorithm});
        styled.push_back({run->algorithm, run->shade});
    }
    const std::vector<RunStyle> styles = run_styles(styled);
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i].style = styles[i + (own ? 1 : 0)];
    if (runs == m_shown) return;
    m_shown = runs;
    m_parts.train.charts().setOverlays(runs);
    m_parts.train.overlays().show(runs);
    std::vector<RunId> ids;
    std::map<RunId, RunStyle> lines;
    for (const OverlaidRun& run : runs) {
        ids.push_back(run.run);
        lines[run.run] = run.style;
    }
    m_parts.runs.setOverlaid(std::move(lines));
    m_feed.setRuns(ids);
}

}  // namespace plumb::ui
