// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QListWidget;
class QPushButton;

namespace plumb::ui {

/// A list of files: added by a dialog or dropped on it, removed, moved up.
class FileListEdit : public QWidget {
    Q_OBJECT

public:
    /// The objectNames of its parts begin with the name.
    explicit FileListEdit(const QString& name, QWidget* parent = nullptr);

    QStringList files() const;
    /// Does not emit changed().
    void setFiles(const QStringList& files);
    void addFiles(const QStringList& files);
    /// Opens the dialog for files to add.
    void chooseFiles();

Q_SIGNALS:
    void changed();

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void removeChosen();
    void moveUp();
    void updateButtons();

    QListWidget* m_list;
    QPushButton *m_remove, *m_up;
};

}  // namespace plumb::ui
