// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_delegate.h"

#include <QPainter>
#include <QPainterPath>

#include "common/theme.h"
#include "models/run_list_model.h"

namespace plumb::ui {
namespace {

constexpr int row_height = 44;
constexpr int margin = 10;
constexpr int square = 10;

void paintRounded(QPainter& painter, const QRectF& area, double radius, const QColor& colour) {
    QPainterPath path;
    path.addRoundedRect(area, radius, radius);
    painter.fillPath(path, colour);
}

/// Dark text on a light badge and the other way round.
QColor textOn(const QColor& colour) {
    const double luminance = 0.299 * colour.red() + 0.587 * colour.green() + 0.114 * colour.blue();
    return luminance > 140 ? QColor(0x10, 0x14, 0x18) : QColor(Qt::white);
}

}  // namespace

void RunDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QPalette& palette = option.palette;
    const QRect row = option.rect.adjusted(2, 1, -2, -1);
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
        QColor back =
            option.state & QStyle::State_Selected ? accentColour(palette) : textColour(palette);
        back.setAlphaF(option.state & QStyle::State_Selected ? 0.18 : 0.05);
        paintRounded(*painter, row, 6, back);
    }
    if (option.state & QStyle::State_HasFocus && option.state & QStyle::State_Selected) {
        painter->setPen(accentColour(palette));
        painter->drawRoundedRect(QRectF(row).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }

    const QString algorithm = index.data(RunListModel::AlgorithmRole).toString();
    const QColor colour = algorithmColour(algorithm.toStdString(), palette);
    paintRounded(*painter,
                 QRectF(row.left() + margin - 4, row.center().y() - square / 2.0, square, square),
                 2, colour);

    QFont small = smallFont();
    QFont badge = small;
    badge.setWeight(QFont::DemiBold);
    badge.setPixelSize(11);
    const QString name = algorithm.toUpper();
    const int badgeWidth = QFontMetrics(badge).horizontalAdvance(name) + 12;
    const QRectF pill(row.right() - badgeWidth - 6, row.center().y() - 8, badgeWidth, 17);
    paintRounded(*painter, pill, 8, colour);
    painter->setFont(badge);
    painter->setPen(textOn(colour));
    painter->drawText(pill, Qt::AlignCenter, name);

    const int left = row.left() + margin + square + 6;
    const QRect lines(left, row.top() + 4, static_cast<int>(pill.left()) - left - 6,
                      row.height() - 8);
    const QFontMetrics metrics(option.font);
    painter->setFont(option.font);
    painter->setPen(textColour(palette));
    painter->drawText(
        lines, Qt::AlignLeft | Qt::AlignTop,
        metrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, lines.width()));
    painter->setFont(small);
    const auto state = static_cast<RunState>(index.data(RunListModel::StateRole).toInt());
    painter->setPen(state == RunState::failed ? errorColour(palette) : mutedColour(palette));
    painter->drawText(
        lines, Qt::AlignLeft | Qt::AlignBottom,
        QFontMetrics(small).elidedText(index.data(RunListModel::StateTextRole).toString(),
                                       Qt::ElideRight, lines.width()));
    painter->restore();
}

QSize RunDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {120, row_height};
}

}  // namespace plumb::ui
