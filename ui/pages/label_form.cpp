// SPDX-License-Identifier: GPL-3.0-or-later
// What the Label page consists of.
#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
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
#include "pages/label_settings.h"
#include "widgets/label_import_dialog.h"
#include "widgets/label_item_view.h"
#include "widgets/label_text.h"
#include "widgets/verdict_panel.h"

namespace plumb::ui {
namespace {

constexpr int annotator_width = 110, queue_width = 380, note_width = 170, verdicts_width = 360;
constexpr int least_queue_letters = 16;

}  // namespace

LabelPage::LabelPage(SessionBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_feed(new LabelFeed(bridge, this)) {
    setObjectName("labelPage");
    setFocusPolicy(Qt::StrongFocus);
    setAcceptDrops(true);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName("labelProgress");
    m_progress->setTextVisible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 12, 14, 12);
    layout->setSpacing(8);
    layout->addWidget(makeHead());
    layout->addWidget(makeViews());
    layout->addWidget(m_progress);
    layout->addWidget(makeMiddle(), 1);
    layout->addWidget(makeActions());
    addKeys();
    addViewKeys();
    connect(m_feed, &LabelFeed::queuesRead, this, &LabelPage::showQueues);
    connect(m_feed, &LabelFeed::shownChanged, this, &LabelPage::showItem);
    connect(m_feed, &LabelFeed::verdictChanged, m_verdicts, &VerdictPanel::refreshItem);
    connect(m_feed, &LabelFeed::failed, this, &LabelPage::problem);
    connect(&bridge, &SessionBridge::opened, this, [this] {
        m_queues.clear();
        m_queue->clear();
        m_feed->close();
        m_verdicts->show(0, {});
    });
    showItem();
}

QWidget* LabelPage::makeHead() {
    auto* head = new QWidget(this);
    m_queue = new QComboBox(head);
    m_queue->setObjectName("labelQueue");
    m_queue->setAccessibleName("Label queue");
    m_queue->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_queue->setMinimumContentsLength(least_queue_letters);
    m_queue->setMaximumWidth(queue_width);
    m_queue->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto* who = new QLabel("annotator", head);
    who->setProperty("role", "muted");
    m_annotator = new QLineEdit(QSettings().value(annotator_key).toString(), head);
    m_annotator->setObjectName("labelAnnotator");
    m_annotator->setAccessibleName("Annotator");
    m_annotator->setPlaceholderText("your name");
    m_annotator->setFixedWidth(annotator_width);
    const auto add = [&](const char* id, const QString& text, const QString& help) {
        auto* button = new QPushButton(text, head);
        button->setObjectName(id);
        button->setToolTip(help + ": " + keyText(id));
        return button;
    };
    m_import =
        add("labelImport", "Import...", "A queue from a JSONL file of answers, labelled or not");
    m_newQueue =
        add("labelSamples", "New queue...", "Of a run's samples, or of what two models answer");
    m_order = add("labelOrder", "Order...",
                  "In which order the items come, which come again, and who judges them");
    m_export =
        add("labelExport", "Export...", "Preference pairs as JSONL, with where they came from");
    m_showQuality = add("labelQuality", "Quality...",
                        "How far annotators agree with each other and with themselves");
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_queue, 3);
    layout->addWidget(who);
    layout->addWidget(m_annotator);
    layout->addStretch(1);
    for (QPushButton* button : {m_import, m_newQueue, m_order, m_export, m_showQuality})
        layout->addWidget(button);
    connect(m_queue, &QComboBox::activated, this, &LabelPage::openChosen);
    connect(m_annotator, &QLineEdit::returnPressed, this, [this] { setFocus(); });
    connect(m_annotator, &QLineEdit::editingFinished, this, [this] {
        if (QSettings().value(annotator_key).toString() == m_annotator->text()) return;
        QSettings().setValue(annotator_key, m_annotator->text());
        openChosen();
    });
    connect(m_import, &QPushButton::clicked, this, [this] { importFile()->chooseFile(); });
    connect(m_export, &QPushButton::clicked, this, &LabelPage::exportQueue);
    connect(m_showQuality, &QPushButton::clicked, this, &LabelPage::showQuality);
    connect(m_newQueue, &QPushButton::clicked, this, &LabelPage::makeQueue);
    connect(m_order, &QPushButton::clicked, this, &LabelPage::orderQueue);
    return head;
}

QWidget* LabelPage::makeViews() {
    m_views = new QWidget(this);
    m_title = new QLabel(m_views);
    m_title->setProperty("role", "title");
    m_where = new ElidedLabel(m_views);
    m_where->setObjectName("labelWhere");
    m_where->setProperty("role", "muted");
    auto* layout = new QHBoxLayout(m_views);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_title);
    layout->addWidget(m_where, 1);
    const auto add = [&](const char* id, const QString& text, const QString& help) {
        auto* button = new QPushButton(text, m_views);
        button->setObjectName(id);
        button->setProperty("role", "flat");
        button->setFocusPolicy(Qt::NoFocus);
        button->setToolTip(help);
        layout->addWidget(button);
        return button;
    };
    connect(add("labelSmaller", "A\u2212", "Smaller texts: " + keyText("labelSmaller")),
            &QPushButton::clicked, this, [this] { changeTextSize(-1); });
    connect(
        add("labelLarger", "A+",
            "Larger texts: " + keyText("labelLarger") + "; " + keyText("labelUsual") + " as usual"),
        &QPushButton::clicked, this, [this] { changeTextSize(1); });
    m_formatted = add("labelFormatted", "Formatted  " + keyText("labelFormatted"),
                      "Markdown formatted, or plain text as the model wrote it");
    m_differences = add("labelDifferences", "Differences  " + keyText("labelDifferences"),
                        "Mark in both answers what the other lacks");
    m_showVerdicts = add("labelVerdicts", "Verdicts  " + keyText("labelVerdicts"),
                         "Your earlier verdicts in this queue, to be looked at and changed");
    for (QPushButton* button : {m_formatted, m_differences, m_showVerdicts})
        button->setCheckable(true);
    return m_views;
}

QWidget* LabelPage::makeMiddle() {
    auto* middle = new QSplitter(Qt::Horizontal, this);
    middle->setChildrenCollapsible(false);
    middle->setHandleWidth(10);
    auto* shown = new QWidget(middle);
    m_item = new LabelItemView(shown);
    m_empty = new QLabel(shown);
    m_empty->setObjectName("labelEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* layout = new QVBoxLayout(shown);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_item, 1);
    layout->addWidget(m_empty, 1);
    m_verdicts = new VerdictPanel(m_bridge, middle);
    middle->addWidget(shown);
    middle->addWidget(m_verdicts);
    middle->setStretchFactor(0, 1);
    middle->setSizes({1000, verdicts_width});
    connect(m_verdicts, &VerdictPanel::failed, this, &LabelPage::problem);
    connect(m_verdicts, &VerdictPanel::chosen, this, [this](const PlacedVerdict& chosen) {
        m_feed->showAside(chosen.verdict.item, chosen.verdict.round);
    });
    connect(m_item, &LabelItemView::sizeRequested, this, &LabelPage::changeTextSize);
    return middle;
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
    add("labelBack", [this] { goBack(); });
    add("labelNote", [this] { m_note->setFocus(Qt::ShortcutFocusReason); });
    add("labelImport", [this] { m_import->click(); });
    add("labelSamples", [this] { m_newQueue->click(); });
    add("labelOrder", [this] { m_order->click(); });
    add("labelExport", [this] { m_export->click(); });
    add("labelQuality", [this] { m_showQuality->click(); });
    add("labelWeak", [this] { setStrength(1); });
    add("labelClear", [this] { setStrength(2); });
    add("labelStrong", [this] { setStrength(3); });
}

void LabelPage::addViewKeys() {
    const auto remembered = [this](const char* id, const char* key, QPushButton* button,
                                   auto apply) {
        connect(button, &QPushButton::toggled, this, apply);
        connect(button, &QPushButton::clicked, this,
                [key](bool on) { QSettings().setValue(key, on); });
        button->setChecked(QSettings().value(key, false).toBool());
        addPageShortcut(this, id, [button] { button->click(); });
    };
    remembered("labelFormatted", formatted_key, m_formatted,
               [this](bool on) { m_item->setFormatted(on); });
    remembered("labelDifferences", differences_key, m_differences,
               [this](bool on) { m_item->setDifferences(on); });
    connect(m_showVerdicts, &QPushButton::clicked, this, &LabelPage::showVerdicts);
    showVerdicts(QSettings().value(verdicts_key, false).toBool());
    const auto add = [this](const char* id, auto action) { addPageShortcut(this, id, action); };
    add("labelVerdicts", [this] { m_showVerdicts->click(); });
    add("labelEarlier", [this] {
        showVerdicts(true);
        m_verdicts->focusTable();
    });
    add("labelSearch", [this] {
        showVerdicts(true);
        m_verdicts->focusSearch();
    });
    add("labelLarger", [this] { changeTextSize(1); });
    add("labelSmaller", [this] { changeTextSize(-1); });
    add("labelUsual", [this] { changeTextSize(0); });
    add("labelDown", [this] { m_item->scroll(0.8); });
    add("labelUp", [this] { m_item->scroll(-0.8); });
    add("labelCopy", [this] { m_item->copySelection(); });
    m_item->setTextSize(QSettings().value(text_size_key, LabelText::usual_size).toInt());
}

}  // namespace plumb::ui
