// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include <QApplication>
#include <QEventLoop>
#include <QLocale>
#include <QSettings>
#include <QTemporaryDir>
#include <QThreadPool>
#include <QTimer>

#include "common/theme.h"
#include "window/main_window.h"

/// A program that measures the real window. The user's own arrangement and cache are left alone.
class WindowProgram {
public:
    WindowProgram(int& argc, char** argv, const char* name) : m_application(argc, argv) {
        QLocale::setDefault(QLocale::c());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_own.path());
        QApplication::setOrganizationName("plumbline");
        QApplication::setApplicationName(name);
        QApplication::setQuitOnLastWindowClosed(false);
        plumb::ui::applyTheme(m_application, plumb::ui::ThemeChoice::light);
    }

    /// A path in a folder that goes with the program.
    std::string ownPath(const char* name) const { return m_own.filePath(name).toStdString(); }

    /// Opens the window on the workspace, measures once it is usable, and closes it. size: of the
    /// window; empty: its own.
    void run(const std::string& workspace,
             const std::function<void(plumb::ui::MainWindow&)>& measure, QSize size = {}) {
        plumb::SessionOptions session;
        session.workspace = workspace;
        session.cache = ownPath("cache");
        {
            plumb::ui::MainWindow window(session);
            if (!size.isEmpty()) window.resize(size);
            open(window);
            measure(window);
            window.close();
            QApplication::exec();
        }
        QThreadPool::globalInstance()->waitForDone();
    }

private:
    static void open(plumb::ui::MainWindow& window) {
        QEventLoop opening;
        QTimer patience;
        patience.setSingleShot(true);
        QObject::connect(&patience, &QTimer::timeout, &opening,
                         [] { qFatal("the window did not become usable"); });
        QObject::connect(&window, &plumb::ui::MainWindow::ready, &opening, &QEventLoop::quit);
        patience.start(300'000);
        window.show();
        opening.exec();
    }

    QApplication m_application;
    QTemporaryDir m_own;
};
