// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "session/generation.h"
#include "widgets/token_text.h"

namespace plumb::ui {

/// A completion as it is generated, whose tokens are shaded by how improbable they were.
class GeneratedText : public TokenText {
    Q_OBJECT

public:
    using TokenText::TokenText;

    /// Begins anew behind a prompt.
    void begin(const QString& prompt);
    void append(const std::vector<GeneratedToken>& tokens);
    const std::vector<GeneratedToken>& tokens() const { return m_tokens; }

protected:
    void write() override;

private:
    void add(const GeneratedToken& token);

    QString m_prompt;
    std::vector<GeneratedToken> m_tokens;
};

}  // namespace plumb::ui
