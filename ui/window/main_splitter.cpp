// SPDX-License-Identifier: GPL-3.0-or-later
#include "window/main_splitter.h"

#include <algorithm>

namespace plumb::ui {
namespace {

constexpr int least_runs_width = 160, least_settings_width = 270;
/// Shares of the window's width, and the widths between which they count: at the lower ones the
/// names of most runs and settings can be read, at the upper ones those of all.
constexpr double runs_share = 0.184, settings_share = 0.247;
constexpr int runs_width = 236, settings_width = 392;

int part(int width, double share, int least, int most) {
    return std::clamp(static_cast<int>(width * share), least, most);
}

}  // namespace

MainSplitter::MainSplitter(QWidget* runs, QWidget* page, QWidget* settings, QWidget* parent)
    : QSplitter(Qt::Horizontal, parent) {
    setObjectName("mainSplitter");
    setHandleWidth(1);
    setChildrenCollapsible(false);
    addWidget(runs);
    addWidget(page);
    addWidget(settings);
    setStretchFactor(1, 1);
    runs->setMinimumWidth(least_runs_width);
    settings->setMinimumWidth(least_settings_width);
    connect(this, &QSplitter::splitterMoved, this, [this] { m_moved = true; });
}

void MainSplitter::settle() {
    if (m_moved) return;
    const int runs = part(width(), runs_share, least_runs_width, runs_width);
    const int settings = part(width(), settings_share, least_settings_width, settings_width);
    setSizes({runs, width() - runs - settings, settings});
}

void MainSplitter::restore(const QByteArray& kept) {
    m_moved = !kept.isEmpty() && restoreState(kept);
}

void MainSplitter::resizeEvent(QResizeEvent* event) {
    settle();
    QSplitter::resizeEvent(event);
}

}  // namespace plumb::ui
