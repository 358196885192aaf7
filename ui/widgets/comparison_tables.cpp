// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/comparison_tables.h"

#include <algorithm>
#include <string_view>

#include <QVBoxLayout>

#include "widgets/report_table_view.h"

namespace plumb::ui {
namespace {

constexpr int most_rows = 14;

/// Appends the column of that id, row by row of the same group. A table without it adds nothing.
void take_column(ReportTable& table, const ReportTable& from, std::string_view id) {
    const auto column = std::ranges::find(from.columns, id, &TableColumn::id);
    if (column == from.columns.end()) return;
    const auto place = static_cast<std::size_t>(column - from.columns.begin());
    table.columns.push_back(*column);
    for (TableRow& row : table.rows) {
        const auto other = std::ranges::find(from.rows, row.group, &TableRow::group);
        row.cells.push_back(other == from.rows.end() || place >= other->cells.size()
                                ? TableCell{}
                                : other->cells[place]);
    }
}

}  // namespace

ReportTable overview_table(const Comparison& comparison) {
    ReportTable table{.id = "overview", .title = "Cost and stability"};
    table.columns = {{.id = "group", .title = "group"}};
    for (std::size_t g = 0; g < comparison.groups.size(); ++g) {
        const RunGroup& group = comparison.groups[g];
        if (group.algorithm == "reward") continue;
        TableRow row;
        row.cells.push_back({.text = group.name});
        row.colour = group.colour;
        row.group = g;
        table.rows.push_back(std::move(row));
    }
    for (const char* id : {"models", "peak_mb", "seconds", "tflops"})
        take_column(table, comparison.cost, id);
    for (const char* id : {"end", "best", "spread", "worst_kl", "diverged"})
        take_column(table, comparison.stability, id);
    take_column(table, comparison.data, "learns_from");
    return table;
}

ComparisonTables::ComparisonTables(QWidget* parent) : QScrollArea(parent) {
    setObjectName("comparisonTables");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    auto* inner = new QWidget(this);
    m_layout = new QVBoxLayout(inner);
    m_layout->setContentsMargins(0, 0, 4, 0);
    m_layout->setSpacing(8);
    m_layout->addStretch();
    setWidget(inner);
    connect(&m_filling, &QTimer::timeout, this, &ComparisonTables::fillNext);
}

void ComparisonTables::setComparison(std::shared_ptr<const Comparison> comparison) {
    m_comparison = std::move(comparison);
    m_toFill = m_comparison->tables();
    std::ranges::reverse(m_toFill);
    if (isVisible()) m_filling.start();
}

void ComparisonTables::showEvent(QShowEvent* event) {
    QScrollArea::showEvent(event);
    m_filling.start();
}

void ComparisonTables::fillNext() {
    if (m_toFill.empty() || !isVisible()) return m_filling.stop();
    const ReportTable* table = m_toFill.back();
    m_toFill.pop_back();
    ReportTableView*& view = m_views[table->id];
    if (!view) {
        view = new ReportTableView(QString::fromStdString(table->id), widget());
        view->setMostRows(most_rows);
        connect(view, &ReportTableView::told, this, &ComparisonTables::told);
        connect(view, &ReportTableView::problem, this, &ComparisonTables::problem);
        m_layout->insertWidget(m_layout->count() - 1, view);
    }
    view->setTable(*table);
    // Sensitivity without a sweep, edits without an edit: nothing to see.
    view->setVisible(!table->rows.empty() || !table->notes.empty());
}

}  // namespace plumb::ui
