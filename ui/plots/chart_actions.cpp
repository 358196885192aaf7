// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart's context menu and its keys do.
#include <algorithm>
#include <utility>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QToolTip>

#include "common/shortcuts.h"
#include "common/text.h"
#include "plots/chart.h"
#include "plots/chart_plot.h"

namespace plumb::ui {
namespace {

constexpr double zoom_factor = 0.8, pan_share = 0.1;
constexpr double strong_smoothing = 0.9;

struct SmoothingChoice {
    const char *name, *text;
    std::optional<double> weight;
};
const SmoothingChoice smoothings[] = {
    {"smoothingNone", "No smoothing", 0.0},
    {"smoothingAuto", "Smoothing as suits the points", std::nullopt},
    {"smoothingStrong", "Strong smoothing", strong_smoothing},
};

}  // namespace

QAction* Chart::addAction(const char* name, const QString& text, bool keyed,
                          std::function<void()> act) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    if (keyed) action->setShortcut(keysOf(std::string("chart.") + name));
    action->setShortcutVisibleInContextMenu(true);
    connect(action, &QAction::triggered, this, std::move(act));
    m_actions.push_back(action);
    return action;
}

void Chart::makeActions() {
    const auto wish = [this](Wish what) { return [this, what] { Q_EMIT wished(what); }; };
    addAction("enlarge", "Enlarge", true, wish(Wish::enlarge));
    addAction("chooseCurves", "Curves...", true, wish(Wish::chooseCurves));
    addAction("moveBefore", "Move before", true, wish(Wish::moveBefore));
    addAction("moveAfter", "Move after", true, wish(Wish::moveAfter));
    addAction("remove", "Remove chart", true, wish(Wish::remove));
    addAction("undo", "Undo change of charts", true, wish(Wish::undo));
    m_actions.push_back(nullptr);
    for (const SmoothingChoice& choice : smoothings)
        addAction(choice.name, choice.text, false, [this, weight = choice.weight] {
            ChartsView view = m_view;
            view.smoothing = weight;
            Q_EMIT viewChosen(view);
        })->setCheckable(true);
    m_actions.push_back(nullptr);
    addAction("logarithmic", "Logarithmic values", true, [this] {
        m_setup.logarithmic = !m_setup.logarithmic;
        applyValueAxis();
    })->setCheckable(true);
    addAction("outliers", "Leave outliers out of view", true, [this] {
        m_setup.clipsOutliers = !m_setup.clipsOutliers;
        applyValueAxis();
    })->setCheckable(true);
    if (phase().empty())
        addAction("samples", "Completions of this step", true, [this] {
            // Without the mouse the first curve that the run has is meant.
            const std::vector<const CurveLines*> curves = curvesWithPoints();
            const std::string& key =
                curves.empty() ? m_setup.group.keys.front() : curves.front()->key();
            const Point point =
                std::exchange(m_menuAt, std::nullopt)
                    .value_or(Point{m_crosshair.value_or(lastStep()), toQString(key)});
            Q_EMIT samplesRequested(point.step, point.metric);
        });
    addAction("follow", "Follow the run", true, [this] { Q_EMIT followRequested(); });
    m_actions.push_back(nullptr);
    addAction("save", "Save chart or points...", true, wish(Wish::save));
    addAction("copy", "Copy picture", true, [this] { copyPicture(); });
    updateActions();
}

void Chart::updateActions() {
    std::size_t smoothing = 0;
    for (std::size_t i = 0; i < std::size(smoothings); ++i)
        if (smoothings[i].weight == m_view.smoothing) smoothing = i;
    for (QAction* action : m_actions) {
        if (!action) continue;
        const QString name = action->objectName();
        for (std::size_t i = 0; i < std::size(smoothings); ++i) {
            if (name != smoothings[i].name) continue;
            action->setChecked(smoothings[i].weight == m_view.smoothing);
            // The key goes from one to the next, and stands at the one it leads to.
            const bool next = i == (smoothing + 1) % std::size(smoothings);
            action->setShortcut(next ? keysOf("chart.smoothing") : QKeySequence());
        }
        if (name == "enlarge") action->setText(m_enlarged ? "Back to all charts" : "Enlarge");
        if (name == "logarithmic") action->setChecked(m_setup.logarithmic);
        if (name == "outliers") action->setChecked(m_setup.clipsOutliers);
        if (name == "save" || name == "copy" || name == "samples") action->setEnabled(hasPoints());
    }
}

QAction* Chart::actionOf(const QKeyEvent& event) const {
    const QKeySequence keys(event.keyCombination());
    for (QAction* action : m_actions)
        if (action && !action->shortcut().isEmpty() && action->shortcut() == keys) return action;
    return nullptr;
}

void Chart::applyValueAxis() {
    m_plot->setValueAxis(m_setup.logarithmic, m_setup.clipsOutliers);
    Q_EMIT setupChanged(m_setup);
}

void Chart::copyPicture() { QApplication::clipboard()->setPixmap(grab()); }

void Chart::contextMenuEvent(QContextMenuEvent* event) {
    updateActions();
    m_menuAt.reset();
    if (event->reason() == QContextMenuEvent::Mouse) {
        const QPoint at = m_plot->mapFrom(this, event->pos());
        m_menuAt = Point{m_plot->stepAt(at), m_plot->metricAt(at)};
    }
    auto* menu = new QMenu(this);
    menu->setObjectName("chartMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (QAction* action : m_actions)
        if (action)
            menu->addAction(action);
        else
            menu->addSeparator();
    // By the keyboard the event comes with the middle of the chart.
    menu->popup(event->globalPos());
}

bool Chart::event(QEvent* event) {
    // While a chart has the focus its keys are its own, also where the window has them too.
    if (event->type() == QEvent::ShortcutOverride) {
        updateActions();
        if (actionOf(*static_cast<QKeyEvent*>(event))) {
            event->accept();
            return true;
        }
    }
    return QFrame::event(event);
}

void Chart::moveCrosshair(std::int64_t steps) {
    const std::int64_t at = m_crosshair.value_or(lastStep());
    Q_EMIT crosshairMoved(std::clamp<std::int64_t>(at + steps, 0, lastStep()));
    // Without a mark the text is empty, which takes the one of the last mark away.
    QToolTip::showText(m_plot->mapToGlobal(m_plot->markPoint()), m_plot->markText(), m_plot);
    setAccessibleDescription(plainValues());
}

void Chart::keyPressEvent(QKeyEvent* event) {
    updateActions();
    if (QAction* action = actionOf(*event)) {
        m_menuAt.reset();
        action->trigger();
        return;
    }
    const struct {
        const char* id;
        std::function<void()> act;
    } keys[] = {
        {"chart.earlier", [this] { moveCrosshair(-1); }},
        {"chart.later", [this] { moveCrosshair(1); }},
        {"chart.panLeft", [this] { m_plot->panX(-pan_share); }},
        {"chart.panRight", [this] { m_plot->panX(pan_share); }},
        {"chart.choose", [this] { Q_EMIT stepClicked(m_crosshair.value_or(lastStep())); }},
        {"chart.zoomIn", [this] { m_plot->zoomX(zoom_factor); }},
        {"chart.zoomOut", [this] { m_plot->zoomX(1 / zoom_factor); }},
        {"chart.zoomValuesIn", [this] { m_plot->zoomY(zoom_factor); }},
        {"chart.zoomValuesOut", [this] { m_plot->zoomY(1 / zoom_factor); }},
    };
    for (const auto& [id, act] : keys)
        if (isPressed(*event, id)) {
            act();
            return;
        }
    if (m_enlarged && isPressed(*event, "chart.all")) {
        Q_EMIT wished(Wish::enlarge);
        return;
    }
    QFrame::keyPressEvent(event);
}

}  // namespace plumb::ui
