// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QTextEdit>

#include "session/generation.h"

namespace plumb::ui {

/// A completion whose tokens are shaded by how improbable they were. A click, or the cursor keys,
/// choose a token.
class GeneratedText : public QTextEdit {
    Q_OBJECT

public:
    explicit GeneratedText(QWidget* parent = nullptr);

    /// Begins anew behind a prompt, which is shown muted.
    void begin(const QString& prompt);
    void append(const std::vector<GeneratedToken>& tokens);
    const std::vector<GeneratedToken>& tokens() const { return m_tokens; }

Q_SIGNALS:
    /// Nothing: the cursor stands in the prompt.
    void tokenChosen(std::optional<std::size_t> index);

protected:
    void changeEvent(QEvent* event) override;

private:
    void insert(const GeneratedToken& token);
    void shadeAll();
    QTextCharFormat formatOf(const GeneratedToken& token) const;
    std::optional<std::size_t> tokenAt(int position) const;
    void tellChosen();

    QString m_prompt;
    std::vector<GeneratedToken> m_tokens;
    std::vector<int> m_ends;  ///< the position behind each token
};

}  // namespace plumb::ui
