// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/queue_panel.h"

#include <algorithm>
#include <utility>

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/shortcuts.h"
#include "models/run_list_model.h"
#include "widgets/run_delegate.h"

namespace plumb::ui {
namespace {

constexpr int most_rows_shown = 4;

}  // namespace

QueuePanel::QueuePanel(QueueModel* model, QWidget* parent) : QWidget(parent), m_model(model) {
    setObjectName("queuePanel");
    m_title = new QLabel(this);
    m_title->setObjectName("queueTitle");
    m_title->setProperty("role", "section");
    m_hold = new QPushButton(this);
    m_hold->setObjectName("queueHold");
    m_hint = new QLabel(this);
    m_hint->setObjectName("queueHint");
    m_hint->setProperty("role", "small");
    m_hint->setWordWrap(true);
    m_list = new QListView(this);
    m_list->setObjectName("queueList");
    m_list->setAccessibleName("Runs that wait");
    m_list->setModel(model);
    m_list->setItemDelegate(new RunDelegate(m_list));
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setDragDropMode(QAbstractItemView::InternalMove);
    m_list->setDropIndicatorShown(true);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_open = addAction("queueOpen", "Show settings", &QueuePanel::open);
    m_up = addAction("queueUp", "Earlier", &QueuePanel::moveUp);
    m_down = addAction("queueDown", "Later", &QueuePanel::moveDown);
    m_remove = addAction("queueRemove", "Take out of the queue", &QueuePanel::remove);

    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_hold);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addWidget(m_list);
    layout->addWidget(m_hint);

    connect(m_hold, &QPushButton::clicked, this, [this] {
        if (m_held)
            Q_EMIT goOnRequested();
        else
            Q_EMIT holdRequested();
    });
    connect(m_list, &QListView::doubleClicked, this, &QueuePanel::open);
    connect(model, &QueueModel::moveRequested, this, &QueuePanel::moveRequested);
    connect(model, &QAbstractItemModel::modelReset, this, [this] {
        updateTexts();
        if (const auto moved = std::exchange(m_moved, std::nullopt))
            m_list->setCurrentIndex(m_model->indexOf(*moved));
        updateActions();
    });
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &QueuePanel::updateActions);
    updateTexts();
    updateActions();
}

QAction* QueuePanel::addAction(const char* name, const QString& text, void (QueuePanel::*act)()) {
    auto* action = new QAction(text, m_list);
    action->setObjectName(name);
    action->setShortcut(keysOf(name));
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, act);
    m_list->addAction(action);
    return action;
}

void QueuePanel::setState(bool held, std::optional<RunId> active, bool readOnly) {
    m_held = held;
    m_active = active;
    m_readOnly = readOnly;
    updateTexts();
    updateActions();
}

void QueuePanel::updateTexts() {
    const int waiting = m_model->rowCount();
    setVisible(waiting > 0);
    m_title->setText(QString("QUEUE \u00B7 %1").arg(waiting));
    m_hold->setText(m_held ? "Start queue" : "Hold");
    m_hold->setToolTip(m_held ? "Starts these runs one after another"
                              : "No further run is started until the queue is let go on");
    m_hold->setEnabled(!m_readOnly);
    m_hint->setText(m_held     ? "Held: nothing starts by itself."
                    : m_active ? QString("The first starts when run %1 has ended.").arg(*m_active)
                               : "Starting the first.");
    const int rows = std::clamp(waiting, 1, most_rows_shown);
    m_list->setFixedHeight(rows * m_list->itemDelegate()->sizeHint({}, {}).height() + 2);
}

std::optional<int> QueuePanel::currentRow() const {
    const QModelIndex current = m_list->currentIndex();
    return current.isValid() && m_list->selectionModel()->isSelected(current)
               ? std::optional(current.row())
               : std::nullopt;
}

void QueuePanel::updateActions() {
    const auto row = currentRow();
    const bool some = m_list->selectionModel()->hasSelection();
    m_open->setEnabled(row.has_value());
    m_up->setEnabled(!m_readOnly && row && *row > 0);
    m_down->setEnabled(!m_readOnly && row && *row + 1 < m_model->rowCount());
    m_remove->setEnabled(!m_readOnly && some);
}

void QueuePanel::moveBy(int rows) {
    const auto row = currentRow();
    if (!row) return;
    const QueueId entry = m_model->index(*row).data(RunListModel::IdRole).toLongLong();
    m_moved = entry;
    Q_EMIT moveRequested(entry, *row + rows);
}

void QueuePanel::open() {
    if (const auto row = currentRow())
        Q_EMIT openRequested(m_model->index(*row).data(RunListModel::IdRole).toLongLong());
}

void QueuePanel::remove() {
    std::vector<QueueId> entries;
    for (const QModelIndex& index : m_list->selectionModel()->selectedIndexes())
        entries.push_back(index.data(RunListModel::IdRole).toLongLong());
    if (!entries.empty()) Q_EMIT removeRequested(entries);
}

}  // namespace plumb::ui
