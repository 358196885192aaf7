// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <QWidget>

#include "analysis/compare/comparison.h"
#include "bridge/held_out_answers.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSlider;

namespace plumb::ui {

class AnswerPanel;

/// Answers of runs to one held-out prompt beside each other, at an evaluation that a slider
/// chooses, with rewards, KL, and what differs from the first.
class AnswersView : public QWidget {
    Q_OBJECT

public:
    explicit AnswersView(SessionBridge& bridge, QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// By name.
    void setHiddenGroups(const std::set<std::string>& names);
    /// The evaluation nearest before the step.
    void showStep(std::int64_t step);

    /// To the next prompts, or back.
    void stepPrompt(int by);
    /// To the next evaluations, or back.
    void moveStep(int by);

Q_SIGNALS:
    void problem(const QString& message);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Column {
        std::size_t group = 0, run = 0;      ///< indices into the comparison
        std::optional<std::int64_t> step{};  ///< of its evaluation; nothing: it has none
        std::shared_ptr<const HeldOutAnswers::Rows> rows{};
        AnswerPanel* panel = nullptr;
    };

    void makeHead();
    void makeColumns();
    /// Takes up steps, rows and prompts anew.
    void refresh();
    void findPrompts();
    /// again: also where the same is shown already.
    void write(bool again = false);
    void writeColumn(Column& column, const CompletionRecord* answer);
    void mark();
    /// What decides how everything looks.
    std::vector<std::string> state() const;
    const CompletionRecord* answerOf(const Column& column) const;

    HeldOutAnswers m_answers;
    std::shared_ptr<const Comparison> m_comparison;
    std::set<std::string> m_hidden;
    std::vector<std::int64_t> m_steps;  ///< of all evaluations, rising
    std::vector<Column> m_columns;
    std::vector<std::string> m_prompts;  ///< that pass the filter
    std::string m_prompt;
    std::vector<std::string> m_written;  ///< the state that is shown
    QComboBox* m_which;
    QLineEdit* m_filter;
    QSlider* m_slider;
    QLabel *m_stepText, *m_place, *m_missing, *m_empty;
    QPushButton *m_previous, *m_next;
    AnswerPanel* m_promptPanel;
    QWidget *m_body, *m_strip;
    QHBoxLayout* m_row;
    std::vector<std::stop_source> m_marking;
};

}  // namespace plumb::ui
