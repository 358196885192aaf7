// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <QObject>
#include <QString>

#include "store/records.h"

namespace plumb::ui {

class SessionBridge;

/// A prompt that some of the runs answered.
struct AskedPrompt {
    std::string text;
    std::size_t runs = 0;  ///< how many of them answered it
    bool pinned = false;
};

/// The prompts of several runs: those of their last evaluations, in the order of the first run that
/// has them, and the pinned prompts that one of them answered.
struct AskedPrompts {
    std::vector<AskedPrompt> prompts;
    std::vector<bool> evaluated;  ///< of each run: whether it has answers to held-out prompts
};

/// What each run answered to a prompt, by rising step: on evaluations, and in training where it was
/// sampled from there. One answer a step, that of the evaluation first.
struct PromptAnswers {
    std::string prompt;
    std::vector<std::vector<CompletionRecord>> answers;
};

/// Reads answers that runs have stored, a prompt at a time, on the reader thread. A question that
/// was followed by another is not answered.
class AnswerFeed : public QObject {
    Q_OBJECT

public:
    explicit AnswerFeed(SessionBridge& bridge, QObject* parent = nullptr);

    /// Ends in promptsRead() or failed().
    void readPrompts(const std::vector<RunId>& runs);
    /// Ends in answersRead() or failed().
    void readAnswers(const std::string& prompt, const std::vector<RunId>& runs);
    /// Drops what was asked.
    void forget();

Q_SIGNALS:
    void promptsRead(const plumb::ui::AskedPrompts& prompts);
    void answersRead(const plumb::ui::PromptAnswers& answers);
    void failed(const QString& message);

private:
    SessionBridge& m_bridge;
    std::uint64_t m_askedPrompts = 0, m_askedAnswers = 0;
};

}  // namespace plumb::ui
