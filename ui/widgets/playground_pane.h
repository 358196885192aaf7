// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "bridge/generation_feed.h"

class QLabel;
class QTableWidget;

namespace plumb::ui {

class CheckpointChooser;
class GeneratedText;
class SessionBridge;

/// One model of the playground: which it is, its answer token by token, and what else could have
/// come in the place of a token.
class PlaygroundPane : public QFrame {
    Q_OBJECT

public:
    /// The parts' objectNames begin with the name.
    PlaygroundPane(const QString& name, SessionBridge& bridge, QWidget* parent = nullptr);

    CheckpointChooser& chooser() { return *m_chooser; }
    /// Asks the chosen model; the request's model is not read.
    void ask(GenerateRequest request);
    void stop() { m_feed.stop(); }
    bool isBusy() const { return m_feed.isBusy(); }
    bool hasModel() const;

Q_SIGNALS:
    void modelChanged();
    /// The answer is complete, was stopped, or could not be given.
    void done();

private:
    void showToken(std::optional<std::size_t> index);
    void showState(const QString& text, bool isError = false);

    GenerationFeed m_feed;
    CheckpointChooser* m_chooser;
    GeneratedText* m_text;
    QTableWidget* m_alternatives;
    QLabel* m_state;
};

}  // namespace plumb::ui
