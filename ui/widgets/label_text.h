// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include <QString>

class QPlainTextEdit;
class QWidget;

namespace plumb::ui {

/// A text to be read that leaves the keyboard to the page.
QPlainTextEdit* makeLabelText(const QString& name, const QString& accessible, QWidget* parent);
/// Text as it is, or a conversation (a list of turns as JSON) turn by turn.
void showLabelText(QPlainTextEdit& edit, const std::string& text, bool isChat);
/// Each follows the other, by shares where one is longer.
void scrollTogether(QPlainTextEdit& one, QPlainTextEdit& other);

}  // namespace plumb::ui
