// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/log_panel.h"

#include <QScrollBar>

#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int most_lines = 5000;

QString levelName(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warning: return "warning";
        case LogLevel::error: return "error";
    }
    return {};
}

}  // namespace

LogPanel::LogPanel(QWidget* parent) : QPlainTextEdit(parent) {
    setObjectName("log");
    setReadOnly(true);
    setFont(monospacedFont());
    setMaximumBlockCount(most_lines);
    setLineWrapMode(QPlainTextEdit::NoWrap);
    setPlaceholderText("What the run and the program say appears here.");
}

void LogPanel::append(const LogLine& line) {
    QTextCharFormat format;
    if (line.level == LogLevel::error) format.setForeground(errorColour(palette()));
    if (line.level == LogLevel::warning) format.setForeground(warningColour(palette()));
    const bool atEnd = verticalScrollBar()->value() >= verticalScrollBar()->maximum() - 2;
    QTextCursor cursor(document());
    cursor.movePosition(QTextCursor::End);
    if (!document()->isEmpty()) cursor.insertBlock();
    cursor.insertText(
        QString("%1  %2  %3").arg(line.time, levelName(line.level).leftJustified(7), line.text),
        format);
    if (atEnd) verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

void LogPanel::setText(const QString& text) {
    setPlainText(text);
    verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

}  // namespace plumb::ui
