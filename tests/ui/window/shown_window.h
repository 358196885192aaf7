// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>

#include "session/session.h"
#include "test_main.h"
#include "widgets/message_bar.h"
#include "widgets/transport_bar.h"
#include "window/main_window.h"
#include "window/run_controller.h"

inline constexpr int patience_ms = 60000;

inline plumb::SessionOptions optionsBelow(const std::filesystem::path& folder) {
    plumb::SessionOptions options;
    options.workspace = folder / "workspace";
    options.cache = folder / "cache";
    return options;
}

/// A window on a workspace below a folder, ready for use.
struct Shown {
    std::unique_ptr<plumb::ui::MainWindow> window;
    explicit Shown(const plumb::SessionOptions& options)
        : window(std::make_unique<plumb::ui::MainWindow>(options)) {
        QSignalSpy ready(window.get(), &plumb::ui::MainWindow::ready);
        window->show();
        if (!ready.wait(patience_ms)) qFatal("the window did not become ready");
    }
    template <class Widget>
    Widget* find(const QString& name) {
        auto* found = window->findChild<Widget*>(name);
        if (!found) qFatal("there is no %s", qPrintable(name));
        return found;
    }
    QPushButton* button(const QString& name) { return find<QPushButton>(name); }
    QString text(const QString& label) { return find<QLabel>(label)->text(); }
    QString message() { return find<plumb::ui::MessageBar>("messageBar")->text(); }
    plumb::ui::TransportState state() { return find<plumb::ui::TransportBar>("transportBar")->state(); }
    void draft(const plumb::Settings& settings) { window->controller().showDraft(settings, "test"); }
    void startAndReach(std::int64_t step) {
        button("transportPrimary")->click();
        QTRY_VERIFY_WITH_TIMEOUT(shownStep() >= step || !message().isEmpty(), patience_ms);
        QCOMPARE(message(), "");
    }
    std::int64_t shownStep() { return find<QSlider>("timeSlider")->maximum(); }
    void waitFor(plumb::ui::TransportState wanted) {
        QTRY_VERIFY_WITH_TIMEOUT(state() == wanted, patience_ms);
    }
};

inline std::unique_ptr<plumb::StoreReader> readerOf(const plumb::SessionOptions& options) {
    auto reader = plumb::StoreReader::open(options.workspace);
    if (!reader) qFatal("%s", reader.error().message.c_str());
    return std::move(*reader);
}
