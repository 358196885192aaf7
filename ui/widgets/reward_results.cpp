// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/reward_results.h"

#include <algorithm>

#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QTableWidget>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"
#include "common/theme.h"
#include "config/roles.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 23;
enum Column { NameColumn, ValueColumn, WeightColumn, PartColumn, TimeColumn };
/// Wide enough for four digits with sign and exponent.
constexpr int column_widths[] = {0, 70, 72, 66, 74};
/// Messages have this share of the height at most, but two lines at least.
constexpr int problem_share = 3, problem_frame = 14;

/// Four digits, whatever the size.
QString numberText(double value) { return QString::number(value, 'g', 4); }

QString timeText(double seconds) {
    if (seconds < 1e-5) return "< 0.01 ms";
    if (seconds >= 1) return QString::number(seconds, 'f', 2) + " s";
    return QString::number(seconds * 1000, 'f', seconds < 0.01 ? 2 : 1) + " ms";
}

}  // namespace

RewardResults::RewardResults(QWidget* parent) : QWidget(parent) {
    setObjectName("rewardResults");
    m_table = new QTableWidget(0, 5, this);
    m_table->setObjectName("trialResults");
    m_table->setAccessibleName("What the reward functions said");
    m_table->setHorizontalHeaderLabels({"function", "value", "weight", "part", "time"});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setFocusPolicy(Qt::NoFocus);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(row_height);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionResizeMode(QHeaderView::Fixed);
    header->setSectionResizeMode(NameColumn, QHeaderView::Stretch);
    for (int column = ValueColumn; column <= TimeColumn; ++column) {
        m_table->setColumnWidth(column, column_widths[column]);
        m_table->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    }
    m_table->horizontalHeaderItem(PartColumn)->setToolTip("Value times weight");
    m_table->horizontalHeaderItem(NameColumn)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_problem = new QPlainTextEdit(this);
    m_problem->setObjectName("trialProblem");
    m_problem->setAccessibleName("What went wrong");
    m_problem->setProperty("role", "error");
    m_problem->setReadOnly(true);
    m_problem->setTabChangesFocus(true);
    m_empty = new QLabel(
        "Type what a model might write, or take a row of the data, and press Try: "
        "each function says what it is worth, as it would in a run.",
        this);
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_table, 1000);
    layout->addWidget(m_problem);
    layout->addWidget(m_empty, 1000);
    layout->addStretch(1);
    clear();
}

void RewardResults::begin(const std::vector<std::string>& functions, const Settings& settings) {
    m_functions = functions;
    m_settings = settings;
    m_rows.assign(functions.size(), Row());
    show();
}

void RewardResults::setAsked(std::size_t function, const QString& duration) {
    m_rows[function].state = State::asked;
    m_rows[function].asked = duration;
    show();
}

void RewardResults::setAnswer(std::size_t function, const Result<RewardTrial>& trial) {
    Row& row = m_rows[function];
    row.state = trial.ok() ? State::answered : State::failed;
    if (trial.ok()) {
        row.value = trial.value().value;
        row.seconds = trial.value().seconds;
    } else {
        row.problem = toQString(trial.error().message);
    }
    show();
}

void RewardResults::setCancelled() {
    for (Row& row : m_rows)
        if (row.state == State::waiting || row.state == State::asked) row.state = State::cancelled;
    show();
}

void RewardResults::setSettings(const Settings& settings) {
    m_settings = settings;
    show();
}

void RewardResults::clear() { begin({}, m_settings); }

void RewardResults::showProblem(const QString& message) {
    clear();
    m_problem->setPlainText(message);
    m_problem->show();
    fitProblem();
}

void RewardResults::show() {
    m_empty->setVisible(m_rows.empty());
    m_table->setVisible(!m_rows.empty());
    m_table->clearSpans();
    m_table->setRowCount(m_rows.empty() ? 0 : static_cast<int>(m_rows.size()) + 1);
    QStringList problems;
    for (std::size_t k = 0; k < m_rows.size(); ++k) {
        const int line = static_cast<int>(k);
        setCell(line, NameColumn, toQString(reward_shown_name(m_functions[k])), Look::text);
        showRow(line, m_rows[k], reward_weight(m_settings, k));
        if (!m_rows[k].problem.isEmpty()) problems << m_rows[k].problem;
    }
    if (!m_rows.empty()) showTotal();
    m_table->setMaximumHeight(m_table->horizontalHeader()->sizeHint().height() +
                              row_height * m_table->rowCount() + 2);
    const auto asked = std::ranges::find(m_rows, State::asked, &Row::state);
    if (asked != m_rows.end())
        m_table->scrollToItem(m_table->item(static_cast<int>(asked - m_rows.begin()), NameColumn));
    const QString problem = problems.join("\n");
    if (m_problem->toPlainText() != problem) m_problem->setPlainText(problem);
    m_problem->setVisible(!problem.isEmpty());
    fitProblem();
}

void RewardResults::fitProblem() {
    const int line = m_problem->fontMetrics().lineSpacing();
    const int wanted = static_cast<int>(m_problem->document()->size().height()) * line;
    m_problem->setFixedHeight(std::min(wanted, std::max(2 * line, height() / problem_share)) +
                              problem_frame);
}

void RewardResults::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fitProblem();
}

void RewardResults::showRow(int line, const Row& row, double weight) {
    setCell(line, WeightColumn, numberText(weight), Look::number);
    setCell(line, PartColumn, row.value ? numberText(weight * *row.value) : QString(),
            Look::number);
    setCell(line, TimeColumn, row.state == State::answered ? timeText(row.seconds) : QString(),
            Look::number);
    QString note;
    switch (row.state) {
        case State::waiting: break;
        case State::asked: note = "asked, " + row.asked; break;
        case State::failed: note = "failed"; break;
        case State::cancelled: note = "cancelled"; break;
        case State::answered:
            if (!row.value) note = "no opinion";
            break;
    }
    if (row.value)
        setCell(line, ValueColumn, numberText(*row.value), Look::number);
    else
        setCell(line, ValueColumn, note, Look::note);
    const int last = row.state == State::answered ? PartColumn : TimeColumn;
    if (!row.value) m_table->setSpan(line, ValueColumn, 1, last - ValueColumn + 1);
}

void RewardResults::showTotal() {
    const bool whole =
        std::ranges::all_of(m_rows, [](const Row& row) { return row.state == State::answered; });
    std::vector<std::optional<double>> values;
    for (const Row& row : m_rows) values.push_back(row.value);
    const auto total = weighted_total(values, m_settings);
    const int line = static_cast<int>(m_rows.size());
    for (const int column : {ValueColumn, WeightColumn, TimeColumn})
        setCell(line, column, {}, Look::total);
    setCell(line, NameColumn, "weighted total", Look::total);
    setCell(line, PartColumn,
            !whole  ? QString()
            : total ? numberText(*total)
                    : QString("no opinion"),
            Look::total);
    m_table->setSpan(line, NameColumn, 1, PartColumn);
}

void RewardResults::setCell(int row, int column, const QString& text, Look look) {
    QTableWidgetItem* item = m_table->item(row, column);
    if (!item) {
        item = new QTableWidgetItem;
        m_table->setItem(row, column, item);
    }
    const bool right = column != NameColumn && look != Look::note;
    QFont font = right ? monospacedFont() : m_table->font();
    font.setBold(look == Look::total);
    item->setFont(font);
    item->setTextAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    item->setText(text);
    item->setToolTip(text);
}

}  // namespace plumb::ui
