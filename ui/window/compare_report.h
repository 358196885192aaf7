// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include <QString>

#include "pages/compare_page.h"

namespace plumb::ui {

/// Asks for a file, or for a folder where it is tables, and writes the report beside the window.
/// title: names the file. rates: null, or win rates that are to be a part of it.
void saveComparison(QWidget* window, ComparePage::Report what,
                    std::shared_ptr<const Comparison> comparison,
                    std::shared_ptr<const WinRates> rates, const QString& title,
                    std::function<void(bool ok, const QString& text)> report);

}  // namespace plumb::ui
