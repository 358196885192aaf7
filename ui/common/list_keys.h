// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemView>
#include <QKeyEvent>

namespace plumb::ui {

/// Home and End go to the ends of a list or table that has the keyboard; elsewhere they are keys of
/// the Train page. Installed as an event filter of the application.
class ListKeys : public QObject {
public:
    using QObject::QObject;

    bool eventFilter(QObject* object, QEvent* event) override {
        if (event->type() == QEvent::ShortcutOverride && qobject_cast<QAbstractItemView*>(object)) {
            const auto* key = static_cast<QKeyEvent*>(event);
            if (key->modifiers() == Qt::NoModifier &&
                (key->key() == Qt::Key_Home || key->key() == Qt::Key_End))
                event->accept();
        }
        return QObject::eventFilter(object, event);
    }
};

}  // namespace plumb::ui
