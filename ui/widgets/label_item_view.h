// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>

#include <QSplitter>

#include "store/label_records.h"

namespace plumb::ui {

class AnswerPanel;

/// What is to be judged: the prompt, and the answers side by side. Without sources.
class LabelItemView : public QSplitter {
    Q_OBJECT

public:
    explicit LabelItemView(QWidget* parent = nullptr);

    /// verdict: the one that the annotator gave, whose answer is marked. named: which one is A is
    /// told.
    void show(const LabelItem& item, bool aIsLeft, const Verdict* verdict, bool named);
    /// Marks in both answers what the other lacks.
    void setDifferences(bool shown);
    void setFormatted(bool formatted);
    void setTextSize(int pixels);
    /// Both answers, by this many times what is in view of them.
    void scroll(double views);
    /// What the user has marked in one of the texts to the clipboard.
    void copySelection();

Q_SIGNALS:
    /// Ctrl and the wheel over a text: larger or smaller by one.
    void sizeRequested(int change);

private:
    void compare();

    AnswerPanel *m_prompt, *m_left, *m_right;
    bool m_differences = false, m_two = false;
    std::stop_source m_comparing;
};

}  // namespace plumb::ui
