// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

#include "bridge/log_feed.h"

namespace plumb::ui {

/// The last lines of the log, warnings and errors in their colour. Follows the end while the end
/// is in view.
class LogPanel : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit LogPanel(QWidget* parent = nullptr);

    void append(const LogLine& line);
    /// Replaces everything by a log file's text.
    void setText(const QString& text);
};

}  // namespace plumb::ui
