// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <QWidget>

#include "analysis/compare/judged_answers.h"

class QLabel;
class QPushButton;

namespace plumb::ui {

class AnswerPanel;

/// The answers behind a cell of the matrix of win rates: a prompt, what two models wrote, who won
/// by how much, and what differs. Those that were decided most clearly come first.
class CellAnswers : public QWidget {
    Q_OBJECT

public:
    explicit CellAnswers(QWidget* parent = nullptr);

    void clear();
    void show(std::shared_ptr<const JudgedAnswers> answers, const std::string& judge,
              std::size_t first, std::size_t second);
    void step(int by);

private:
    void write();
    void mark();

    std::shared_ptr<const JudgedAnswers> m_answers;
    std::string m_judge;
    std::size_t m_first = 0, m_second = 0;
    std::vector<CellAnswer> m_found;
    std::size_t m_place = 0;
    QLabel* m_title;
    QPushButton *m_previous, *m_next;
    AnswerPanel *m_prompt, *m_left, *m_right;
    QLabel* m_empty;
    QWidget* m_body;
    std::stop_source m_marking;
};

}  // namespace plumb::ui
