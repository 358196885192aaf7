// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QTimer>
#include <QWidget>

#include "store/completion_filter.h"

class QComboBox;
class QHBoxLayout;
class QLineEdit;

namespace plumb::ui {

/// Which completions of a run are shown: a search, steps, a range of a number, how they ended,
/// where they are from, and of which prompts.
class CompletionFilterBar : public QWidget {
    Q_OBJECT

public:
    explicit CompletionFilterBar(QWidget* parent = nullptr);

    /// What the filter was left as; nothing where a range is no number.
    CompletionFilter filter() const;
    /// All completions again.
    void clear();
    bool isClear() const;
    /// Names of the reward functions.
    void setParts(const std::vector<std::string>& parts);
    void setPinned(const std::vector<PinnedPrompt>& prompts);
    /// The step that the rest of the window shows; nothing where it has none.
    void setShownStep(std::optional<std::int64_t> step);
    /// The completions of the shown step alone, or of all steps.
    void showStepAlone(bool alone);
    bool showsStepAlone() const;
    void chooseSource(CompletionSource source);
    void focusSearch();
    /// At the end of the second line.
    void addBeside(QWidget* widget);

Q_SIGNALS:
    void changed();

private:
    QComboBox* addChoice(const QString& name, const QString& label, const QStringList& texts);
    QLineEdit* addEdge(const QString& name, const QString& label, const QString& placeholder);
    void refresh();
    void checkEdges();

    QLineEdit *m_search, *m_firstStep, *m_lastStep, *m_least, *m_most;
    QComboBox *m_steps, *m_number, *m_ended, *m_source, *m_prompts;
    QHBoxLayout* m_second;
    std::optional<std::int64_t> m_shownStep;
    QTimer m_typing;
};

}  // namespace plumb::ui
