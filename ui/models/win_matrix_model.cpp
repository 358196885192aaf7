// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/win_matrix_model.h"

#include <cmath>

#include "base/strings.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr double least_p = 0.05;
/// Points of percent by which the two halves of an interval may differ and be told as one.
constexpr double one_half = 1;

QString pText(double p) {
    return p < 0.001 ? QString("< 0.001") : "= " + toQString(format_fixed(p, 3));
}

QString percent(double share) { return QString::number(std::lround(100 * share)); }

}  // namespace

QString percentText(const Estimate& share) {
    if (!share.value) return {};
    const QString value = percent(*share.value);
    if (!share.interval) return value;
    const auto [low, high] = *share.interval;
    const double up = 100 * (high - *share.value), down = 100 * (*share.value - low);
    if (std::abs(up - down) < one_half)
        return value + QString(" \u00B1 %1").arg(std::lround((up + down) / 2));
    return QString("%1 [%2, %3]").arg(value, percent(low), percent(high));
}

void WinMatrixModel::setTable(WinTable table, std::vector<QIcon> icons) {
    beginResetModel();
    m_table = std::move(table);
    m_icons = std::move(icons);
    endResetModel();
}

int WinMatrixModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_table.models.size());
}

int WinMatrixModel::columnCount(const QModelIndex& parent) const { return rowCount(parent); }

const WinCell* WinMatrixModel::cell(const QModelIndex& index) const {
    if (!index.isValid() || index.row() == index.column()) return nullptr;
    return &m_table.cells[static_cast<std::size_t>(index.row())]
                         [static_cast<std::size_t>(index.column())];
}

Qt::ItemFlags WinMatrixModel::flags(const QModelIndex& index) const {
    return cell(index) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::ItemIsEnabled;
}

QString WinMatrixModel::detail(const QModelIndex& index, const WinCell& cell) const {
    const auto name = [this](int model) {
        return toQString(m_table.models[static_cast<std::size_t>(model)]);
    };
    QString text = name(index.row()) + " over " + name(index.column()) + ": ";
    if (cell.judged() == 0) return text + "no prompt on which the two were compared";
    text += QString("%1 won, %2 lost, %3 tied").arg(cell.wins).arg(cell.losses).arg(cell.ties);
    if (cell.left_out > 0) text += QString(", %1 left out").arg(cell.left_out);
    if (cell.share.value && cell.share.interval)
        text += QString("\n%1 %, 95 % interval %2 to %3 %")
                    .arg(toQString(format_fixed(100 * *cell.share.value, 1)),
                         toQString(format_fixed(100 * cell.share.interval->low, 1)),
                         toQString(format_fixed(100 * cell.share.interval->high, 1)));
    if (cell.p_value) text += "\nsign test p " + pText(*cell.p_value);
    if (cell.adjusted_p) text += ", " + pText(*cell.adjusted_p) + " after Holm";
    return text + "\nEnter shows the answers";
}

QVariant WinMatrixModel::data(const QModelIndex& index, int role) const {
    const WinCell* found = cell(index);
    if (role == Qt::TextAlignmentRole) return int(Qt::AlignCenter);
    if (!found) return role == Qt::DisplayRole ? QVariant("\u2013") : QVariant();
    switch (role) {
        case Qt::DisplayRole:
            return found->share.value ? percentText(found->share) : QString("none");
        case Qt::ToolTipRole:
        case Qt::AccessibleTextRole: return detail(index, *found);
        case ShareRole: return found->share.value ? QVariant(*found->share.value) : QVariant();
        case DecidedRole: return found->adjusted_p && *found->adjusted_p < least_p;
        default: return {};
    }
}

QVariant WinMatrixModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (section < 0 || section >= rowCount()) return {};
    const auto model = static_cast<std::size_t>(section);
    const QString name = toQString(m_table.models[model]);
    const bool isColumn = orientation == Qt::Horizontal;
    switch (role) {
        case Qt::DisplayRole: return isColumn ? "over " + name : name;
        case Qt::ToolTipRole:
            return isColumn
                       ? "Share of prompts on which the row's answer was better than that of " +
                             name
                       : name;
        case Qt::DecorationRole:
            return !isColumn && model < m_icons.size() ? QVariant(m_icons[model]) : QVariant();
        case Qt::TextAlignmentRole:
            return int((isColumn ? Qt::AlignHCenter : Qt::AlignLeft) | Qt::AlignVCenter);
        default: return {};
    }
}

}  // namespace plumb::ui
