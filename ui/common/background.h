// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>
#include <utility>

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

namespace plumb::ui {

/// Calls work(stop_token) on a thread of the global pool and hands what it returns to use() on the
/// GUI thread, unless `context` has died by then or a stop was requested. To be called from the GUI
/// thread; the returned source cancels the work.
template <class Work, class Use>
std::stop_source runInBackground(QObject* context, Work work, Use use) {
    std::stop_source source;
    QThreadPool::globalInstance()->start([guard = QPointer<QObject>(context),
                                          token = source.get_token(), work = std::move(work),
                                          use = std::move(use)]() mutable {
        if (token.stop_requested()) return;
        auto answer = std::make_shared<decltype(work(token))>(work(token));
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [guard, token, use = std::move(use), answer]() mutable {
                if (guard && !token.stop_requested()) use(std::move(*answer));
            },
            Qt::QueuedConnection);
    });
    return source;
}

}  // namespace plumb::ui
