// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

class QWidget;

namespace plumb::ui {

/// What stands in the place of charts when all have been removed: how to have some again.
QWidget* makeNoCharts(std::function<void()> add, std::function<void()> reset, QWidget* parent);

}  // namespace plumb::ui
