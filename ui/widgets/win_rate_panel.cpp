// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/win_rate_panel.h"

#include <algorithm>

#include <QComboBox>
#include <QDateTime>
#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStyle>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/shown_page.h"
#include "common/text.h"
#include "common/theme.h"
#include "models/win_matrix_model.h"
#include "widgets/duel_view.h"
#include "widgets/judge_dialog.h"
#include "widgets/strength_plot.h"
#include "widgets/win_matrix.h"

namespace plumb::ui {
namespace {

QLabel* makeNote(const char* name, const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setProperty("role", role);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setMinimumWidth(80);
    return label;
}

QString notesOf(const ReportTable& table) {
    QStringList notes;
    for (const std::string& note : table.notes) notes << toQString(note);
    return notes.join(" ");
}

QString setText(const AnswerSet& set) {
    return QString("%1 (%2 prompts)").arg(toQString(set.name)).arg(set.prompts);
}

QString setHelp(const AnswerSet& set) {
    QStringList models;
    for (const AnswerModel& model : set.models) models << toQString(model.identity);
    return QString("Set %1, made %2\n")
               .arg(set.id)
               .arg(QDateTime::fromMSecsSinceEpoch(set.added_ms).toString("yyyy-MM-dd hh:mm")) +
           models.join("\n");
}

}  // namespace

WinRatePanel::WinRatePanel(SessionBridge& bridge, QWidget* parent)
    : QFrame(parent), m_bridge(bridge), m_feed(new JudgedFeed(bridge, this)) {
    setObjectName("winRatePanel");
    setProperty("role", "panel");
    m_model = new WinMatrixModel(this);
    m_body = new QWidget(this);
    auto* inside = new QVBoxLayout(m_body);
    inside->setContentsMargins(0, 0, 0, 0);
    inside->setSpacing(6);
    inside->addWidget(makeHead());
    inside->addWidget(makeBody(), 1);
    m_empty = makeEmpty();
    m_pages = new QStackedWidget(this);
    m_pages->addWidget(m_body);
    m_pages->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 8, 8);
    layout->addWidget(m_pages);
    connect(m_feed, &JudgedFeed::setsRead, this, &WinRatePanel::takeSets);
    connect(m_feed, &JudgedFeed::setRead, this, &WinRatePanel::takeSet);
    connect(m_feed, &JudgedFeed::computed, this, &WinRatePanel::takeRates);
    connect(m_feed, &JudgedFeed::failed, this,
            [this](const QString& message) { tell(message, true); });
    setComparison(nullptr);
}

QComboBox* WinRatePanel::makeBox(const char* name, const QString& accessible) {
    auto* box = new QComboBox(this);
    box->setObjectName(name);
    box->setAccessibleName(accessible);
    box->setToolTip(accessible);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(6);
    box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    return box;
}

QWidget* WinRatePanel::makeHead() {
    auto* head = new QWidget(this);
    m_sets = makeBox("winRateSet", "Judged set");
    m_judges = makeBox("winRateJudge", "Judge");
    m_ties = makeBox("winRateTies", "What a tie counts");
    for (const TieRule rule : {TieRule::half, TieRule::drop, TieRule::both_lose}) {
        const QString text = toQString(describe(rule));
        m_ties->addItem(text, int(rule));
    }
    m_menuButton = new QPushButton("Judge", head);
    m_menuButton->setObjectName("judgeMenuButton");
    m_menuButton->setProperty("menu", true);
    m_menu = new QMenu(m_menuButton);
    m_menuButton->setMenu(m_menu);
    m_note = makeNote("winRateNote", "muted", head);
    m_label = new QPushButton("Label them", head);
    m_label->setObjectName("winRateLabel");
    auto* first = new QHBoxLayout;
    first->setSpacing(6);
    first->addWidget(m_sets, 1);
    first->addWidget(m_menuButton);
    auto* second = new QHBoxLayout;
    second->setSpacing(6);
    second->addWidget(m_judges, 1);
    second->addWidget(m_ties, 1);
    auto* third = new QHBoxLayout;
    third->setSpacing(6);
    third->addWidget(m_note, 1);
    third->addWidget(m_label, 0, Qt::AlignTop);
    auto* layout = new QVBoxLayout(head);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(first);
    layout->addLayout(second);
    layout->addLayout(third);
    connect(m_menu, &QMenu::aboutToShow, this, &WinRatePanel::fillMenu);
    connect(m_sets, &QComboBox::activated, this, [this] {
        m_wanted = m_sets->currentData().toLongLong();
        tell({});
        m_feed->readSet(m_wanted);
    });
    connect(m_judges, &QComboBox::activated, this, [this] {
        m_judge = toStd(m_judges->currentData().toString());
        compute();
    });
    connect(m_ties, &QComboBox::activated, this, &WinRatePanel::compute);
    connect(m_label, &QPushButton::clicked, this, [this] { Q_EMIT labelQueueRequested(m_made); });
    return head;
}

QWidget* WinRatePanel::makeBody() {
    auto* page = new QWidget;
    page->setAutoFillBackground(false);
    m_matrix = new WinMatrix(*m_model, page);
    m_matrixNote = makeNote("winRateMatrixNote", "small", page);
    m_strengthTitle = new QLabel("STRENGTHS (BRADLEY-TERRY)", page);
    m_strengthTitle->setProperty("role", "section");
    m_strengths = new StrengthPlot(page);
    m_strengthNote = makeNote("winRateStrengthNote", "small", page);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 4, 0);
    layout->setSpacing(6);
    layout->addWidget(m_matrix);
    layout->addWidget(m_matrixNote);
    layout->addWidget(m_strengthTitle);
    layout->addWidget(m_strengths);
    layout->addWidget(m_strengthNote);
    layout->addStretch();
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName("winRateScroll");
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(page);
    connect(m_matrix, &WinMatrix::cellChosen, this, &WinRatePanel::showDuels);
    return scroll;
}

QWidget* WinRatePanel::makeEmpty() {
    auto* page = new QWidget(this);
    m_emptyText = makeNote("winRateEmpty", "muted", page);
    m_emptyText->setAlignment(Qt::AlignCenter);
    m_emptyButton = new QPushButton("Judge answers...", page);
    m_emptyButton->setObjectName("judgeAnswers");
    m_emptyButton->setProperty("primary", true);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addStretch();
    layout->addWidget(m_emptyText);
    layout->addWidget(m_emptyButton, 0, Qt::AlignHCenter);
    layout->addStretch();
    connect(m_emptyButton, &QPushButton::clicked, this, &WinRatePanel::openJudgeDialog);
    return page;
}

void WinRatePanel::setComparison(std::shared_ptr<const Comparison> comparison) {
    m_comparison = std::move(comparison);
    std::vector<RunId> runs;
    if (m_comparison)
        for (const ComparedRun& run : m_comparison->runs) runs.push_back(run.record.id);
    const bool isOther = std::exchange(m_runs, runs) != runs;
    if (runs.empty()) {
        m_feed->forget();
        m_set.reset();
        m_rates.reset();
        return showEmpty("Choose runs to compare, and their answers can be judged.");
    }
    if (isOther) refresh();
}

void WinRatePanel::refresh() {
    if (!m_runs.empty()) m_feed->readSets(m_runs);
}

void WinRatePanel::takeSets(const std::vector<AnswerSet>& sets) {
    m_sets->clear();
    for (const AnswerSet& set : sets) {
        m_sets->addItem(setText(set), static_cast<qlonglong>(set.id));
        m_sets->setItemData(m_sets->count() - 1, setHelp(set), Qt::ToolTipRole);
    }
    if (sets.empty()) {
        m_set.reset();
        m_rates.reset();
        return showEmpty(
            "No answers of these runs were judged yet. Checkpoints answer the same prompts, and "
            "the gold reward, a reward model, a rule or people say which answer is better.");
    }
    const int at = m_wanted == 0 ? 0 : m_sets->findData(static_cast<qlonglong>(m_wanted));
    m_sets->setCurrentIndex(std::max(at, 0));
    m_feed->readSet(m_sets->currentData().toLongLong());
}

void WinRatePanel::takeSet(const std::shared_ptr<const ShownSet>& set) {
    m_set = set;
    showPageAlone(*m_pages, *m_body);
    m_judges->clear();
    for (const std::string& judge : set->answers.judges())
        m_judges->addItem("by " + toQString(judge), toQString(judge));
    const bool isJudged = m_judges->count() > 0;
    for (QWidget* part :
         std::initializer_list<QWidget*>{m_judges, m_ties, m_matrix, m_matrixNote, m_strengthTitle,
                                         m_strengths, m_strengthNote})
        part->setVisible(isJudged);
    if (!isJudged) {
        m_rates.reset();
        return tell("Nobody has judged these answers yet; Judge offers who can.");
    }
    m_judges->setCurrentIndex(std::max(0, m_judges->findData(toQString(m_judge))));
    compute();
}

TieRule WinRatePanel::tieRule() const {
    return static_cast<TieRule>(m_ties->currentData().toInt());
}

void WinRatePanel::compute() {
    m_ties->setToolTip("What a tie counts: " + m_ties->currentText());
    if (m_set && m_judges->count() > 0)
        m_feed->compute(m_set, toStd(m_judges->currentData().toString()), tieRule());
}

std::vector<std::string> WinRatePanel::colours() const {
    std::vector<std::string> colours;
    for (const AnswerModel& model : m_set->answers.set.models) {
        std::string colour;
        for (const RunGroup& group : m_comparison->groups)
            for (const std::size_t run : group.runs)
                if (model.run == m_comparison->runs[run].record.id) colour = group.colour;
        colours.push_back(std::move(colour));
    }
    return colours;
}

void WinRatePanel::takeRates(const std::shared_ptr<const WinRates>& rates) {
    if (!m_set || !m_comparison) return;
    m_rates = rates;
    const auto modelColours = colours();
    std::vector<QIcon> icons;
    for (const std::string& colour : modelColours) {
        QPixmap picture(10, 10);
        picture.fill(colour.empty() ? Qt::transparent : curveColour(colour, palette()));
        icons.emplace_back(picture);
    }
    const QModelIndex before = m_matrix->currentIndex();
    const int row = before.row(), column = before.column();
    m_model->setTable(rates->table, std::move(icons));
    m_matrix->setCurrentIndex(m_model->index(row, column));
    m_strengths->setStrengths(rates->strengths, modelColours);
    const auto shown = rates->tables();
    m_matrixNote->setText(
        "Percent of prompts on which the row won over the column; bold: beyond "
        "chance. " +
        notesOf(shown.front()));
    m_strengthNote->setText(notesOf(shown.back()));
    if (m_note->property("role") == "error") tell({});
    if (rates->judge == people_judge && m_set->answers.people && m_label->isHidden())
        tell(QString("%1 of %2 pairs are judged.")
                 .arg(m_set->answers.people->judged)
                 .arg(m_set->answers.people->items));
    if (m_duels && m_duels->isVisible() && m_duels->prompt()) m_duels->close();
    Q_EMIT computed();
}

std::vector<ReportTable> WinRatePanel::tables() const {
    return m_rates ? m_rates->tables() : std::vector<ReportTable>();
}

void WinRatePanel::showDuels(int first, int second) {
    if (!m_set || !m_rates) return;
    if (!m_duels) m_duels = new DuelView(this);
    m_duels->show(m_set, m_rates->judge, static_cast<std::size_t>(first),
                  static_cast<std::size_t>(second));
}

void WinRatePanel::fillMenu() {
    m_menu->clear();
    const auto add = [this](const QString& name, const QString& text, auto action) {
        QAction* entry = m_menu->addAction(text);
        entry->setObjectName(name);
        connect(entry, &QAction::triggered, this, action);
        return entry;
    };
    add("judgeNew", "New answers...", [this] { openJudgeDialog(); });
    if (!m_set) return;
    add("judgeFurther", "Another judge for these...", [this] { openFurther(false); });
    add("judgeByPeople", "By people, blind...", [this] { openFurther(true); });
    if (m_set->queues.empty()) return;
    m_menu->addSeparator();
    for (const LabelQueue& queue : m_set->queues)
        add(QString("labelQueue:%1").arg(queue.id),
            QString("Label \u201C%1\u201D (%2 pairs)").arg(toQString(queue.name)).arg(queue.items),
            [this, id = queue.id] { Q_EMIT labelQueueRequested(id); });
}

void WinRatePanel::openJudgeDialog() {
    if (!m_comparison || m_runs.empty()) return;
    watch(*new JudgeDialog(m_bridge, m_comparison, this));
}

void WinRatePanel::openFurther(bool people) {
    auto* dialog = new JudgeDialog(m_bridge, m_set->answers.set, this);
    if (people) dialog->askPeople();
    watch(*dialog);
}

void WinRatePanel::watch(JudgeDialog& dialog) {
    connect(&dialog, &JudgeDialog::judged, this,
            [this](AnswerSetId set, LabelQueueId queue, const QString& note) {
                m_wanted = set;
                tell(note);
                m_made = queue;
                m_label->setVisible(queue != 0);
                refresh();
            });
    dialog.show();
}

void WinRatePanel::tell(const QString& text, bool isError) {
    m_note->setProperty("role", isError ? "error" : "muted");
    m_note->style()->polish(m_note);
    m_note->setText(text);
    m_note->setVisible(!text.isEmpty());
    m_label->setVisible(false);
    if (isError && m_pages->currentWidget() == m_empty) m_emptyText->setText(text);
}

void WinRatePanel::showEmpty(const QString& text) {
    tell({});
    m_emptyText->setText(text);
    m_emptyButton->setVisible(!m_runs.empty());
    m_emptyButton->setEnabled(!m_bridge.isReadOnly());
    m_emptyButton->setToolTip(m_bridge.isReadOnly() ? "The workspace is open for reading only"
                                                    : "Chooses models, prompts and judges");
    showPageAlone(*m_pages, *m_empty);
}

}  // namespace plumb::ui
