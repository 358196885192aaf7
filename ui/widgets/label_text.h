// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <QTextEdit>

#include "analysis/word_diff.h"

namespace plumb::ui {

/// A stretch of what a text shows, in characters.
struct TextRange {
    int begin = 0, end = 0;
};

/// A prompt or an answer to be read, which leaves the keyboard to the page: plain text as the model
/// wrote it, or formatted as Markdown; a conversation turn by turn. Nothing of it is ever loaded or
/// left out (common/visible_text.h, common/markdown.h). Of a long text the beginning.
class LabelText : public QTextEdit {
    Q_OBJECT

public:
    /// How much is shown at once.
    static constexpr qsizetype most_characters = 50'000;
    /// Of letters, in pixels, unless another is set.
    static constexpr int usual_size = 14;

    LabelText(const QString& name, const QString& accessible, QWidget* parent);
    ~LabelText() override;

    /// isChat: a list of turns as JSON. Ends in written(): at once, or soon after where the text is
    /// too large to be read in a moment.
    void show(const std::string& text, bool isChat);
    void setFormatted(bool formatted);
    /// In pixels.
    void setTextSize(int pixels);
    /// Marks stretches in the colour of what the text alone has (removed: the first of two texts).
    void mark(const std::vector<TextRange>& ranges, DiffPiece::Kind kind);
    void unmark() { setExtraSelections({}); }

    /// The rest is not shown.
    bool isCut() const { return m_cut; }
    /// Of the whole text, in bytes.
    std::size_t size() const { return m_source ? m_source->size() : 0; }
    qsizetype shownCharacters() const { return m_limit; }
    /// Shows as much again.
    void showMore();

Q_SIGNALS:
    void written();
    /// Ctrl and the wheel: larger or smaller by one.
    void sizeRequested(int change);

protected:
    void changeEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    struct Turn {
        QString role, text;
    };
    struct Turns {
        std::vector<Turn> turns;  ///< one without a role where it is no conversation
        bool cut = false;
    };
    static Turns readTurns(const std::string& source, bool isChat, qsizetype limit);

    void read();
    void write();
    void take(Turns turns);

    std::shared_ptr<const std::string> m_source;
    bool m_isChat = false, m_formatted = false, m_cut = false;
    qsizetype m_limit = most_characters;
    int m_size = usual_size;
    std::vector<Turn> m_turns;
    std::stop_source m_reading;
};

/// Each follows the other, by shares where one is longer.
void scrollTogether(LabelText& one, LabelText& other);

}  // namespace plumb::ui
