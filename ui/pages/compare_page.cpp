// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/compare_page.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "common/elided_label.h"
#include "common/shortcuts.h"
#include "common/shown_page.h"
#include "common/text.h"
#include "widgets/answers_view.h"
#include "widgets/caution_strip.h"
#include "widgets/claims_view.h"
#include "widgets/compare_overview.h"
#include "widgets/comparison_tables.h"
#include "widgets/run_choice_dialog.h"
#include "widgets/tab_stack.h"
#include "widgets/win_rates_view.h"

namespace plumb::ui {
namespace {

constexpr std::size_t most_differences = 5;

/// "differences only: algorithm, beta, kl_coef"
QString differencesText(const ReportTable& settings) {
    QStringList keys;
    for (const TableRow& row : settings.rows)
        if (!row.cells.empty()) keys << toQString(row.cells.front().text);
    if (keys.isEmpty()) return {};
    const auto more = keys.size() - static_cast<qsizetype>(most_differences);
    QString text = keys.first(std::min<qsizetype>(keys.size(), most_differences)).join(", ");
    if (more > 0) text += QString(" and %1 more").arg(more);
    return "; differences: " + text;
}

QPushButton* makeButton(const char* name, const QString& text, const QString& help,
                        QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setObjectName(name);
    button->setToolTip(help);
    return button;
}

}  // namespace

ComparePage::ComparePage(SessionBridge& bridge, QWidget* parent)
    : QWidget(parent),
      m_feed(new CompareFeed(bridge, this)),
      m_rates(new WinRatesFeed(bridge, this)) {
    setObjectName("comparePage");
    setFocusPolicy(Qt::StrongFocus);
    m_stack = new QStackedWidget(this);
    m_cautions = new CautionStrip(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(8);
    layout->addWidget(makeHead());
    layout->addWidget(m_cautions);
    layout->addWidget(m_stack, 1);
    m_empty = makeEmpty();
    m_answers = new AnswersView(bridge, this);
    m_claims = new ClaimsView(bridge, this);
    m_body = makeBody();
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_body);
    connect(m_feed, &CompareFeed::changed, this, &ComparePage::show);
    connect(m_feed, &CompareFeed::namesRead, this, &ComparePage::showNames);
    connect(m_feed, &CompareFeed::failed, this, &ComparePage::problem);
    connect(m_rates, &WinRatesFeed::failed, this, &ComparePage::problem);
    connect(&bridge, &SessionBridge::opened, m_feed, &CompareFeed::readNames);
    addPageShortcut(this, "compareRuns", [this] { chooseRuns(); });
    addPageShortcut(this, "compareOverviewTab", [this] { m_tabs->setCurrent(m_overview); });
    addPageShortcut(this, "compareTablesTab", [this] { m_tabs->setCurrent(m_tables); });
    addPageShortcut(this, "compareRatesTab", [this] { showWinRates(); });
    addPageShortcut(this, "compareAnswersTab", [this] { m_tabs->setCurrent(m_answers); });
    addPageShortcut(this, "compareClaimsTab", [this] { showClaims(); });
    // Also while the tab that led here has the keyboard.
    const auto addAnswersKey = [this](const char* id, void (AnswersView::*move)(int), int by) {
        addPageShortcut(this, id, [this, move, by] {
            if (m_answers->isVisible()) (m_answers->*move)(by);
        });
    };
    addAnswersKey("comparePrevious", &AnswersView::stepPrompt, -1);
    addAnswersKey("compareNext", &AnswersView::stepPrompt, 1);
    addAnswersKey("compareEarlier", &AnswersView::moveStep, -1);
    addAnswersKey("compareLater", &AnswersView::moveStep, 1);
    show(nullptr);
}

QWidget* ComparePage::makeHead() {
    auto* head = new QWidget(this);
    m_names = new QComboBox(head);
    m_names->setObjectName("compareName");
    m_names->setAccessibleName("Comparison");
    m_names->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_names->setMinimumContentsLength(16);
    m_names->setPlaceholderText("Choose a comparison");
    m_summary = new ElidedLabel(head);
    m_summary->setObjectName("compareSummary");
    m_summary->setProperty("role", "muted");
    m_runs = makeButton("compareChooseRuns", "Runs...",
                        "Which runs stand here (" + keyText("compareRuns") + ")", head);
    m_three = makeButton("compareThree", "Compare three...",
                         "PPO, DPO and GRPO from one start with an equal budget", head);
    m_sweep = makeButton("compareSweep", "Sweep...", "One setting at several values", head);
    m_judge = makeButton("compareJudge", "Win rates...",
                         "Checkpoints answer the same prompts, and are judged", head);
    m_report = makeButton("compareReport", "Report", "The comparison as a file", head);
    m_report->setMenu(makeReports());
    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addWidget(m_names);
    layout->addWidget(m_runs);
    layout->addWidget(m_summary, 1);
    for (QPushButton* button : {m_three, m_sweep, m_judge, m_report}) layout->addWidget(button);
    connect(m_names, &QComboBox::activated, this, [this] {
        const QString name = m_names->currentData().toString();
        if (!name.isEmpty()) compareNamed(name);
    });
    connect(m_runs, &QPushButton::clicked, this, &ComparePage::chooseRuns);
    connect(m_three, &QPushButton::clicked, this, &ComparePage::compareThreeRequested);
    connect(m_sweep, &QPushButton::clicked, this, &ComparePage::sweepRequested);
    connect(m_judge, &QPushButton::clicked, this, &ComparePage::judgeRequested);
    return head;
}

QMenu* ComparePage::makeReports() {
    auto* menu = new QMenu(this);
    menu->setObjectName("compareReports");
    const auto add = [&](const char* name, const QString& text, Report what) {
        menu->addAction(text, this, [this, what] { Q_EMIT reportRequested(what); })
            ->setObjectName(name);
    };
    add("reportHtml", "HTML, one file...", Report::html);
    add("reportPdf", "PDF...", Report::pdf);
    add("reportPng", "PNG...", Report::png);
    add("reportTables", "All tables as CSV...", Report::tables);
    return menu;
}

QWidget* ComparePage::makeEmpty() {
    auto* empty = new QWidget(this);
    auto* title = new QLabel("Which algorithm, at what price?", empty);
    title->setProperty("role", "headline");
    title->setAlignment(Qt::AlignCenter);
    auto* text = new QLabel(
        "Runs of several seeds stand beside each other here: reward with its interval, its KL "
        "price, cost, stability, win rates and answers. Start PPO, DPO and GRPO from one model "
        "with one budget, sweep a setting, or choose runs that are there: in the list on the "
        "left with Ctrl or Shift, then " +
            keyText("runCompare") + ".",
        empty);
    text->setObjectName("compareEmpty");
    text->setProperty("role", "muted");
    text->setAlignment(Qt::AlignCenter);
    text->setWordWrap(true);
    text->setMaximumWidth(560);
    auto* three = makeButton("emptyCompareThree", "Compare three...", {}, empty);
    three->setProperty("primary", true);
    auto* sweep = makeButton("emptySweep", "Sweep...", {}, empty);
    auto* claims = makeButton("emptyClaims", "Claims...", {}, empty);
    connect(claims, &QPushButton::clicked, this, &ComparePage::showClaims);
    auto* runs = makeButton("emptyRuns", "Choose runs...", {}, empty);
    connect(three, &QPushButton::clicked, this, &ComparePage::compareThreeRequested);
    connect(sweep, &QPushButton::clicked, this, &ComparePage::sweepRequested);
    connect(runs, &QPushButton::clicked, this, &ComparePage::chooseRuns);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    for (QPushButton* button : {three, sweep, runs, claims}) buttons->addWidget(button);
    buttons->addStretch();
    auto* line = new QHBoxLayout;
    line->addStretch();
    line->addWidget(text, 1);
    line->addStretch();
    auto* layout = new QVBoxLayout(empty);
    layout->setSpacing(12);
    layout->addStretch(2);
    layout->addWidget(title);
    layout->addLayout(line);
    layout->addLayout(buttons);
    layout->addStretch(3);
    return empty;
}

QWidget* ComparePage::makeBody() {
    m_tabs = new TabStack(this);
    m_overview = new CompareOverview(*m_rates, m_tabs);
    m_tables = new ComparisonTables(m_tabs);
    m_winRates = new WinRatesView(*m_rates, m_tabs);
    m_tabs->addTab("compareTabOverview", "Overview", m_overview);
    m_tabs->addTab("compareTabTables", "Tables", m_tables);
    m_tabs->addTab("compareTabRates", "Win rates", m_winRates);
    m_tabs->addTab("compareTabAnswers", "Answers", m_answers);
    m_tabs->addTab("compareTabClaims", "Claims", m_claims);
    connect(m_claims, &ClaimsView::runsRequested, this, [this](const std::vector<RunId>& runs) {
        compareRuns(runs);
        m_tabs->setCurrent(m_overview);
    });
    connect(m_overview, &CompareOverview::hiddenGroupsChanged, m_answers,
            &AnswersView::setHiddenGroups);
    connect(m_overview, &CompareOverview::stepChosen, this, [this](qint64 step) {
        m_answers->showStep(step);
        m_tabs->setCurrent(m_answers);
    });
    connect(m_overview, &CompareOverview::cellChosen, this,
            [this](std::size_t first, std::size_t second) {
                m_winRates->showCell(first, second);
                showWinRates();
            });
    connect(m_overview, &CompareOverview::winRatesRequested, this, &ComparePage::judgeRequested);
    connect(m_winRates, &WinRatesView::judgeRequested, this, &ComparePage::judgeRequested);
    connect(m_winRates, &WinRatesView::peopleRequested, this, &ComparePage::peopleRequested);
    connect(m_tabs, &TabStack::currentChanged, this, [this](QWidget*, QWidget* now) {
        // Claims alone have something to say where no runs are compared.
        if (now != m_claims && m_body && !m_feed->comparison()) showPageAlone(*m_stack, *m_empty);
    });
    const auto pass = [this](auto* part) {
        using Part = std::remove_pointer_t<decltype(part)>;
        connect(part, &Part::told, this, &ComparePage::told);
        connect(part, &Part::problem, this, &ComparePage::problem);
    };
    pass(m_overview);
    pass(m_tables);
    pass(m_winRates);
    pass(m_claims);
    connect(m_answers, &AnswersView::problem, this, &ComparePage::problem);
    return m_tabs;
}

QString ComparePage::title() const {
    if (!m_feed->name().isEmpty()) return m_feed->name();
    return QString("%1 runs").arg(m_feed->runs().size());
}

void ComparePage::compareRuns(const std::vector<RunId>& runs) {
    m_feed->setRuns(runs);
    updateHead();
}

void ComparePage::compareNamed(const QString& name) {
    m_feed->setName(name);
    updateHead();
}

void ComparePage::setRuns(const std::vector<RunRecord>& runs) {
    m_records = runs;
    m_feed->readNames();
}

void ComparePage::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    m_winRates->setReadOnly(readOnly);
    m_claims->setReadOnly(readOnly);
    for (const char* name : {"compareThree", "compareSweep", "emptyCompareThree", "emptySweep"})
        findChild<QPushButton*>(name)->setEnabled(!readOnly);
    updateHead();
}

void ComparePage::showNames(const std::vector<StoredComparison>& comparisons) {
    const QSignalBlocker blocker(m_names);
    m_names->clear();
    for (const StoredComparison& comparison : comparisons)
        m_names->addItem(
            QString("%1 (%2 runs)").arg(toQString(comparison.name)).arg(comparison.runs.size()),
            toQString(comparison.name));
    m_names->setEnabled(!comparisons.empty());
    m_names->setCurrentIndex(m_feed->name().isEmpty() ? -1 : m_names->findData(m_feed->name()));
}

void ComparePage::show(const std::shared_ptr<const Comparison>& comparison) {
    const bool any = comparison && !comparison->runs.empty();
    m_cautions->show(any ? comparison->problems : std::vector<ComparisonProblem>());
    m_overview->setComparison(comparison, title());
    m_answers->setComparison(comparison);
    if (any) {
        m_tables->setComparison(comparison);
        m_rates->setRuns(m_feed->runs());
    }
    const bool atClaims = m_stack->currentWidget() == m_body && m_tabs->current() == m_claims;
    showPageAlone(*m_stack, any || atClaims ? *m_body : *m_empty);
    updateHead();
}

void ComparePage::updateHead() {
    const auto& comparison = m_feed->comparison();
    const bool any = comparison && !comparison->runs.empty();
    m_names->setCurrentIndex(m_feed->name().isEmpty() ? -1 : m_names->findData(m_feed->name()));
    QString text;
    if (any)
        text = toQString(comparison->summary()) + differencesText(comparison->settings);
    else if (!m_feed->name().isEmpty())
        text = "No run of this comparison has started yet.";
    m_summary->setText(text);
    m_summary->setToolTip(text);
    m_report->setEnabled(any);
    m_judge->setEnabled(any && !m_readOnly);
}

void ComparePage::chooseRuns() {
    auto* dialog = new RunChoiceDialog(m_records, m_feed->runs(), this);
    connect(dialog, &RunChoiceDialog::runsChosen, this, &ComparePage::compareRuns);
    dialog->open();
}

void ComparePage::showClaims() {
    m_tabs->setCurrent(m_claims);
    showPageAlone(*m_stack, *m_body);
}

void ComparePage::showWinRates() { m_tabs->setCurrent(m_winRates); }

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    m_feed->setActive(true);
    // The keys of the page count while the keyboard is in it.
    setFocus();
}

void ComparePage::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_feed->setActive(false);
}

}  // namespace plumb::ui
