// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/file_list_edit.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "common/dropped_files.h"

namespace plumb::ui {
namespace {

constexpr int list_height = 56;

}  // namespace

FileListEdit::FileListEdit(const QString& name, QWidget* parent) : QWidget(parent) {
    setObjectName(name);
    setAcceptDrops(true);
    m_list = new QListWidget(this);
    m_list->setObjectName(name + "List");
    m_list->setFixedHeight(list_height);
    m_list->setTextElideMode(Qt::ElideMiddle);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* add = new QPushButton("Add...", this);
    add->setObjectName(name + "Add");
    m_remove = new QPushButton("Remove", this);
    m_remove->setObjectName(name + "Remove");
    m_up = new QPushButton("Up", this);
    m_up->setObjectName(name + "Up");
    for (QPushButton* button : {m_remove, m_up}) button->setProperty("role", "flat");
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    buttons->addWidget(add);
    buttons->addWidget(m_remove);
    buttons->addWidget(m_up);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_list);
    layout->addLayout(buttons);
    connect(add, &QPushButton::clicked, this, &FileListEdit::chooseFiles);
    connect(m_remove, &QPushButton::clicked, this, &FileListEdit::removeChosen);
    connect(m_up, &QPushButton::clicked, this, &FileListEdit::moveUp);
    connect(m_list, &QListWidget::currentRowChanged, this, &FileListEdit::updateButtons);
    updateButtons();
}

QStringList FileListEdit::files() const {
    QStringList files;
    for (int i = 0; i < m_list->count(); ++i)
        files << m_list->item(i)->data(Qt::UserRole).toString();
    return files;
}

void FileListEdit::setFiles(const QStringList& files) {
    m_list->clear();
    for (const QString& file : files) {
        auto* item = new QListWidgetItem(QFileInfo(file).fileName(), m_list);
        item->setData(Qt::UserRole, file);
        item->setToolTip(file);
    }
    updateButtons();
}

void FileListEdit::addFiles(const QStringList& files) {
    QStringList all = this->files() + files;
    all.removeDuplicates();
    setFiles(all);
    Q_EMIT changed();
}

void FileListEdit::chooseFiles() {
    auto* dialog = new QFileDialog(this, "Add files");
    dialog->setObjectName(objectName() + "Dialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, &FileListEdit::addFiles);
    dialog->open();
}

void FileListEdit::removeChosen() {
    QStringList all = files();
    const int row = m_list->currentRow();
    if (row < 0) return;
    all.removeAt(row);
    setFiles(all);
    Q_EMIT changed();
}

void FileListEdit::moveUp() {
    QStringList all = files();
    const int row = m_list->currentRow();
    if (row < 1) return;
    all.swapItemsAt(row, row - 1);
    setFiles(all);
    m_list->setCurrentRow(row - 1);
    Q_EMIT changed();
}

void FileListEdit::updateButtons() {
    m_remove->setEnabled(m_list->currentRow() >= 0);
    m_up->setEnabled(m_list->currentRow() > 0);
}

void FileListEdit::dragEnterEvent(QDragEnterEvent* event) {
    if (!droppedFiles(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void FileListEdit::dropEvent(QDropEvent* event) {
    addFiles(droppedFiles(event->mimeData()));
    event->acceptProposedAction();
}

}  // namespace plumb::ui
