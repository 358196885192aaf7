// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/run_list_panel.h"

#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

#include "common/text.h"
#include "widgets/run_delegate.h"

namespace plumb::ui {
namespace {

/// Finds the text in a run's name, algorithm or state.
class RunFilter : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override {
        const QString wanted = filterRegularExpression().pattern();
        if (wanted.isEmpty()) return true;
        const QModelIndex index = sourceModel()->index(row, 0, parent);
        for (const int role : {int(Qt::DisplayRole), int(RunListModel::AlgorithmRole),
                               int(RunListModel::StateTextRole)})
            if (index.data(role).toString().contains(wanted, Qt::CaseInsensitive)) return true;
        return false;
    }
};

}  // namespace

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
    m_list = new QListView(this);
    m_list->setObjectName("runList");
    m_list->setModel(m_filtered);
    m_list->setItemDelegate(new RunDelegate(m_list));
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_empty = new QLabel(this);
    m_empty->setObjectName("runListEmpty");
    m_empty->setProperty("role", "muted");
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 12, 6, 8);
    layout->setSpacing(8);
    layout->addWidget(m_filter);
    layout->addWidget(title);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_empty, 1);

    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filtered->setFilterRegularExpression(
            QRegularExpression(text, QRegularExpression::DontCaptureOption));
        m_filtered->setFilterFixedString(text);
        updateEmptyText();
    });
    const auto choose = [this](const QModelIndex& index) {
        if (index.isValid()) Q_EMIT runChosen(index.data(RunListModel::IdRole).toLongLong());
    };
    connect(m_list, &QListView::clicked, this, choose);
    connect(m_list, &QListView::activated, this, choose);
    connect(m_list, &QListView::customContextMenuRequested, this, &RunListPanel::showMenu);
    connect(model, &QAbstractItemModel::modelReset, this, &RunListPanel::updateEmptyText);
    updateEmptyText();
}

void RunListPanel::select(std::optional<RunId> run) {
    const QModelIndex index =
        run ? m_filtered->mapFromSource(m_model->indexOf(*run)) : QModelIndex();
    if (index.isValid())
        m_list->setCurrentIndex(index);
    else
        m_list->selectionModel()->clear();
}

void RunListPanel::updateEmptyText() {
    const bool empty = m_filtered->rowCount() == 0;
    m_list->setVisible(!empty);
    m_empty->setVisible(empty);
    m_empty->setText(m_model->rowCount() == 0
                         ? "No runs yet. Choose an experiment on the start page; its run appears "
                           "here and stays."
                         : "No run matches the filter.");
}

void RunListPanel::showMenu(const QPoint& where) {
    const QModelIndex index = m_list->indexAt(where);
    if (!index.isValid()) return;
    const qint64 id = index.data(RunListModel::IdRole).toLongLong();
    const auto state = static_cast<RunState>(index.data(RunListModel::StateRole).toInt());
    auto* menu = new QMenu(this);
    menu->setObjectName("runMenu");
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction("Open", this, [this, id] { Q_EMIT runChosen(id); });
    menu->addAction("New run with these settings", this,
                    [this, id] { Q_EMIT duplicateRequested(id); });
    QAction* resume = menu->addAction("Resume from the last checkpoint", this,
                                      [this, id] { Q_EMIT resumeRequested(id); });
    resume->setEnabled(can_resume(state));
    menu->addSeparator();
    const QString name = index.data().toString();
    menu->addAction("Rename...", this, [this, id, name] {
        auto* dialog = new QInputDialog(this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setObjectName("renameDialog");
        dialog->setWindowTitle("Rename run");
        dialog->setLabelText("Name of the run");
        dialog->setTextValue(name);
        connect(dialog, &QInputDialog::textValueSelected, this, [this, id](const QString& text) {
            if (!text.trimmed().isEmpty()) Q_EMIT renameRequested(id, text.trimmed());
        });
        dialog->open();
    });
    menu->popup(m_list->viewport()->mapToGlobal(where));
}

}  // namespace plumb::ui
