// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/win_matrix.h"

#include <algorithm>
#include <cmath>

#include <QEvent>
#include <QHeaderView>
#include <QScrollBar>

#include "analysis/colour_scale.h"
#include "common/text.h"
#include "common/theme.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 28, least_width = 64, most_width = 132, most_name = 150,
              least_height = 120;

QString cellHelp(const WinCell& cell, const std::string& first, const std::string& second) {
    QString text = QString("%1 against %2: %3 won, %4 lost, %5 ties")
                       .arg(toQString(first), toQString(second))
                       .arg(cell.wins)
                       .arg(cell.losses)
                       .arg(cell.ties);
    if (cell.left_out > 0) text += QString(", %1 prompts not compared").arg(cell.left_out);
    if (cell.adjusted_p)
        text += QString(".\nSign test, p = %1 after Holm's correction")
                    .arg(*cell.adjusted_p, 0, 'g', 2);
    return text + ".\nClick for the answers.";
}

}  // namespace

QString shareText(const Estimate& share) {
    if (!share.value) return "\u2013";
    const double percent = 100 * *share.value;
    const QString text = QString::number(percent, 'f', 0);
    if (!share.interval) return text;
    const double below = percent - 100 * share.interval->low,
                 above = 100 * share.interval->high - percent;
    if (std::abs(above - below) > 1.5)
        return QString("%1 [%2, %3]")
            .arg(text)
            .arg(100 * share.interval->low, 0, 'f', 0)
            .arg(100 * share.interval->high, 0, 'f', 0);
    return QString("%1 \u00b1 %2").arg(text).arg((above + below) / 2, 0, 'f', 0);
}

WinMatrix::WinMatrix(QWidget* parent) : QTableWidget(parent) {
    setFrameShape(QFrame::NoFrame);
    setShowGrid(true);
    setEditTriggers(NoEditTriggers);
    setSelectionMode(SingleSelection);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setHorizontalScrollMode(ScrollPerPixel);
    verticalHeader()->setDefaultSectionSize(row_height);
    verticalHeader()->setMaximumWidth(most_name);
    verticalHeader()->setSectionsClickable(false);
    horizontalHeader()->setSectionsClickable(false);
    horizontalHeader()->setMinimumSectionSize(least_width);
    horizontalHeader()->setMaximumSectionSize(most_width);
    connect(this, &QTableWidget::cellClicked, this, &WinMatrix::choose);
    connect(this, &QTableWidget::cellActivated, this, &WinMatrix::choose);
}

void WinMatrix::show(std::shared_ptr<const WinRates> rates) {
    m_rates = std::move(rates);
    write();
}

void WinMatrix::write() {
    clear();
    const int size = m_rates ? static_cast<int>(m_rates->table.models.size()) : 0;
    setRowCount(size);
    setColumnCount(size);
    if (!m_rates) return;
    const WinTable& table = m_rates->table;
    for (int row = 0; row < size; ++row) {
        const std::string& first = table.models[std::size_t(row)];
        auto* left = new QTableWidgetItem(toQString(first));
        left->setToolTip(toQString(first));
        setVerticalHeaderItem(row, left);
        auto* above = new QTableWidgetItem("over " + toQString(first));
        above->setToolTip("Share of wins over " + toQString(first) + ", percent");
        setHorizontalHeaderItem(row, above);
        for (int column = 0; column < size; ++column) {
            auto* item = new QTableWidgetItem;
            item->setTextAlignment(Qt::AlignCenter);
            item->setFont(monospacedFont());
            if (row == column) {
                item->setFlags(Qt::NoItemFlags);
            } else {
                const WinCell& cell = table.cells[std::size_t(row)][std::size_t(column)];
                item->setText(shareText(cell.share));
                item->setToolTip(cellHelp(cell, first, table.models[std::size_t(column)]));
                if (cell.share.value) {
                    // Half of the scale to either side: a sure win is not louder than the text.
                    const std::string colour =
                        scale_colour({-0.5, 0.5, 1.5}, *cell.share.value, surfacesOf(palette()));
                    item->setBackground(toColour(colour));
                    item->setForeground(toColour(text_colour_on(colour)));
                }
            }
            setItem(row, column, item);
        }
    }
    resizeColumnsToContents();
    m_needed = horizontalHeader()->sizeHint().height() + size * row_height +
               horizontalScrollBar()->sizeHint().height() + 4;
    setMinimumHeight(std::min(m_needed, least_height));
    setMaximumHeight(m_needed);
    updateGeometry();
}

QSize WinMatrix::sizeHint() const { return {QTableWidget::sizeHint().width(), m_needed}; }

void WinMatrix::choose(int row, int column) {
    if (row != column && m_rates)
        Q_EMIT cellChosen(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
}

void WinMatrix::changeEvent(QEvent* event) {
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) write();
}

}  // namespace plumb::ui
