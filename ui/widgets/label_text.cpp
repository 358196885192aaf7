// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_text.h"

#include <QApplication>
#include <QEvent>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QScrollBar>
#include <QWheelEvent>

#include "common/background.h"
#include "common/text.h"
#include "common/visible_text.h"
#include "widgets/difference_text.h"
#include "widgets/label_document.h"

namespace plumb::ui {
namespace {

/// A conversation as JSON is read in about 10 ms a megabyte.
constexpr std::size_t most_read_at_once = 256 << 10;
/// Bytes that a character of UTF-8 takes at most.
constexpr qsizetype widest = 4;

}  // namespace

LabelText::LabelText(const QString& name, const QString& accessible, QWidget* parent)
    : QTextEdit(parent) {
    setObjectName(name);
    setAccessibleName(accessible);
    setReadOnly(true);
    setAcceptRichText(false);
    setUndoRedoEnabled(false);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    document()->setDocumentMargin(0);
}

LabelText::~LabelText() { m_reading.request_stop(); }

LabelText::Turns LabelText::readTurns(const std::string& source, bool isChat, qsizetype limit) {
    Turns result;
    qsizetype left = limit;
    const auto add = [&](const QString& role, const QString& text) {
        result.cut = result.cut || text.size() > left;
        result.turns.push_back({visibleText(role), visibleText(text.left(left))});
        left -= std::min(left, text.size());
    };
    const QJsonArray turns =
        isChat ? QJsonDocument::fromJson(
                     QByteArray::fromRawData(source.data(), static_cast<qsizetype>(source.size())))
                     .array()
               : QJsonArray();
    for (const auto& turn : turns) {
        if (left == 0) result.cut = true;
        if (left == 0) break;
        add(turn.toObject()["role"].toString(), turn.toObject()["content"].toString());
    }
    if (!turns.isEmpty()) return result;
    const auto size = static_cast<qsizetype>(source.size());
    const qsizetype bytes = std::min(size, limit * widest + widest);
    QString text = QString::fromUtf8(source.data(), bytes);
    // A character that the end of these bytes has cut in two is beyond the limit anyway.
    if (bytes < size) text.truncate(limit + 1);
    add({}, text);
    return result;
}

void LabelText::show(const std::string& text, bool isChat) {
    m_source = std::make_shared<const std::string>(text);
    m_isChat = isChat;
    m_limit = most_characters;
    read();
}

void LabelText::showMore() {
    m_limit += most_characters;
    const int at = verticalScrollBar()->value();
    read();
    verticalScrollBar()->setValue(at);
}

void LabelText::read() {
    m_reading.request_stop();
    if (!m_isChat || m_source->size() <= most_read_at_once) {
        take(readTurns(*m_source, m_isChat, m_limit));
        return;
    }
    unmark();
    setPlainText("Reading ...");
    m_reading = runInBackground(
        this,
        [source = m_source, limit = m_limit](const std::stop_token&) {
            return readTurns(*source, true, limit);
        },
        [this](Turns turns) { take(std::move(turns)); });
}

void LabelText::take(Turns turns) {
    m_turns = std::move(turns.turns);
    m_cut = turns.cut;
    write();
}

void LabelText::write() {
    unmark();
    // The style sheet makes the widget's own panel colour transparent.
    QFont sized = font();
    sized.setPixelSize(m_size);
    LabelDocument writer(*document(), sized, QApplication::palette());
    for (const Turn& turn : m_turns) {
        if (!turn.role.isEmpty()) writer.addRole(turn.role);
        if (m_formatted)
            writer.addMarkdown(turn.text);
        else
            writer.addPlain(turn.text);
    }
    writer.finish();
    moveCursor(QTextCursor::Start);
    verticalScrollBar()->setValue(0);
    Q_EMIT written();
}

void LabelText::setFormatted(bool formatted) {
    if (std::exchange(m_formatted, formatted) != formatted && m_source) write();
}

void LabelText::setTextSize(int pixels) {
    m_size = pixels;
    if (m_source) write();
}

void LabelText::mark(const std::vector<TextRange>& ranges, DiffPiece::Kind kind) {
    const QTextCharFormat format = differenceFormat(kind, palette());
    QList<ExtraSelection> selections;
    for (const TextRange& range : ranges) {
        ExtraSelection selection;
        selection.cursor = QTextCursor(document());
        selection.cursor.setPosition(range.begin);
        selection.cursor.setPosition(range.end, QTextCursor::KeepAnchor);
        selection.format = format;
        selections << selection;
    }
    setExtraSelections(selections);
}

void LabelText::changeEvent(QEvent* event) {
    QTextEdit::changeEvent(event);
    const bool other =
        event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (other && m_source) write();
}

void LabelText::wheelEvent(QWheelEvent* event) {
    if (event->modifiers() & Qt::ControlModifier) {
        if (const int delta = event->angleDelta().y()) Q_EMIT sizeRequested(delta > 0 ? 1 : -1);
        event->accept();
        return;
    }
    QTextEdit::wheelEvent(event);
}

void scrollTogether(LabelText& one, LabelText& other) {
    // One leads at a time: what follows must not lead back, or rounding would make both creep.
    const auto leading = std::make_shared<bool>(false);
    const auto follow = [leading](QScrollBar* leader, QScrollBar* follower) {
        QObject::connect(
            leader, &QScrollBar::valueChanged, follower, [leading, leader, follower](int value) {
                if (*leading || leader->maximum() == 0) return;
                *leading = true;
                follower->setValue(
                    static_cast<int>(qint64(value) * follower->maximum() / leader->maximum()));
                *leading = false;
            });
    };
    follow(one.verticalScrollBar(), other.verticalScrollBar());
    follow(other.verticalScrollBar(), one.verticalScrollBar());
}

}  // namespace plumb::ui
