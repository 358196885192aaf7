// SPDX-License-Identifier: GPL-3.0-or-later
// What the Label page consists of.
#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>

#include "bridge/label_feed.h"
#include "bridge/session_bridge.h"
#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "pages/label_page.h"
#include "widgets/label_text.h"

namespace plumb::ui {
namespace {

constexpr const char* annotator_key = "labels/annotator";
constexpr int annotator_width = 96, queue_width = 190, note_width = 190;

}  // namespace

LabelPage::LabelPage(SessionBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_feed(new LabelFeed(bridge, this)) {
    setObjectName("labelPage");
    setFocusPolicy(Qt::StrongFocus);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName("labelProgress");
    m_progress->setTextVisible(false);
    m_empty = new QLabel(this);
    m_empty->setObjectName("labelEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 12, 14, 12);
    layout->setSpacing(10);
    layout->addWidget(makeHead());
    layout->addWidget(m_progress);
    layout->addWidget(makeItem(), 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(makeActions());
    addKeys();
    connect(m_feed, &LabelFeed::queuesRead, this, &LabelPage::showQueues);
    connect(m_feed, &LabelFeed::shownChanged, this, &LabelPage::showItem);
    connect(m_feed, &LabelFeed::failed, this, &LabelPage::problem);
    connect(&bridge, &SessionBridge::opened, this, [this] {
        m_queues.clear();
        m_queue->clear();
        m_feed->close();
    });
    showItem();
}

QWidget* LabelPage::makeHead() {
    auto* head = new QWidget(this);
    auto* title = new QLabel("Which answer is better?", head);
    title->setProperty("role", "title");
    m_where = new ElidedLabel(head);
    m_where->setObjectName("labelWhere");
    m_where->setProperty("role", "muted");
    m_queue = new QComboBox(head);
    m_queue->setObjectName("labelQueue");
    m_queue->setAccessibleName("Label queue");
    m_queue->setMaximumWidth(queue_width);
    m_import = new QPushButton("Import...", head);
    m_import->setObjectName("labelImport");
    m_import->setToolTip("A queue from a JSONL file of answers, labelled or not: " +
                         keyText("labelImport"));
    m_newQueue = new QPushButton("New queue...", head);
    m_newQueue->setObjectName("labelSamples");
    m_newQueue->setToolTip("Of a run's samples, or of what two models answer: " +
                           keyText("labelSamples"));
    m_order = new QPushButton("Order...", head);
    m_order->setObjectName("labelOrder");
    m_order->setToolTip("In which order the items come, which come again, and who judges them: " +
                        keyText("labelOrder"));
    m_export = new QPushButton("Export...", head);
    m_export->setObjectName("labelExport");
    m_export->setToolTip("Preference pairs as JSONL, with where they came from: " +
                         keyText("labelExport"));
    m_annotator = new QLineEdit(QSettings().value(annotator_key).toString(), head);
    m_annotator->setObjectName("labelAnnotator");
    m_annotator->setAccessibleName("Annotator");
    m_annotator->setPlaceholderText("your name");
    m_annotator->setFixedWidth(annotator_width);
    auto* who = new QLabel("annotator", head);
    who->setProperty("role", "muted");
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(title);
    layout->addWidget(m_where, 1);
    for (QWidget* widget : {static_cast<QWidget*>(m_queue), static_cast<QWidget*>(m_import),
                            static_cast<QWidget*>(m_newQueue), static_cast<QWidget*>(m_order),
                            static_cast<QWidget*>(m_export), static_cast<QWidget*>(who),
                            static_cast<QWidget*>(m_annotator)})
        layout->addWidget(widget);
    connect(m_queue, &QComboBox::activated, this, &LabelPage::openChosen);
    connect(m_annotator, &QLineEdit::returnPressed, this, [this] { setFocus(); });
    connect(m_annotator, &QLineEdit::editingFinished, this, [this] {
        if (QSettings().value(annotator_key).toString() == m_annotator->text()) return;
        QSettings().setValue(annotator_key, m_annotator->text());
        openChosen();
    });
    const auto choose = [this](QFileDialog::AcceptMode mode, auto use) {
        auto* dialog = new QFileDialog(
            this, mode == QFileDialog::AcceptOpen ? "Import labels" : "Export labels");
        dialog->setObjectName("labelDialog");
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setAcceptMode(mode);
        dialog->setFileMode(mode == QFileDialog::AcceptOpen ? QFileDialog::ExistingFile
                                                            : QFileDialog::AnyFile);
        dialog->setNameFilters({"JSONL (*.jsonl *.jsonl.gz *.json)", "All files (*)"});
        if (mode == QFileDialog::AcceptSave) dialog->setDefaultSuffix("jsonl");
        connect(dialog, &QFileDialog::fileSelected, this, use);
        dialog->open();
    };
    connect(m_import, &QPushButton::clicked, this, [this, choose] {
        choose(QFileDialog::AcceptOpen, [this](const QString& file) { importFile(file); });
    });
    connect(m_export, &QPushButton::clicked, this, [this, choose] {
        choose(QFileDialog::AcceptSave, [this](const QString& file) { exportTo(file); });
    });
    connect(m_newQueue, &QPushButton::clicked, this, &LabelPage::makeQueue);
    connect(m_order, &QPushButton::clicked, this, &LabelPage::orderQueue);
    return head;
}

QWidget* LabelPage::makeAnswer(QPlainTextEdit*& text, const QString& name, const QString& title) {
    auto* panel = new QFrame(this);
    panel->setProperty("role", "panel");
    auto* head = new QLabel(title, panel);
    head->setProperty("role", "section");
    text = makeLabelText(name, title, panel);
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(14, 10, 6, 8);
    layout->setSpacing(6);
    layout->addWidget(head);
    layout->addWidget(text, 1);
    return panel;
}

QWidget* LabelPage::makeItem() {
    auto* item = new QSplitter(Qt::Vertical, this);
    item->setChildrenCollapsible(false);
    item->setHandleWidth(8);
    auto* answers = new QSplitter(Qt::Horizontal, item);
    answers->setChildrenCollapsible(false);
    answers->setHandleWidth(10);
    item->addWidget(makeAnswer(m_prompt, "labelPrompt", "PROMPT"));
    answers->addWidget(makeAnswer(m_left, "labelLeft", "LEFT"));
    answers->addWidget(makeAnswer(m_right, "labelRight", "RIGHT"));
    item->addWidget(answers);
    item->setSizes({130, 380});
    answers->setSizes({1, 1});
    scrollTogether(*m_left, *m_right);
    m_item = item;
    return item;
}

QWidget* LabelPage::makeActions() {
    m_actions = new QWidget(this);
    auto* layout = new QHBoxLayout(m_actions);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    m_pace = new ElidedLabel(m_actions);
    m_pace->setObjectName("labelPace");
    m_pace->setProperty("role", "small");
    layout->addWidget(m_pace, 1);
    const auto add = [&](const char* id, const QString& text, auto action) {
        auto* button = new QPushButton(text, m_actions);
        button->setObjectName(id);
        button->setFocusPolicy(Qt::NoFocus);
        connect(button, &QPushButton::clicked, this, action);
        layout->addWidget(button);
        return button;
    };
    m_chooseLeft = add("labelChooseLeft", "Left", [this] { judgeSide(true); });
    m_tie = add("labelTie", "Tie  \u2193", [this] { judge(Choice::tie); });
    m_bothBad = add("labelBothBad", "Both bad  " + keyText("labelBothBad"),
                    [this] { judge(Choice::both_bad); });
    m_skip = add("labelSkip", "Skip  " + keyText("labelSkip"), [this] { judge(Choice::skip); });
    m_chooseRight = add("labelChooseRight", "Right", [this] { judgeSide(false); });
    for (QPushButton* button : {m_chooseLeft, m_chooseRight}) button->setProperty("primary", true);
    m_undo = add("labelUndo", "Undo  " + keyText("labelUndo"), [this] { m_feed->undo(); });
    m_strengthLabel = new QLabel(m_actions);
    m_strengthLabel->setObjectName("labelStrength");
    m_strengthLabel->setProperty("role", "small");
    m_note = new QLineEdit(m_actions);
    m_note->setObjectName("labelNote");
    m_note->setAccessibleName("Note of the next verdict");
    m_note->setPlaceholderText("Note  " + keyText("labelNote"));
    layout->addWidget(m_strengthLabel);
    m_note->setFixedWidth(note_width);
    layout->addWidget(m_note);
    connect(m_note, &QLineEdit::returnPressed, this, [this] { setFocus(); });
    return m_actions;
}

void LabelPage::addKeys() {
    const auto add = [this](const char* id, auto action) { addPageShortcut(this, id, action); };
    // Arrows in the list of queues, or in the note, are no verdicts.
    const auto addVerdict = [&](const char* id, QPushButton* button) {
        add(id, [button] {
            const QWidget* focus = QApplication::focusWidget();
            if (!qobject_cast<const QLineEdit*>(focus) && !qobject_cast<const QComboBox*>(focus))
                button->click();
        });
    };
    addVerdict("labelChooseLeft", m_chooseLeft);
    addVerdict("labelChooseRight", m_chooseRight);
    addVerdict("labelTie", m_tie);
    addVerdict("labelBothBad", m_bothBad);
    addVerdict("labelSkip", m_skip);
    addVerdict("labelUndo", m_undo);
    add("labelBack", [this] { setFocus(); });
    add("labelNote", [this] { m_note->setFocus(Qt::ShortcutFocusReason); });
    add("labelImport", [this] { m_import->click(); });
    add("labelSamples", [this] { m_newQueue->click(); });
    add("labelOrder", [this] { m_order->click(); });
    add("labelExport", [this] { m_export->click(); });
    add("labelWeak", [this] { setStrength(1); });
    add("labelClear", [this] { setStrength(2); });
    add("labelStrong", [this] { setStrength(3); });
}

}  // namespace plumb::ui
