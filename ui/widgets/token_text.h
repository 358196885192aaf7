// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QTextEdit>

namespace plumb::ui {

/// A prompt, muted, and behind it the tokens of a completion, each in a format of its own. A click,
/// or the cursor keys, choose a token.
class TokenText : public QTextEdit {
    Q_OBJECT

public:
    explicit TokenText(QWidget* parent = nullptr);

    /// The first token, unless there is none or another one is chosen.
    void chooseFirst();

Q_SIGNALS:
    /// Nothing: the cursor stands in the prompt.
    void tokenChosen(std::optional<std::size_t> index);

protected:
    void changeEvent(QEvent* event) override;
    /// Writes all of it again: begin() and a call of insert() for each token.
    virtual void write() = 0;
    void rewrite();

    void begin(const QString& prompt);
    void insert(const QString& text, const QTextCharFormat& format);
    std::optional<std::size_t> tokenAt(int position) const;
    /// The position before a token, and the one behind it.
    int beginOf(std::size_t token) const;
    int endOf(std::size_t token) const { return m_ends[token]; }

private:
    int m_promptEnd = 0;
    std::vector<int> m_ends;  ///< the position behind each token
};

/// A token's text with line ends that can be seen.
QString withLineEnds(QString text);

}  // namespace plumb::ui
