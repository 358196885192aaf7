// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_list_panel.h"

#include <algorithm>
#include <functional>

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "models/run_filter.h"
#include "widgets/run_delegate.h"

namespace plumb::ui {

RunListPanel::RunListPanel(RunListModel* model, QWidget* parent) : QFrame(parent), m_model(model) {
    setObjectName("runListPanel");
    setProperty("role", "sidebar");
    m_filtered = new RunFilter(this);
    m_filtered->setSourceModel(model);

    m_filter = new QLineEdit(this);
    m_filter->setObjectName("runFilter");
    m_filter->setPlaceholderText("Filter runs");
    m_filter->setClearButtonEnabled(true);
    auto* title = new QLabel("RUNS", this);
    title->setProperty("role", "section");
    m_view = new QPushButton("View", this);
    m_view->setObjectName("runView");
    m_view->setAccessibleName("Which runs are shown");
    m_view->setProperty("role", "flat");
    m_view->setMenu(new QMenu(m_view));
    addView("viewArchived", "Show archived runs", &RunFilter::showArchived);
    addView("viewDeleted", "Show deleted runs", &RunFilter::showDeleted);
    m_list = new QListView(this);
    m_list->setObjectName("runList");
    m_list->setAccessibleName("Runs");
    m_list->setModel(m_filtered);
    m_list->setItemDelegate(new RunDelegate(m_list));
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_actions = new RunActions(m_list);
    m_empty = new QLabel(this);
    m_empty->setObjectName("runListEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto* head = new QHBoxLayout;
    head->addWidget(title, 1);
    head->addWidget(m_view);
    m_layout = new QVBoxLayout(this);
    m_layout->setContentsMargins(10, 12, 6, 8);
    m_layout->setSpacing(8);
    m_layout->addWidget(m_filter);
    m_layout->addLayout(head);
    m_layout->addWidget(m_list, 1);
    m_layout->addWidget(m_empty, 1);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filtered->setText(text);
        updateEmptyText();
    });
    const auto open = [this](const QModelIndex& index) {
        if (index.isValid()) Q_EMIT runChosen(index.data(RunListModel::IdRole).toLongLong());
    };
    connect(m_list, &QListView::clicked, this, [open](const QModelIndex& index) {
        // With a key the click adds to what is chosen.
        if (QApplication::keyboardModifiers() == Qt::NoModifier) open(index);
    });
    connect(m_list, &QListView::activated, this, open);
    connect(m_list, &QListView::customContextMenuRequested, this, &RunListPanel::showMenu);
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RunListPanel::updateActions);
    connect(model, &QAbstractItemModel::dataChanged, this, [this] {
        updateActions();
        updateEmptyText();
    });
    connect(model, &QAbstractItemModel::modelReset, this, [this] {
        updateActions();
        updateEmptyText();
    });
    connect(m_actions, &RunActions::triggered, this, [this](RunAction action) {
        const std::vector<RunId> runs = action == RunAction::undo ? std::vector<RunId>() : chosen();
        if (action == RunAction::open)
            Q_EMIT runChosen(runs.front());
        else
            Q_EMIT actionRequested(action, runs);
    });
    connect(m_actions, &RunActions::shadeChosen, this,
            [this](int shade) { Q_EMIT shadeRequested(chosen(), shade); });
    updateEmptyText();
}

QAction* RunListPanel::addView(const QString& name, const QString& text,
                               void (RunFilter::*show)(bool)) {
    QAction* action = m_view->menu()->addAction(text);
    action->setObjectName(name);
    action->setCheckable(true);
    connect(action, &QAction::toggled, this, [this, show = std::mem_fn(show)](bool shown) {
        show(m_filtered, shown);
        updateEmptyText();
    });
    return action;
}

void RunListPanel::addBelow(QWidget* widget) { m_layout->addWidget(widget); }

void RunListPanel::focusList() {
    if (!m_list->currentIndex().isValid()) m_list->setCurrentIndex(m_filtered->index(0, 0));
    m_list->setFocus(Qt::ShortcutFocusReason);
}

void RunListPanel::focusFilter() {
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void RunListPanel::setReadOnly(bool readOnly) {
    m_readOnly = readOnly;
    updateActions();
}

std::vector<RunId> RunListPanel::chosen() const {
    QModelIndexList rows = m_list->selectionModel()->selectedIndexes();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    std::vector<RunId> ids;
    for (const QModelIndex& row : rows) ids.push_back(row.data(RunListModel::IdRole).toLongLong());
    return ids;
}

void RunListPanel::updateActions() {
    std::vector<RunRecord> runs;
    for (const RunId id : chosen())
        if (auto run = m_model->run(id)) runs.push_back(std::move(*run));
    const bool overlaid = !runs.empty() && std::ranges::all_of(runs, [this](const RunRecord& run) {
        return m_model->isOverlaid(run.id);
    });
    m_actions->update(runs, overlaid, m_readOnly);
}

void RunListPanel::select(std::optional<RunId> run) {
    const QModelIndex index =
        run ? m_filtered->mapFromSource(m_model->indexOf(*run)) : QModelIndex();
    if (index.isValid())
        m_list->setCurrentIndex(index);
    else
        m_list->selectionModel()->clear();
}

void RunListPanel::selectIfNone(std::optional<RunId> run) {
    if (!m_list->selectionModel()->hasSelection()) select(run);
}

void RunListPanel::updateEmptyText() {
    const bool empty = m_filtered->rowCount() == 0;
    m_list->setVisible(!empty);
    m_empty->setVisible(empty);
    m_empty->setText(
        m_model->rowCount() == 0
            ? "No runs yet. Choose an experiment on the start page; its run appears here and stays."
        : m_filter->text().isEmpty()
            ? "No run is in the list. View shows archived and deleted ones."
            : "No run matches the filter.");
}

void RunListPanel::showMenu(const QPoint& where) {
    QModelIndex index = m_list->indexAt(where);
    // The key for the menu asks at the middle of the list.
    if (!index.isValid()) index = m_list->currentIndex();
    if (!index.isValid()) return;
    if (!m_list->selectionModel()->isSelected(index)) m_list->setCurrentIndex(index);
    const QPoint place =
        m_list->indexAt(where).isValid() ? where : m_list->visualRect(index).center();
    m_actions->makeMenu(this)->popup(m_list->viewport()->mapToGlobal(place));
}

}  // namespace plumb::ui
