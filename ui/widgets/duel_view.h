// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <QDialog>

#include "bridge/judged_feed.h"

class QComboBox;
class QLabel;
class QToolButton;

namespace plumb::ui {

class AnswerPanel;

/// The answers of two models that decided a win rate, prompt by prompt: what each wrote, its score,
/// and which one won. A window of its own beside the matrix.
class DuelView : public QDialog {
    Q_OBJECT

public:
    explicit DuelView(QWidget* parent = nullptr);
    ~DuelView() override;

    /// The duels of the row's model (first) against the column's. Another set or judge than before
    /// begins at the first prompt.
    void show(std::shared_ptr<const ShownSet> set, const std::string& judge, std::size_t first,
              std::size_t second);
    /// Which outcomes are gone through; empty: all.
    void setFilter(std::optional<DuelOutcome> outcome);
    void go(int by);
    /// The prompt that is shown; empty where there is none.
    std::optional<std::size_t> prompt() const;

private:
    void makeHead();
    void makeKeys();
    void fillFilter();
    void filter();
    void showCurrent();
    void showAnswer(AnswerPanel& panel, std::size_t model, const CellAnswer& duel, bool isFirst);
    void compare();

    std::shared_ptr<const ShownSet> m_set;
    std::string m_judge;
    std::size_t m_first = 0, m_second = 0;
    std::vector<CellAnswer> m_all, m_shown;
    std::optional<DuelOutcome> m_outcome;
    int m_current = 0;
    std::stop_source m_comparing;
    QLabel *m_title, *m_place, *m_note;
    QComboBox* m_filter;
    QToolButton *m_previous, *m_next, *m_differences;
    AnswerPanel *m_prompt, *m_left, *m_right;
};

}  // namespace plumb::ui
