// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/queue_model.h"

#include <algorithm>

#include <QMimeData>

#include "common/text.h"
#include "models/run_list_model.h"

namespace plumb::ui {
namespace {

const QString mime_type = "application/x-plumbline-queue-entry";

}  // namespace

QString stateText(const QueuedRun& run) {
    if (run.resumes) return QString("waits to go on as run %1").arg(*run.resumes);
    if (run.edits.empty()) return "waits";
    return run.edits.size() == 1 ? QString("waits, with 1 edit")
                                 : QString("waits, with %1 edits").arg(run.edits.size());
}

void QueueModel::setQueue(std::vector<QueuedRun> queue) {
    if (std::ranges::equal(queue, m_queue, {}, &QueuedRun::id, &QueuedRun::id)) return;
    beginResetModel();
    m_queue = std::move(queue);
    endResetModel();
}

QModelIndex QueueModel::indexOf(QueueId id) const {
    const auto found = std::ranges::find(m_queue, id, &QueuedRun::id);
    return found == m_queue.end() ? QModelIndex()
                                  : index(static_cast<int>(found - m_queue.begin()));
}

int QueueModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_queue.size());
}

QVariant QueueModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) return {};
    const QueuedRun& run = m_queue[static_cast<std::size_t>(index.row())];
    const QString place = QString("%1 of %2").arg(index.row() + 1).arg(m_queue.size());
    switch (role) {
        case Qt::DisplayRole: return toQString(run.name);
        case Qt::AccessibleTextRole:
            return toQString(run.name) + ", " + toQString(run.algorithm) + ", " + stateText(run) +
                   ", " + place;
        case Qt::ToolTipRole:
            return toQString(run.name) + "\n" + stateText(run) + ", " + place + " in the queue";
        case RunListModel::IdRole: return QVariant::fromValue<qint64>(run.id);
        case RunListModel::AlgorithmRole: return toQString(run.algorithm);
        case RunListModel::StateTextRole: return stateText(run);
        case RunListModel::ProgressRole: return -1.0;
        default: return {};
    }
}

Qt::ItemFlags QueueModel::flags(const QModelIndex& index) const {
    const Qt::ItemFlags flags = QAbstractListModel::flags(index);
    // Between the rows, not on one.
    return index.isValid() ? flags | Qt::ItemIsDragEnabled : flags | Qt::ItemIsDropEnabled;
}

QStringList QueueModel::mimeTypes() const { return {mime_type}; }

QMimeData* QueueModel::mimeData(const QModelIndexList& indexes) const {
    if (indexes.isEmpty()) return nullptr;
    auto* data = new QMimeData;
    data->setData(mime_type,
                  QByteArray::number(indexes.front().data(RunListModel::IdRole).toLongLong()));
    return data;
}

bool QueueModel::dropMimeData(const QMimeData* data, Qt::DropAction, int row, int,
                              const QModelIndex& parent) {
    if (!data->hasFormat(mime_type) || parent.isValid()) return false;
    const qint64 entry = data->data(mime_type).toLongLong();
    const QModelIndex from = indexOf(entry);
    if (!from.isValid()) return false;
    const int before = row < 0 ? rowCount() : row;
    const int place = before > from.row() ? before - 1 : before;
    if (place != from.row()) Q_EMIT moveRequested(entry, place);
    return false;  // the view is to leave the row alone
}

}  // namespace plumb::ui
