// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/win_rates_view.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "common/text.h"
#include "widgets/cell_answers.h"
#include "widgets/form_parts.h"
#include "widgets/report_table_view.h"
#include "widgets/win_matrix.h"

namespace plumb::ui {
namespace {

constexpr TieRule rules[] = {TieRule::half, TieRule::drop, TieRule::both_lose};
constexpr int most_strengths = 8;

QString ruleText(TieRule rule) {
    switch (rule) {
        case TieRule::half: return "half a win for each";
        case TieRule::drop: return "left out";
        case TieRule::both_lose: return "no win for either";
    }
    return {};
}

}  // namespace

WinRatesView::WinRatesView(WinRatesFeed& feed, QWidget* parent)
    : QSplitter(Qt::Horizontal, parent), m_feed(feed) {
    setObjectName("winRatesView");
    setChildrenCollapsible(false);
    setHandleWidth(10);
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    auto* left = new QWidget(scroll);
    auto* layout = new QVBoxLayout(left);
    layout->setContentsMargins(0, 0, 4, 0);
    layout->setSpacing(8);
    makeChoices(left);
    m_strengths = new ReportTableView("bradley_terry", left);
    m_strengths->setMostRows(most_strengths);
    layout->addWidget(m_strengths);
    layout->addStretch();
    scroll->setWidget(left);
    m_answers = new CellAnswers(this);
    addWidget(scroll);
    addWidget(m_answers);
    setSizes({480, 560});
    setStretchFactor(1, 1);
    connect(&feed, &WinRatesFeed::changed, this, &WinRatesView::write);
    connect(m_matrix, &WinMatrix::cellChosen, this, &WinRatesView::showCell);
    connect(m_strengths, &ReportTableView::told, this, &WinRatesView::told);
    connect(m_strengths, &ReportTableView::problem, this, &WinRatesView::problem);
    write();
}

void WinRatesView::makeChoices(QWidget* parent) {
    auto* panel = new QFrame(parent);
    panel->setProperty("role", "panel");
    const auto makeBox = [panel](const char* name) {
        auto* box = new QComboBox(panel);
        box->setObjectName(name);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(14);
        return box;
    };
    m_title = new QLabel(panel);
    m_title->setObjectName("winTitle");
    m_title->setProperty("role", "title");
    m_title->setWordWrap(true);
    m_sets = makeBox("winSet");
    m_judges = makeBox("winJudge");
    m_ties = makeBox("winTies");
    for (const TieRule rule : rules) m_ties->addItem(ruleText(rule));
    auto* formParent = new QWidget(panel);
    auto* form = makeForm(formParent);
    addRow(*form, "Answers", m_sets, "Models that answered the same prompts");
    addRow(*form, "Judge", m_judges, "Whose scores, or verdicts, decide");
    addRow(*form, "Ties", m_ties, "What equal scores do to the share of wins");
    m_matrix = new WinMatrix(panel);
    m_matrix->setObjectName("winMatrix");
    m_notes = new QLabel(panel);
    m_notes->setObjectName("winNotes");
    m_notes->setProperty("role", "small");
    m_notes->setWordWrap(true);
    m_people = new QPushButton("Ask people...", panel);
    m_people->setObjectName("winPeople");
    m_people->setToolTip(
        "Pairs of these answers as a label queue, blind: neither model nor side "
        "is told");
    m_new = new QPushButton("New...", panel);
    m_new->setObjectName("winNew");
    m_new->setToolTip("Checkpoints answer the same prompts, and are judged");
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_new);
    buttons->addWidget(m_people);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(12, 8, 12, 10);
    layout->setSpacing(8);
    layout->addWidget(m_title);
    layout->addWidget(formParent);
    layout->addWidget(m_matrix);
    layout->addWidget(m_notes);
    layout->addLayout(buttons);
    parent->layout()->addWidget(panel);
    connect(m_sets, &QComboBox::activated, this,
            [this] { m_feed.choose(m_sets->currentData().toLongLong()); });
    connect(m_judges, &QComboBox::activated, this,
            [this] { m_feed.setJudge(toStd(m_judges->currentText())); });
    connect(m_ties, &QComboBox::activated, this,
            [this](int index) { m_feed.setTies(rules[index]); });
    connect(m_new, &QPushButton::clicked, this, &WinRatesView::judgeRequested);
    connect(m_people, &QPushButton::clicked, this, [this] {
        if (const auto set = m_feed.chosen()) Q_EMIT peopleRequested(*set);
    });
}

void WinRatesView::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    write();
}

void WinRatesView::write() {
    const QSignalBlocker sets(m_sets), judges(m_judges);
    m_sets->clear();
    for (const AnswerSet& set : m_feed.sets()) m_sets->addItem(toQString(set.name), qint64(set.id));
    if (m_feed.chosen()) m_sets->setCurrentIndex(m_sets->findData(qint64(*m_feed.chosen())));
    m_judges->clear();
    const auto& answers = m_feed.answers();
    if (answers)
        for (const std::string& judge : answers->judges()) m_judges->addItem(toQString(judge));
    const auto& rates = m_feed.rates();
    if (rates) m_judges->setCurrentText(toQString(rates->judge));
    for (QWidget* box : {m_sets, m_judges, m_ties}) box->setEnabled(answers != nullptr);
    m_matrix->show(rates);
    m_matrix->setVisible(rates != nullptr);
    m_strengths->setVisible(rates != nullptr);
    m_people->setEnabled(answers && !m_readOnly);
    m_new->setEnabled(!m_readOnly);
    QStringList notes;
    if (rates) {
        const ReportTable matrix = win_matrix(rates->table, rates->judge);
        for (const std::string& note : matrix.notes) notes << toQString(note);
        notes << "Click a cell for the answers.";
        m_strengths->setTable(bradley_terry_table(rates->strengths, rates->judge));
        m_title->setText(QString("Win rate, %, %1 prompts").arg(rates->table.prompts));
    } else if (answers) {
        m_title->setText("Win rates");
        notes << "Nobody has judged these answers yet.";
    } else {
        m_title->setText("Win rates");
        notes << "None yet: checkpoints of these runs answer the same prompts, and the gold "
                 "reward, a reward model, a rule or people say which answer is the better.";
    }
    if (answers && answers->people)
        notes << QString("People have judged %1 of %2 pairs.")
                     .arg(answers->people->judged)
                     .arg(answers->people->items);
    m_notes->setText(notes.join(" "));
    m_answers->clear();
}

void WinRatesView::showCell(std::size_t first, std::size_t second) {
    if (m_feed.answers() && m_feed.rates())
        m_answers->show(m_feed.answers(), m_feed.rates()->judge, first, second);
}

}  // namespace plumb::ui
