// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_delegate.h"

#include <QPainter>
#include <QPainterPath>

#include "analysis/colours.h"
#include "common/line_pattern.h"
#include "common/theme.h"
#include "models/run_list_model.h"
#include "widgets/badge.h"

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

/// The line of a run's curves in the charts.
void paintLine(QPainter& painter, const QRectF& area, const QColor& colour,
               std::string_view pattern) {
    QPen pen(colour, 2);
    setPattern(pen, pattern);
    painter.setPen(pen);
    painter.drawLine(QPointF(area.left() - 4, area.center().y()),
                     QPointF(area.right() + 4, area.center().y()));
}

/// The state, and what the user noted.
QString secondLine(const QModelIndex& index) {
    QString text = index.data(RunListModel::StateTextRole).toString();
    if (index.data(RunListModel::ArchivedRole).toBool()) text.prepend("archived, ");
    const QString note = index.data(RunListModel::NoteRole).toString();
    return note.isEmpty() ? text : text + " \u00B7 " + note;
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
    const QColor colour = runColour(algorithm.toStdString(),
                                    index.data(RunListModel::ShadeRole).toLongLong(), palette);
    const QRectF sign(row.left() + margin - 4, row.center().y() - square / 2.0, square, square);
    const int pattern = index.data(RunListModel::PatternRole).toInt();
    if (pattern < 0)
        paintRounded(*painter, sign, 2, colour);
    else
        paintLine(*painter, sign, colour, line_patterns.at(static_cast<std::size_t>(pattern)));

    const QFont small = smallFont();
    const QSize size = Badge::sizeFor(algorithm);
    const double progress = index.data(RunListModel::ProgressRole).toDouble();
    // The bar stands below the text.
    const QRect lines = QRect(row.left() + margin + square + 6, row.top() + 4, 0, row.height() - 8)
                            .adjusted(0, 0, 0, progress >= 0 ? -2 : 0);
    const QRectF pill(row.right() - size.width() - 6, lines.bottom() - size.height() + 1,
                      size.width(), size.height());
    Badge::paint(*painter, pill, algorithm, palette);

    const auto draw = [&](const QFont& font, const QColor& pen, const QString& text, int right,
                          Qt::AlignmentFlag place) {
        const QRect area(lines.left(), lines.top(), right - lines.left(), lines.height());
        painter->setFont(font);
        painter->setPen(pen);
        painter->drawText(area, Qt::AlignLeft | place,
                          QFontMetrics(font).elidedText(text, Qt::ElideRight, area.width()));
    };
    const int right = row.right() - 8;
    const bool aside = index.data(RunListModel::ArchivedRole).toBool() ||
                       index.data(RunListModel::DeletedRole).toBool();
    draw(option.font, aside ? mutedColour(palette) : textColour(palette),
         index.data(Qt::DisplayRole).toString(), right, Qt::AlignTop);
    const auto state = static_cast<RunState>(index.data(RunListModel::StateRole).toInt());
    draw(small, state == RunState::failed ? errorColour(palette) : mutedColour(palette),
         secondLine(index), static_cast<int>(pill.left()) - 6, Qt::AlignBottom);
    if (progress >= 0) {
        const QRectF track(lines.left(), row.bottom() - 2.5, right - lines.left(), 2);
        paintRounded(*painter, track, 1, lineColour(palette));
        paintRounded(*painter, {track.topLeft(), QSizeF(track.width() * progress, 2)}, 1, colour);
    }
    painter->restore();
}

QSize RunDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {120, row_height};
}

}  // namespace plumb::ui
