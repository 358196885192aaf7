// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include <QFrame>

#include "analysis/compare/comparison.h"
#include "bridge/answer_feed.h"

class QBoxLayout;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QLineEdit;
class QListView;
class QScrollArea;
class QSortFilterProxyModel;
class QSplitter;
class QToolButton;

namespace plumb::ui {

class AnswerColumn;
class AnswerPanel;
class PromptListModel;
class SessionBridge;

/// What compared runs answered to a prompt, side by side: a column a group or a run, each at a step
/// of its own. Says which answers are missing, and why.
class AnswersPanel : public QFrame {
    Q_OBJECT

public:
    explicit AnswersPanel(SessionBridge& bridge, QWidget* parent = nullptr);
    ~AnswersPanel() override;

    /// Null: nothing is compared. Prompt and steps that were chosen stay.
    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// The group's column shows the answer nearest to the step.
    void showStep(std::size_t group, qint64 step);
    void showStepEverywhere(qint64 step);
    /// By so many prompts of those that the search has found.
    void go(int by);

Q_SIGNALS:
    /// The answers to a prompt are there.
    void shown();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// A run that has a column.
    struct Source {
        std::size_t run = 0, group = 0;  ///< indices into the comparison
        bool operator==(const Source&) const = default;
    };

    QWidget* makeHead();
    QWidget* makeList();
    QWidget* makeAnswers();
    QToolButton* makeButton(const char* name, const QString& text, const QString& help);
    std::vector<Source> sources() const;
    std::vector<RunId> runIds() const;
    void rebuild();
    void takePrompts(const AskedPrompts& prompts);
    void takeAnswers(const PromptAnswers& answers);
    void followRow();
    void tellPlace();
    void followStep(AnswerColumn* from, qint64 step);
    void compare();
    void scrollAll(int value, int maximum);
    QString missingText(std::size_t column) const;
    QString problemText() const;
    QString tasksProblem() const;

    AnswerFeed* m_feed;
    std::shared_ptr<const Comparison> m_comparison;
    std::vector<Source> m_sources;
    std::vector<RunId> m_runs;  ///< of the columns
    std::vector<bool> m_evaluated;
    std::vector<AnswerColumn*> m_columns;
    std::string m_prompt;  ///< the one that is shown
    bool m_scrolling = false;
    std::vector<std::stop_source> m_comparing;
    PromptListModel* m_model;
    QSortFilterProxyModel* m_found;
    QBoxLayout* m_head;
    QToolButton *m_previous, *m_next, *m_together, *m_differences;
    QLabel *m_place, *m_problem;
    QLineEdit* m_search;
    QComboBox* m_which;
    QListView* m_list;
    QSplitter* m_body;
    AnswerPanel* m_asked;
    QScrollArea* m_scroll;
    QHBoxLayout* m_row;
};

}  // namespace plumb::ui
