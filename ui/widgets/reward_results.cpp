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

constexpr int row_height = 25, problem_height = 84;
enum Column { NameColumn, ValueColumn, WeightColumn, PartColumn, TimeColumn };

/// Four digits, whatever the size.
QString numberText(double value) { return QString::number(value, 'g', 4); }

QString timeText(double seconds) {
    return seconds < 1 ? QString::number(seconds * 1000, 'f', 2) + " ms"
                       : QString::number(seconds, 'f', 2) + " s";
}

}  // namespace

RewardResults::RewardResults(QWidget* parent) : QWidget(parent) {
    setObjectName("rewardResults");
    m_table = new QTableWidget(0, 5, this);
    m_table->setObjectName("trialResults");
    m_table->setAccessibleName("What the reward functions said");
    m_table->setHorizontalHeaderLabels({"function", "value", "weight", "weighted", "time"});
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
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(NameColumn, QHeaderView::Stretch);
    for (int column = ValueColumn; column <= TimeColumn; ++column)
        m_table->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_table->horizontalHeaderItem(NameColumn)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_problem = new QPlainTextEdit(this);
    m_problem->setObjectName("trialProblem");
    m_problem->setAccessibleName("What went wrong");
    m_problem->setProperty("role", "error");
    m_problem->setReadOnly(true);
    m_problem->setTabChangesFocus(true);
    m_problem->setMaximumHeight(problem_height);
    m_empty = new QLabel("Type what a model might write, or take a row of the data, and press Try: "
                         "each function says what it is worth, as it would in a run.",
                         this);
    m_empty->setProperty("role", "muted");
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_problem);
    layout->addWidget(m_empty, 1);
    clear();
}

void RewardResults::begin(const std::vector<std::string>& functions, const Settings& settings) {
    m_functions = functions;
    m_settings = settings;
    m_rows.assign(functions.size(), Row());
    show();
}

void RewardResults::setAsked(std::size_t function) {
    m_rows[function].state = State::asked;
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
}

void RewardResults::show() {
    m_empty->setVisible(m_rows.empty());
    m_table->setVisible(!m_rows.empty());
    m_table->setRowCount(m_rows.empty() ? 0 : static_cast<int>(m_rows.size()) + 1);
    QStringList problems;
    for (std::size_t k = 0; k < m_rows.size(); ++k) {
        const Row& row = m_rows[k];
        const int line = static_cast<int>(k);
        const double weight = reward_weight(m_settings, k);
        setCell(line, NameColumn, toQString(reward_shown_name(m_functions[k])));
        QString value;
        switch (row.state) {
            case State::waiting: break;
            case State::asked: value = "asked ..."; break;
            case State::answered: value = row.value ? numberText(*row.value) : "no opinion"; break;
            case State::failed: value = "failed"; break;
            case State::cancelled: value = "cancelled"; break;
        }
        setCell(line, ValueColumn, value);
        setCell(line, WeightColumn, numberText(weight));
        setCell(line, PartColumn, row.value ? numberText(weight * *row.value) : QString());
        setCell(line, TimeColumn,
                row.state == State::answered ? timeText(row.seconds) : QString());
        if (!row.problem.isEmpty()) problems << row.problem;
    }
    if (!m_rows.empty()) showTotal();
    const QString problem = problems.join("\n");
    if (m_problem->toPlainText() != problem) m_problem->setPlainText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void RewardResults::showTotal() {
    const bool whole = std::ranges::all_of(
        m_rows, [](const Row& row) { return row.state == State::answered; });
    std::vector<std::optional<double>> values;
    for (const Row& row : m_rows) values.push_back(row.value);
    const auto total = weighted_total(values, m_settings);
    const int line = static_cast<int>(m_rows.size());
    setCell(line, NameColumn, "weighted total", true);
    for (const int column : {ValueColumn, WeightColumn, TimeColumn}) setCell(line, column, {});
    setCell(line, PartColumn,
            !whole  ? QString()
            : total ? numberText(*total)
                    : QString("no opinion"),
            true);
}

void RewardResults::setCell(int row, int column, const QString& text, bool bold) {
    QTableWidgetItem* item = m_table->item(row, column);
    if (!item) {
        item = new QTableWidgetItem;
        m_table->setItem(row, column, item);
    }
    const bool number = column != NameColumn;
    QFont font = number ? monospacedFont() : m_table->font();
    font.setBold(bold);
    item->setFont(font);
    item->setTextAlignment(int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    item->setText(text);
    item->setToolTip(text);
}

}  // namespace plumb::ui
