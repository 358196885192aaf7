// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/start_page.h"

#include <algorithm>
#include <ranges>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/elided_label.h"
#include "common/layouts.h"
#include "common/text.h"
#include "config/presets.h"
#include "models/run_list_model.h"
#include "widgets/badge.h"
#include "widgets/card.h"

namespace plumb::ui {
namespace {

constexpr int page_width = 860;
constexpr std::size_t most_resumable = 3;
constexpr std::string_view small_ending = "-smoke";
/// Those with a card, in this order; the others are lines below.
constexpr std::string_view featured_presets[] = {"grpo-arithmetic", "ppo-reviews",
                                                 "ppo-reviews-hacked", "dpo-reviews"};

bool isFeatured(std::string_view name) {
    return std::ranges::find(featured_presets, name) != std::end(featured_presets);
}

QLabel* sectionLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("role", "section");
    return label;
}

}  // namespace

StartPage::StartPage(QWidget* parent) : QScrollArea(parent) {
    setObjectName("startPage");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    auto* outer = new QWidget;
    auto* page = new QWidget(outer);
    page->setMaximumWidth(page_width);
    auto* headline = new QLabel("Which proxy, at what cost, with what failure mode?", page);
    headline->setProperty("role", "headline");
    headline->setWordWrap(true);
    auto* intro = new QLabel(
        "Choose an experiment, look at its settings, and start it. Everything runs on this "
        "machine; nothing is downloaded. Every step, completion and edit is kept.",
        page);
    intro->setProperty("role", "muted");
    intro->setWordWrap(true);

    m_resume = new QWidget(page);
    m_resume->setObjectName("resumeSection");
    m_resumeRows = new QVBoxLayout(m_resume);
    m_resumeRows->setContentsMargins(0, 8, 0, 0);
    m_resumeRows->setSpacing(6);
    m_resume->hide();

    auto* grid = new QGridLayout;
    grid->setSpacing(10);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    addCards(grid);

    m_workspace = new QLabel(page);
    m_workspace->setObjectName("workspaceLabel");
    m_workspace->setProperty("role", "small");
    m_workspace->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_workspace->setWordWrap(true);
    auto* change = new QPushButton("Open another workspace...", page);
    change->setObjectName("openWorkspace");
    auto* below = new QHBoxLayout;
    below->addWidget(m_workspace, 1);
    below->addWidget(change);

    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(24, 22, 24, 22);
    layout->setSpacing(10);
    layout->addWidget(headline);
    layout->addWidget(intro);
    layout->addWidget(m_resume);
    layout->addSpacing(8);
    layout->addWidget(sectionLabel("EXPERIMENTS", page));
    layout->addLayout(grid);
    layout->addSpacing(8);
    layout->addWidget(sectionLabel("MORE EXPERIMENTS", page));
    layout->addWidget(makePresetLines(page));
    layout->addSpacing(8);
    layout->addWidget(sectionLabel("WORKSPACE", page));
    layout->addLayout(below);
    m_recent = new QVBoxLayout;
    m_recent->setSpacing(2);
    layout->addLayout(m_recent);
    layout->addStretch();
    auto* centre = new QHBoxLayout(outer);
    centre->setContentsMargins(0, 0, 0, 0);
    centre->addWidget(page);
    setWidget(outer);
    connect(change, &QPushButton::clicked, this, &StartPage::workspaceRequested);
}

void StartPage::addCards(QGridLayout* grid) {
    int count = 0;
    const auto add = [&](Card* card) {
        grid->addWidget(card, count / 2, count % 2);
        ++count;
    };
    for (const std::string_view featured : featured_presets) {
        const auto place = std::ranges::find(presets(), featured, &Preset::name);
        if (place == presets().end()) continue;
        const Preset& preset = *place;
        const auto settings = preset_settings(preset.name);
        const QString name = toQString(preset.name);
        auto* card =
            new Card(name, toQString(preset.title), toQString(preset.summary), "Open experiment",
                     settings.ok() ? toQString(settings->algorithm) : QString(), this);
        if (count == 0) card->setPrimary();
        connect(card, &Card::chosen, this, [this, name] { Q_EMIT presetChosen(name); });
        const std::string small = preset.name + std::string(small_ending);
        const auto found = std::ranges::find(presets(), small, &Preset::name);
        if (found != presets().end()) {
            QPushButton* button = card->addSecond(toQString(small), "Small size, seconds");
            button->setToolTip(toQString(found->summary));
            connect(button, &QPushButton::clicked, this,
                    [this, small = toQString(small)] { Q_EMIT presetChosen(small); });
        }
        add(card);
    }
    auto* three = new Card(
        "compare-three", "Compare the three",
        "PPO, DPO and GRPO from one supervised model, on the same prompts, each until the same "
        "budget, over several seeds: reward, KL price, memory, work and win rates beside each "
        "other.",
        "Compare three...", {}, this);
    connect(three, &Card::chosen, this, &StartPage::compareThreeRequested);
    QPushButton* sweep = three->addSecond("sweep", "Sweep a setting...");
    connect(sweep, &QPushButton::clicked, this, &StartPage::sweepRequested);
    add(three);
    auto* own = new Card(
        "new-run", "Your own files",
        "Text, JSONL or preference pairs, for every algorithm: a form shows the rows as the "
        "run would see them, their lengths, and what would be cut.",
        "New run", {}, this);
    connect(own, &Card::chosen, this, &StartPage::newRunRequested);
    QPushButton* file = own->addSecond("run-file", "Open run file...");
    connect(file, &QPushButton::clicked, this, &StartPage::runFileRequested);
    add(own);
    auto* model = new Card(
        "model", "A model of your own",
        "A folder in Hugging Face's layout, or an adapter: its family, size, memory, tokenizer and "
        "chat template, without loading it; from there, train on it or talk to it.",
        "Open a model folder", {}, this);
    connect(model, &Card::chosen, this, &StartPage::modelRequested);
    add(model);
}

QWidget* StartPage::makePresetLines(QWidget* parent) {
    auto* lines = new QFrame(parent);
    lines->setProperty("role", "panel");
    auto* layout = new QGridLayout(lines);
    layout->setContentsMargins(12, 6, 8, 6);
    layout->setHorizontalSpacing(10);
    layout->setVerticalSpacing(2);
    layout->setColumnStretch(2, 1);
    for (const Preset& preset : presets()) {
        if (preset.name.ends_with(small_ending) || isFeatured(preset.name)) continue;
        const QString name = toQString(preset.name);
        const auto settings = preset_settings(preset.name);
        const int row = layout->rowCount();
        auto* badge = new Badge(settings.ok() ? toQString(settings->algorithm) : QString(), lines);
        auto* title = new QLabel(toQString(preset.title), lines);
        title->setToolTip(toQString(preset.summary));
        const QString summary = toQString(preset.summary);
        auto* line = new ElidedLabel(summary.left(summary.indexOf(". ") + 1), lines);
        line->setProperty("role", "small");
        line->setToolTip(summary);
        const auto addButton = [&](int column, const QString& chosen, const QString& text) {
            auto* button = new QPushButton(text, lines);
            button->setObjectName("preset:" + chosen);
            button->setAccessibleName(text + ": " + toQString(preset.title));
            button->setProperty("role", "flat");
            button->setAutoDefault(true);
            connect(button, &QPushButton::clicked, this,
                    [this, chosen] { Q_EMIT presetChosen(chosen); });
            layout->addWidget(button, row, column);
        };
        layout->addWidget(badge, row, 0, Qt::AlignLeft | Qt::AlignVCenter);
        layout->addWidget(title, row, 1);
        layout->addWidget(line, row, 2);
        addButton(3, name + toQString(std::string(small_ending)), "Small size");
        addButton(4, name, "Open");
    }
    return lines;
}

void StartPage::setRecentWorkspaces(const QStringList& folders) {
    clearLayout(*m_recent);
    if (folders.isEmpty()) return;
    m_recent->addWidget(sectionLabel("RECENT WORKSPACES", this));
    for (qsizetype i = 0; i < folders.size(); ++i) {
        auto* button = new QPushButton(this);
        button->setObjectName(QString("recentWorkspace:%1").arg(i));
        button->setProperty("role", "flat");
        button->setAutoDefault(true);
        button->setText(
            button->fontMetrics().elidedText(folders[i], Qt::ElideMiddle, page_width - 80));
        button->setToolTip(folders[i]);
        button->setAccessibleName("Open workspace " + folders[i]);
        connect(button, &QPushButton::clicked, this,
                [this, folder = folders[i]] { Q_EMIT workspaceChosen(folder); });
        m_recent->addWidget(button, 0, Qt::AlignLeft);
    }
}

void StartPage::setRuns(const std::vector<RunRecord>& runs, bool readOnly) {
    clearLayout(*m_resumeRows);
    std::size_t shown = 0;
    for (const RunRecord& run : runs) {
        if (run.state != RunState::interrupted || run.archived || readOnly) continue;
        if (shown == most_resumable) break;
        if (shown++ == 0)
            m_resumeRows->addWidget(sectionLabel("CUT OFF, CAN BE RESUMED", m_resume));
        auto* row = new QFrame(m_resume);
        row->setProperty("role", "banner-note");
        auto* text = new QLabel(toQString(run.name) + ", " + stateText(run), row);
        auto* resume = new QPushButton("Resume", row);
        resume->setObjectName(QString("resume:%1").arg(run.id));
        auto* look = new QPushButton("Look at it", row);
        look->setObjectName(QString("look:%1").arg(run.id));
        look->setProperty("role", "flat");
        for (QPushButton* button : {resume, look}) button->setAutoDefault(true);
        auto* layout = new QHBoxLayout(row);
        layout->setContentsMargins(12, 6, 8, 6);
        layout->addWidget(text, 1);
        layout->addWidget(look);
        layout->addWidget(resume);
        connect(resume, &QPushButton::clicked, this,
                [this, id = run.id] { Q_EMIT resumeRequested(id); });
        connect(look, &QPushButton::clicked, this, [this, id = run.id] { Q_EMIT runChosen(id); });
        m_resumeRows->addWidget(row);
    }
    m_resume->setVisible(shown > 0);
}

void StartPage::focusFirstCard() {
    if (auto* card = findChild<Card*>()) card->focusButton();
}

void StartPage::setWorkspace(const QString& folder) { m_workspace->setText(folder); }

}  // namespace plumb::ui
