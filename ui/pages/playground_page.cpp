// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/playground_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"
#include "widgets/checkpoint_chooser.h"
#include "widgets/playground_pane.h"
#include "widgets/sampling_edit.h"

namespace plumb::ui {
namespace {

constexpr int prompt_height = 74;

}  // namespace

PlaygroundPage::PlaygroundPage(SessionBridge& bridge, QWidget* parent) : QWidget(parent) {
    setObjectName("playgroundPage");
    m_left = new PlaygroundPane("playgroundLeft", bridge, this);
    m_right = new PlaygroundPane("playgroundRight", bridge, this);
    m_right->hide();
    auto* panes = new QSplitter(Qt::Horizontal, this);
    panes->setHandleWidth(8);
    panes->setChildrenCollapsible(false);
    panes->addWidget(m_left);
    panes->addWidget(m_right);
    panes->setSizes({1, 1});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(8);
    layout->addWidget(makeHead());
    layout->addWidget(panes, 1);
    for (PlaygroundPane* pane : {m_left, m_right}) {
        connect(pane, &PlaygroundPane::done, this, &PlaygroundPage::refresh);
        connect(pane, &PlaygroundPane::modelChanged, this, &PlaygroundPage::refresh);
    }
    addPageShortcut(this, "playgroundAsk", [this] { m_ask->click(); });
    addPageShortcut(this, "playgroundTwo", [this] {
        m_sideBySide->toggle();
        if (m_sideBySide->isChecked()) m_right->chooser().setFocus(Qt::ShortcutFocusReason);
    });
    addPageShortcut(this, "playgroundStop", [this] { m_stop->click(); });
    refresh();
}

QWidget* PlaygroundPage::makeHead() {
    auto* head = new QFrame(this);
    head->setProperty("role", "panel");
    auto* title = new QLabel("PROMPT", head);
    title->setProperty("role", "section");
    m_prompt = new QPlainTextEdit(head);
    m_prompt->setObjectName("playgroundPrompt");
    m_prompt->setAccessibleName("Prompt");
    m_prompt->setPlaceholderText("The text that the model goes on from");
    m_prompt->setFont(monospacedFont());
    m_prompt->setTabChangesFocus(true);
    m_prompt->setFixedHeight(prompt_height);
    m_sampling = new SamplingEdit(head);
    m_sideBySide = new QCheckBox("Two side by side", head);
    m_sideBySide->setObjectName("playgroundSideBySide");
    m_sideBySide->setToolTip("Two models answer the same prompt: " + keyText("playgroundTwo"));
    m_ask = new QPushButton("Write  " + keyText("playgroundAsk"), head);
    m_ask->setObjectName("playgroundAsk");
    m_ask->setProperty("primary", true);
    m_stop = new QPushButton("Stop  " + keyText("playgroundStop"), head);
    m_stop->setObjectName("playgroundStop");
    auto* actions = new QHBoxLayout;
    actions->setSpacing(8);
    actions->addWidget(title, 1);
    actions->addWidget(m_sideBySide);
    actions->addWidget(m_stop);
    actions->addWidget(m_ask);
    auto* layout = new QVBoxLayout(head);
    layout->setContentsMargins(10, 6, 10, 8);
    layout->setSpacing(6);
    layout->addLayout(actions);
    layout->addWidget(m_prompt);
    layout->addWidget(m_sampling);
    connect(m_prompt, &QPlainTextEdit::textChanged, this, &PlaygroundPage::refresh);
    connect(m_sideBySide, &QCheckBox::toggled, this, [this](bool two) {
        if (!two) m_right->stop();
        m_right->setVisible(two);
        refresh();
    });
    connect(m_ask, &QPushButton::clicked, this, &PlaygroundPage::ask);
    connect(m_stop, &QPushButton::clicked, this, &PlaygroundPage::stop);
    return head;
}

void PlaygroundPage::setRuns(const std::vector<RunRecord>& runs) {
    m_left->chooser().setRuns(runs);
    m_right->chooser().setRuns(runs);
    refresh();
}

void PlaygroundPage::talkTo(RunId run, std::optional<std::int64_t> step) {
    m_left->chooser().choose(run, step);
    m_prompt->setFocus();
}

void PlaygroundPage::talkToModel(const QString& model) {
    m_left->chooser().chooseModel(model);
    m_prompt->setFocus();
}

void PlaygroundPage::setPrompt(const QString& prompt) { m_prompt->setPlainText(prompt); }

void PlaygroundPage::ask() {
    GenerateRequest request;
    request.prompt = toStd(m_prompt->toPlainText());
    m_sampling->apply(request);
    m_left->ask(request);
    if (m_sideBySide->isChecked()) m_right->ask(request);
    m_sampling->nextSeed();
    refresh();
}

void PlaygroundPage::stop() {
    m_left->stop();
    m_right->stop();
}

void PlaygroundPage::refresh() {
    const bool two = m_sideBySide->isChecked();
    const bool hasModels = m_left->hasModel() && (!two || m_right->hasModel());
    const bool hasPrompt = !m_prompt->document()->isEmpty();
    m_ask->setEnabled(hasModels && hasPrompt);
    m_ask->setToolTip(!hasModels  ? "Choose a model first"
                      : hasPrompt ? "The answers of one prompt, settings and seed are the same"
                                  : "Type a prompt first");
    m_stop->setEnabled(m_left->isBusy() || m_right->isBusy());
}

}  // namespace plumb::ui
