// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QAbstractListModel>

#include "store/records.h"

namespace plumb::ui {

/// The runs that wait to be started, in their order. A row that is dragged to another place asks
/// for the move; it is made when the queue has changed. Answers to the roles of RunListModel.
class QueueModel : public QAbstractListModel {
    Q_OBJECT

public:
    using QAbstractListModel::QAbstractListModel;

    void setQueue(std::vector<QueuedRun> queue);
    const std::vector<QueuedRun>& queue() const { return m_queue; }
    QModelIndex indexOf(QueueId id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                      const QModelIndex& parent) override;

Q_SIGNALS:
    /// place: 0 is the first.
    void moveRequested(qint64 entry, int place);

private:
    std::vector<QueuedRun> m_queue;
};

/// "waits, makes 2 edits", "waits to go on as run 3".
QString stateText(const QueuedRun& run);

}  // namespace plumb::ui
