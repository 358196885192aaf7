// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "store/records.h"

class QCheckBox;
class QPlainTextEdit;
class QPushButton;

namespace plumb::ui {

class PlaygroundPane;
class SamplingEdit;
class SessionBridge;

/// Talks to a checkpoint, or to two side by side with the same prompt and the same draws.
class PlaygroundPage : public QWidget {
    Q_OBJECT

public:
    explicit PlaygroundPage(SessionBridge& bridge, QWidget* parent = nullptr);

    void setRuns(const std::vector<RunRecord>& runs);
    /// The run's checkpoint nearest to the step in the left pane; without a step its newest
    /// weights, which are the policy's own while the run is paused.
    void talkTo(RunId run, std::optional<std::int64_t> step);
    /// The same with a folder, or RUN[@STEP].
    void talkToModel(const QString& model);
    void setPrompt(const QString& prompt);

private:
    QWidget* makeHead();
    void ask();
    void stop();
    void refresh();

    QPlainTextEdit* m_prompt;
    SamplingEdit* m_sampling;
    QCheckBox* m_sideBySide;
    QPushButton *m_ask, *m_stop;
    PlaygroundPane *m_left, *m_right;
};

}  // namespace plumb::ui
