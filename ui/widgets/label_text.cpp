// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStringList>

#include "common/text.h"

namespace plumb::ui {

QPlainTextEdit* makeLabelText(const QString& name, const QString& accessible, QWidget* parent) {
    auto* edit = new QPlainTextEdit(parent);
    edit->setObjectName(name);
    edit->setAccessibleName(accessible);
    edit->setReadOnly(true);
    edit->setFrameShape(QFrame::NoFrame);
    edit->setFocusPolicy(Qt::NoFocus);
    edit->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return edit;
}

void showLabelText(QPlainTextEdit& edit, const std::string& text, bool isChat) {
    const QJsonArray turns =
        isChat ? QJsonDocument::fromJson(QByteArray::fromStdString(text)).array() : QJsonArray();
    QStringList parts;
    for (const auto& turn : turns)
        parts << turn.toObject()["role"].toString().toUpper() + "\n" +
                     turn.toObject()["content"].toString();
    edit.setPlainText(parts.isEmpty() ? toQString(text) : parts.join("\n\n"));
}

void scrollTogether(QPlainTextEdit& one, QPlainTextEdit& other) {
    const auto follow = [](QScrollBar* leader, QScrollBar* follower) {
        QObject::connect(leader, &QScrollBar::valueChanged, follower,
                         [leader, follower](int value) {
                             const int room = leader->maximum();
                             const int wanted = room > 0 ? value * follower->maximum() / room : 0;
                             // Within a line they are where they should be, and do not chase each
                             // other.
                             if (std::abs(follower->value() - wanted) > 1)
                                 follower->setValue(wanted);
                         });
    };
    follow(one.verticalScrollBar(), other.verticalScrollBar());
    follow(other.verticalScrollBar(), one.verticalScrollBar());
}

}  // namespace plumb::ui
