// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/win_matrix.h"

#include <algorithm>

#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QWheelEvent>

#include "analysis/colour_scale.h"
#include "common/text.h"
#include "common/theme.h"
#include "models/win_matrix_model.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 30, least_width = 74, most_width = 150, most_name_width = 150;
/// The scale ends before 0 and 1 would have to be reached: rates of 20 and 80 % are clear already.
constexpr double scale_low = 0.05, scale_high = 0.95;

class CellPainter : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const QVariant share = index.data(WinMatrixModel::ShareRole);
        const QRect area = option.rect;
        QColor text = mutedColour(option.palette);
        painter->save();
        if (share.isValid()) {
            const std::string colour = scale_colour({scale_low, 0.5, scale_high}, share.toDouble(),
                                                    surfacesOf(option.palette));
            painter->fillRect(area.adjusted(1, 1, -1, -1), toColour(colour));
            text = toColour(text_colour_on(colour));
        }
        QFont font = monospacedFont();
        font.setBold(index.data(WinMatrixModel::DecidedRole).toBool());
        painter->setFont(font);
        painter->setPen(text);
        painter->drawText(area.adjusted(2, 0, -2, 0), Qt::AlignCenter,
                          index.data(Qt::DisplayRole).toString());
        if (option.state & QStyle::State_Selected) {
            painter->setPen(QPen(accentColour(option.palette), 2));
            painter->drawRect(area.adjusted(1, 1, -2, -2));
        }
        painter->restore();
    }
};

}  // namespace

WinMatrix::WinMatrix(WinMatrixModel& model, QWidget* parent) : QTableView(parent), m_model(model) {
    setObjectName("winMatrix");
    setAccessibleName("Win rates: the row's model over the column's, percent");
    setItemDelegate(new CellPainter(this));
    setModel(&model);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setShowGrid(false);
    setCornerButtonEnabled(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setIconSize({10, 10});
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setTextElideMode(Qt::ElideMiddle);
    verticalHeader()->setHighlightSections(false);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(row_height);
    verticalHeader()->setMinimumSectionSize(row_height);
    verticalHeader()->setTextElideMode(Qt::ElideMiddle);
    verticalHeader()->setMaximumWidth(most_name_width);
    connect(this, &QTableView::clicked, this, &WinMatrix::choose);
    connect(&model, &QAbstractItemModel::modelReset, this, &WinMatrix::fit);
    fit();
}

void WinMatrix::choose(const QModelIndex& index) {
    if (m_model.cell(index)) Q_EMIT cellChosen(index.row(), index.column());
}

void WinMatrix::fit() {
    const int count = m_model.columnCount();
    if (count == 0) return setFixedHeight(row_height);
    const int names = std::min(verticalHeader()->sizeHint().width(), most_name_width);
    const int width =
        std::clamp((viewport()->parentWidget()->width() - names) / count, least_width, most_width);
    horizontalHeader()->setDefaultSectionSize(width);
    const bool scrolls = names + width * count > this->width();
    setFixedHeight(horizontalHeader()->sizeHint().height() + row_height * count +
                   (scrolls ? horizontalScrollBar()->sizeHint().height() : 0) + 2);
}

void WinMatrix::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    if (event->size().width() != event->oldSize().width()) fit();
}

void WinMatrix::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        return choose(currentIndex());
    QTableView::keyPressEvent(event);
}

// The panel around it scrolls: this has all its rows in view.
void WinMatrix::wheelEvent(QWheelEvent* event) {
    if (event->angleDelta().x() != 0 || event->modifiers() == Qt::ShiftModifier)
        return QTableView::wheelEvent(event);
    event->ignore();
}

}  // namespace plumb::ui
