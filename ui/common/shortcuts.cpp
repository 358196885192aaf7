// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/shortcuts.h"

#include <algorithm>
#include <array>

#include <QKeyEvent>
#include <QShortcut>
#include <QStringList>
#include <QWidget>

#include "base/check.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr const char* between = " or ";

// Grouped by place, in the order of the sheet. The ids of actions are their objectNames.
constexpr std::array table = {
    Shortcut{"showStart", ShortcutPlace::window, "Ctrl+1", "Start page"},
    Shortcut{"showTrain", ShortcutPlace::window, "Ctrl+2", "Train page"},
    Shortcut{"showCompletions", ShortcutPlace::window, "Ctrl+3", "Completions page"},
    Shortcut{"showLabel", ShortcutPlace::window, "Ctrl+4", "Label page"},
    Shortcut{"showCompare", ShortcutPlace::window, "Ctrl+5", "Compare page"},
    Shortcut{"showPlayground", ShortcutPlace::window, "Ctrl+6", "Playground"},
    Shortcut{"showModel", ShortcutPlace::window, "Ctrl+7", "Model page"},
    Shortcut{"focusRuns", ShortcutPlace::window, "Ctrl+L", "To the list of runs"},
    Shortcut{"filterRuns", ShortcutPlace::window, "Ctrl+Shift+L", "Filter the list of runs"},
    Shortcut{"newRun", ShortcutPlace::window, "N", "New run from files of your own"},
    Shortcut{"showShortcuts", ShortcutPlace::window, "? or F1", "This list of keys"},
    Shortcut{"theme", ShortcutPlace::window, "Ctrl+T", "Light or dark"},
    Shortcut{"quit", ShortcutPlace::window, "Ctrl+Q", "Quit"},

    Shortcut{"primary", ShortcutPlace::train, "Space",
             "The first button below: start, pause, go on, resume, repeat"},
    Shortcut{"live", ShortcutPlace::train, "End", "Back to the newest step"},
    Shortcut{"followRun", ShortcutPlace::train, "Home", "The charts follow the run again"},
    Shortcut{"focusCharts", ShortcutPlace::train, "Ctrl+G", "To the charts"},
    Shortcut{"log", ShortcutPlace::train, "L", "Log or completions"},
    Shortcut{"diagnoses", ShortcutPlace::train, "Shift+D", "Diagnoses"},
    Shortcut{"memory", ShortcutPlace::train, "M", "Memory and cost"},
    Shortcut{"rewards", ShortcutPlace::train, "R", "Rewards, and again: to the text to try"},
    Shortcut{"searchSettings", ShortcutPlace::train, "Ctrl+F", "Search the settings"},
    Shortcut{"talk", ShortcutPlace::train, "T", "Talk to the model of the shown step"},
    Shortcut{"keyAddChart", ShortcutPlace::train, "A", "Add a chart"},
    Shortcut{"keyNextAxis", ShortcutPlace::train, "X",
             "Charts over the next of step, time, tokens, FLOPs, KL"},
    Shortcut{"keyLogarithmicX", ShortcutPlace::train, "Shift+X", "That axis logarithmic or not"},
    Shortcut{"keyUndoCharts", ShortcutPlace::train, "Ctrl+Z",
             "Take the last change of the charts back"},
    Shortcut{"keySaveCharts", ShortcutPlace::train, "Ctrl+Shift+S",
             "Save all charts or their points"},

    Shortcut{"chart.enlarge", ShortcutPlace::chart, "E", "Enlarge, and back"},
    Shortcut{"chart.all", ShortcutPlace::chart, "Esc", "All charts again"},
    Shortcut{"chart.chooseCurves", ShortcutPlace::chart, "C", "Choose its curves"},
    Shortcut{"chart.smoothing", ShortcutPlace::chart, "S", "Next smoothing"},
    Shortcut{"chart.logarithmic", ShortcutPlace::chart, "Y", "Logarithmic values or not"},
    Shortcut{"chart.outliers", ShortcutPlace::chart, "O", "Outliers in view or not"},
    Shortcut{"chart.earlier", ShortcutPlace::chart, "Left", "Crosshair a step back"},
    Shortcut{"chart.later", ShortcutPlace::chart, "Right", "Crosshair a step on"},
    Shortcut{"chart.choose", ShortcutPlace::chart, "Return or Enter",
             "Show the step of the crosshair"},
    Shortcut{"chart.samples", ShortcutPlace::chart, "Ctrl+Return",
             "Completions of that step, the most extreme first"},
    Shortcut{"chart.zoomIn", ShortcutPlace::chart, "+ or =", "Closer"},
    Shortcut{"chart.zoomOut", ShortcutPlace::chart, "-", "Further away"},
    Shortcut{"chart.panLeft", ShortcutPlace::chart, "Shift+Left", "Earlier steps"},
    Shortcut{"chart.panRight", ShortcutPlace::chart, "Shift+Right", "Later steps"},
    Shortcut{"chart.zoomValuesIn", ShortcutPlace::chart, "Ctrl++ or Ctrl+=", "Values closer"},
    Shortcut{"chart.zoomValuesOut", ShortcutPlace::chart, "Ctrl+-", "Values further away"},
    Shortcut{"chart.follow", ShortcutPlace::chart, "Home", "Follow the run again"},
    Shortcut{"chart.moveBefore", ShortcutPlace::chart, "Ctrl+Left",
             "Move before the one on its left"},
    Shortcut{"chart.moveAfter", ShortcutPlace::chart, "Ctrl+Right",
             "Move behind the one on its right"},
    Shortcut{"chart.remove", ShortcutPlace::chart, "Del", "Remove"},
    Shortcut{"chart.undo", ShortcutPlace::chart, "Ctrl+Z",
             "Take the last change of the charts back"},
    Shortcut{"chart.save", ShortcutPlace::chart, "Ctrl+S", "Save it or its points"},
    Shortcut{"chart.copy", ShortcutPlace::chart, "Ctrl+C", "Copy its picture"},

    Shortcut{"settingsFound", ShortcutPlace::settings, "Return or Enter",
             "From the search to the setting it has found"},
    Shortcut{"settingsLeave", ShortcutPlace::settings, "Esc",
             "Empty the search, then back to the page"},

    Shortcut{"completionsSearch", ShortcutPlace::completions, "/", "Search"},
    Shortcut{"completionsPin", ShortcutPlace::completions, "P",
             "Pin the prompt, or take the pin off"},
    Shortcut{"completionsGroup", ShortcutPlace::completions, "G", "Siblings of the completion"},
    Shortcut{"completionsHistory", ShortcutPlace::completions, "D",
             "Answers to the prompt over the run, with differences"},
    Shortcut{"completionsNewer", ShortcutPlace::completions, "F5", "Take in newer completions"},
    Shortcut{"completionsBack", ShortcutPlace::completions, "Esc",
             "End a search, back to the table, then filters off"},

    Shortcut{"labelChooseLeft", ShortcutPlace::label, "Left or A",
             "The answer on the left is better (good, where there is one)"},
    Shortcut{"labelChooseRight", ShortcutPlace::label, "Right or B",
             "The answer on the right is better (bad, where there is one)"},
    Shortcut{"labelTie", ShortcutPlace::label, "Down or =", "They are equally good"},
    Shortcut{"labelBothBad", ShortcutPlace::label, "X", "Both are bad"},
    Shortcut{"labelSkip", ShortcutPlace::label, "S", "Skip"},
    Shortcut{"labelUndo", ShortcutPlace::label, "Ctrl+Z", "Take the last verdict back"},
    Shortcut{"labelWeak", ShortcutPlace::label, "1", "The next verdict is a close one"},
    Shortcut{"labelClear", ShortcutPlace::label, "2", "The next verdict is a clear one"},
    Shortcut{"labelStrong", ShortcutPlace::label, "3", "The next verdict is a very clear one"},
    Shortcut{"labelNote", ShortcutPlace::label, "E", "A note to the next verdict"},
    Shortcut{"labelBack", ShortcutPlace::label, "Esc",
             "Back to the answers, then to the item whose turn it is"},
    Shortcut{"labelVerdicts", ShortcutPlace::label, "V", "Earlier verdicts, or hide them"},
    Shortcut{"labelEarlier", ShortcutPlace::label, "Up",
             "To the newest verdict; Up and Down lead to others"},
    Shortcut{"labelSearch", ShortcutPlace::label, "/", "Search earlier verdicts"},
    Shortcut{"labelDifferences", ShortcutPlace::label, "D", "Mark what differs"},
    Shortcut{"labelFormatted", ShortcutPlace::label, "F", "Formatted or plain texts"},
    Shortcut{"labelLarger", ShortcutPlace::label, "Ctrl++ or Ctrl+=", "Larger texts"},
    Shortcut{"labelSmaller", ShortcutPlace::label, "Ctrl+-", "Smaller texts"},
    Shortcut{"labelUsual", ShortcutPlace::label, "Ctrl+0", "Texts of the usual size"},
    Shortcut{"labelDown", ShortcutPlace::label, "PgDown", "Further down in both answers"},
    Shortcut{"labelUp", ShortcutPlace::label, "PgUp", "Further up in both answers"},
    Shortcut{"labelCopy", ShortcutPlace::label, "Ctrl+C", "Copy what is marked in a text"},
    Shortcut{"labelImport", ShortcutPlace::label, "Ctrl+I", "A queue from a file"},
    Shortcut{"labelSamples", ShortcutPlace::label, "Ctrl+R",
             "A new queue, of a run's samples or of two models' answers"},
    Shortcut{"labelOrder", ShortcutPlace::label, "Ctrl+O",
             "Order of the queue, repeats, and who judges what"},
    Shortcut{"labelExport", ShortcutPlace::label, "Ctrl+S", "Export verdicts"},
    Shortcut{"labelQuality", ShortcutPlace::label, "Q", "Quality: agreement, and what to look at"},
    Shortcut{"labelTrain", ShortcutPlace::label, "Ctrl+Return", "Train on the verdicts"},

    Shortcut{"compareRuns", ShortcutPlace::compare, "Ctrl+O", "Which runs are compared"},
    Shortcut{"compareOverviewTab", ShortcutPlace::compare, "Alt+1", "Overview"},
    Shortcut{"compareTablesTab", ShortcutPlace::compare, "Alt+2", "Tables"},
    Shortcut{"compareRatesTab", ShortcutPlace::compare, "Alt+3", "Win rates"},
    Shortcut{"compareAnswersTab", ShortcutPlace::compare, "Alt+4", "Answers"},
    Shortcut{"compareClaimsTab", ShortcutPlace::compare, "Alt+5", "Claims"},
    Shortcut{"compareNext", ShortcutPlace::compare, "J", "Answers to the next prompt"},
    Shortcut{"comparePrevious", ShortcutPlace::compare, "K", "Answers to the prompt before"},
    Shortcut{"compareLater", ShortcutPlace::compare, "Alt+Right", "Answers of a later evaluation"},
    Shortcut{"compareEarlier", ShortcutPlace::compare, "Alt+Left",
             "Answers of an earlier evaluation"},

    Shortcut{"runOpen", ShortcutPlace::runs, "Return", "Open"},
    Shortcut{"runOverlay", ShortcutPlace::runs, "O",
             "Lay the chosen runs over the charts, or take them off"},
    Shortcut{"runCompare", ShortcutPlace::runs, "C", "Compare the chosen runs"},
    Shortcut{"runDuplicate", ShortcutPlace::runs, "Ctrl+D", "New run with these settings"},
    Shortcut{"runRepeat", ShortcutPlace::runs, "Ctrl+R", "Repeat with its edits"},
    Shortcut{"runResume", ShortcutPlace::runs, "Ctrl+Shift+R", "Resume from the last checkpoint"},
    Shortcut{"runRename", ShortcutPlace::runs, "F2", "Rename"},
    Shortcut{"runNoteAction", ShortcutPlace::runs, "F4", "Note"},
    Shortcut{"runArchive", ShortcutPlace::runs, "Ctrl+E", "Archive"},
    Shortcut{"runUnarchive", ShortcutPlace::runs, "Ctrl+Shift+E", "Take out of the archive"},
    Shortcut{"runExportMetrics", ShortcutPlace::runs, "Ctrl+S", "Export metrics as CSV"},
    Shortcut{"runExportSettings", ShortcutPlace::runs, "Ctrl+Shift+S", "Export settings as YAML"},
    Shortcut{"runExportModel", ShortcutPlace::runs, "Ctrl+M", "Export the model"},
    Shortcut{"runDelete", ShortcutPlace::runs, "Del", "Delete"},
    Shortcut{"runUndo", ShortcutPlace::runs, "Ctrl+Z", "Undo delete"},
    Shortcut{"runRestore", ShortcutPlace::runs, "Ctrl+U", "Restore a deleted run"},
    Shortcut{"runPurge", ShortcutPlace::runs, "Shift+Del", "Remove a deleted run for good"},

    Shortcut{"queueOpen", ShortcutPlace::queue, "Return", "Show settings"},
    Shortcut{"queueUp", ShortcutPlace::queue, "Alt+Up", "Earlier"},
    Shortcut{"queueDown", ShortcutPlace::queue, "Alt+Down", "Later"},
    Shortcut{"queueRemove", ShortcutPlace::queue, "Del", "Take out of the queue"},

    Shortcut{"newRunFiles", ShortcutPlace::newRun, "Ctrl+O", "Add training files"},
    Shortcut{"newRunStart", ShortcutPlace::newRun, "Ctrl+Return", "Start"},
    Shortcut{"tryReward", ShortcutPlace::tryout, "Ctrl+Return or Ctrl+Enter", "Try"},
    Shortcut{"tryCancel", ShortcutPlace::tryout, "Esc", "Cancel a try that goes on"},
    Shortcut{"playgroundAsk", ShortcutPlace::playground, "Ctrl+Return", "Write"},
    Shortcut{"playgroundTwo", ShortcutPlace::playground, "Ctrl+B", "Two side by side, or one"},
    Shortcut{"playgroundStop", ShortcutPlace::playground, "Esc", "Stop"},
    Shortcut{"modelBrowse", ShortcutPlace::model, "Ctrl+O", "Browse to the folder of a model"},
    Shortcut{"modelTrain", ShortcutPlace::model, "Ctrl+Return", "Train on the model"},
    Shortcut{"modelTalk", ShortcutPlace::model, "Alt+T", "Talk to the model"},
    Shortcut{"noteSave", ShortcutPlace::note, "Ctrl+Return", "Save the note"},
    Shortcut{"newQueueMake", ShortcutPlace::newQueue, "Ctrl+Return", "Make the queue"},
    Shortcut{"labelOrderApply", ShortcutPlace::labelOrder, "Ctrl+Return", "Apply order and shares"},
};

const Shortcut& rowOf(std::string_view id) {
    const auto found = std::ranges::find(table, id, &Shortcut::id);
    PLUMB_CHECK(found != table.end(), "a key that is not in the table of shortcuts");
    return *found;
}

/// Keys that a keyboard may have on the upper half of another, so that Shift tells nothing.
bool isSign(int key) {
    return key > Qt::Key_Space && key < Qt::Key_AsciiTilde &&
           !(key >= Qt::Key_A && key <= Qt::Key_Z);
}

}  // namespace

std::span<const Shortcut> shortcuts() { return table; }

QString placeTitle(ShortcutPlace place) {
    switch (place) {
        case ShortcutPlace::window: return "Window";
        case ShortcutPlace::train: return "Train page";
        case ShortcutPlace::chart: return "In a chart (Tab leads to the next)";
        case ShortcutPlace::settings: return "In the settings";
        case ShortcutPlace::completions: return "Completions page";
        case ShortcutPlace::label: return "Label page";
        case ShortcutPlace::compare: return "Compare page";
        case ShortcutPlace::runs: return "In the list of runs";
        case ShortcutPlace::queue: return "In the queue";
        case ShortcutPlace::newRun: return "New run";
        case ShortcutPlace::tryout: return "Rewards, in the text to try";
        case ShortcutPlace::playground: return "Playground";
        case ShortcutPlace::model: return "Model page";
        case ShortcutPlace::note: return "Note";
        case ShortcutPlace::newQueue: return "New queue";
        case ShortcutPlace::labelOrder: return "Order of a queue";
    }
    return {};
}

QList<QKeySequence> allKeysOf(std::string_view id) {
    QList<QKeySequence> keys;
    for (const QString& way : toQString(rowOf(id).keys).split(between)) keys << QKeySequence(way);
    return keys;
}

QKeySequence keysOf(std::string_view id) { return allKeysOf(id).front(); }

QString keyText(std::string_view id) { return toQString(rowOf(id).keys).section(between, 0, 0); }

bool isPressed(const QKeyEvent& event, std::string_view id) {
    for (const QKeySequence& keys : allKeysOf(id)) {
        const QKeyCombination wanted = keys[0];
        Qt::KeyboardModifiers held = event.modifiers() & ~Qt::KeypadModifier;
        if (isSign(wanted.key())) held &= ~Qt::KeyboardModifiers(Qt::ShiftModifier);
        if (event.key() == wanted.key() && held == wanted.keyboardModifiers()) return true;
    }
    return false;
}

void addPageShortcut(QWidget* page, std::string_view id, std::function<void()> action) {
    auto* shortcut = new QShortcut(page);
    shortcut->setObjectName(toQString(id));
    shortcut->setKeys(allKeysOf(id));
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    QObject::connect(shortcut, &QShortcut::activated, page, std::move(action));
}

}  // namespace plumb::ui
