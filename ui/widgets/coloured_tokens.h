// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "analysis/token_values.h"
#include "widgets/token_text.h"

namespace plumb::ui {

/// A completion whose tokens have the colours of a quantity; of clipped ones those above the range
/// have a line over them, those below it one under them. Left and Right go from token to token.
class ColouredTokens : public TokenText {
    Q_OBJECT

public:
    explicit ColouredTokens(QWidget* parent = nullptr);

    void show(const std::string& prompt, const std::string& completion, const TokenData& tokens);
    void colourBy(TokenQuantity quantity);
    std::size_t count() const { return m_tokens.ids.size(); }
    std::optional<std::size_t> chosen() const;
    void choose(std::size_t token);
    /// As in the completion, line ends to be seen; a dot for one that writes none of its own.
    QString textOf(std::size_t token) const;

Q_SIGNALS:
    /// The token under the mouse.
    void tokenHovered(std::optional<std::size_t> index);

protected:
    void write() override;
    void keyPressEvent(QKeyEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    QTextCharFormat formatOf(std::size_t token, const ColourScale& scale) const;

    std::string m_prompt;
    std::vector<std::string> m_texts;
    TokenData m_tokens;
    TokenQuantity m_quantity = TokenQuantity::logprob;
};

}  // namespace plumb::ui
