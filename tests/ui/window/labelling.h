// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fstream>

#include <QSettings>
#include <QTextEdit>

#include "session/label_files.h"
#include "window/shown_window.h"

/// Writes a file of so many pairs: "prompt 1", "first 1", "second 1", ...
inline std::filesystem::path writePairs(const std::filesystem::path& file, int pairs) {
    std::ofstream out(file);
    for (int i = 1; i <= pairs; ++i)
        out << "{\"prompt\":\"prompt " << i << "\",\"completion_a\":\"first " << i
            << "\",\"completion_b\":\"second " << i << "\"}\n";
    return file;
}

/// A queue of the file's rows in the workspace.
inline plumb::LabelQueueId importQueue(const plumb::SessionOptions& options,
                                       const std::filesystem::path& file,
                                       const std::string& name = "pairs",
                                       const std::string& annotator = {}) {
    auto store = plumb::Store::open(options.workspace, plumb::Access::read_write);
    if (!store) qFatal("%s", store.error().message.c_str());
    const auto done =
        import_label_file(**store, {.file = file, .queue = name, .annotator = annotator});
    if (!done.ok()) qFatal("%s", done.error().message.c_str());
    return done->done.queue;
}

/// A workspace with a queue of so many pairs.
inline void makeQueue(const plumb::SessionOptions& options, int pairs) {
    importQueue(options, writePairs(options.workspace.parent_path() / "pairs.jsonl", pairs));
}

/// The window at its Label page.
struct Labelling : Shown {
    explicit Labelling(const plumb::SessionOptions& options) : Shown(options) {
        window->activateWindow();
        if (!QTest::qWaitForWindowActive(window.get())) qFatal("the window is not active");
        button("tabLabel")->click();
    }
    QString shown(const QString& name) { return find<QTextEdit>(name)->toPlainText(); }
    void waitForPrompt(const QString& prompt) {
        QTRY_COMPARE_WITH_TIMEOUT(shown("labelPrompt"), prompt, patience_ms);
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(find<QWidget>("labelPage"), key, modifiers);
    }
    /// Where the keyboard is.
    void pressThere(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(QApplication::focusWidget(), key, modifiers);
    }
    std::vector<plumb::Verdict> verdicts() {
        auto reader = plumb::StoreReader::open(window->bridge().workspace()).value();
        return reader->standing_verdicts(reader->label_queues()->front().id).value();
    }
};
