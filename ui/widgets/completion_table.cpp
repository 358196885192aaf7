// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/completion_table.h"

#include <algorithm>

#include <QHeaderView>
#include <QKeyEvent>
#include <QSettings>

namespace plumb::ui {
namespace {

constexpr int row_height = 25, least_width = 40;
/// Beside a title: the arrow of the order, and the paddings.
constexpr int title_room = 30;
constexpr int number_width = 82, step_width = 84, end_width = 66, answer_width = 64,
              text_width = 190;

int widthOf(CompletionColumn::Kind kind) {
    using Kind = CompletionColumn::Kind;
    if (kind == Kind::step) return step_width;
    if (kind == Kind::end) return end_width;
    if (kind == Kind::answer) return answer_width;
    return kind == Kind::prompt || kind == Kind::completion ? text_width : number_width;
}

}  // namespace

CompletionTable::CompletionTable(bool sortable, QWidget* parent) : QTableView(parent) {
    setSortingEnabled(sortable);
    if (sortable) sortByColumn(-1, Qt::AscendingOrder);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(row_height);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(least_width);
    connect(horizontalHeader(), &QHeaderView::sectionResized, this,
            [this](int column, int, int width) {
                const bool last = column == model()->columnCount() - 1;
                if (!m_fitting && !last && isVisible())
                    QSettings().setValue(widthSetting(column), width);
            });
    connect(this, &QTableView::doubleClicked, this, &CompletionTable::opened);
}

void CompletionTable::fitColumns(const std::vector<CompletionColumn>& columns) {
    m_fitting = true;
    const QSettings settings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = static_cast<int>(i);
        const int title = horizontalHeader()->fontMetrics().horizontalAdvance(columns[i].title());
        const int fitting = std::max(widthOf(columns[i].kind), title + title_room);
        setColumnWidth(column, settings.value(widthSetting(column), fitting).toInt());
    }
    horizontalHeader()->setStretchLastSection(true);
    m_fitting = false;
}

QString CompletionTable::widthSetting(int column) const {
    return "tables/" + objectName() + "/" +
           model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
}

void CompletionTable::chooseRow(int row) {
    const QModelIndex index = model()->index(row, 0);
    if (!index.isValid()) return;
    selectionModel()->setCurrentIndex(
        index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    // Once the layout has given the table its height.
    QMetaObject::invokeMethod(
        this,
        [this, place = QPersistentModelIndex(index)] {
            if (place.isValid()) scrollTo(place, PositionAtCenter);
        },
        Qt::QueuedConnection);
}

void CompletionTable::keyPressEvent(QKeyEvent* event) {
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) &&
        currentIndex().isValid()) {
        Q_EMIT opened();
        return;
    }
    QTableView::keyPressEvent(event);
}

}  // namespace plumb::ui
