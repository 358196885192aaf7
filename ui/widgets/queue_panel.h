// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "models/queue_model.h"

class QAction;
class QLabel;
class QListView;
class QPushButton;

namespace plumb::ui {

/// The runs that wait, in the order in which they are started: moved by dragging or by keys. Takes
/// no room while none waits.
class QueuePanel : public QWidget {
    Q_OBJECT

public:
    explicit QueuePanel(QueueModel* model, QWidget* parent = nullptr);

    /// held: no run is started. active: the run that goes on now.
    void setState(bool held, std::optional<RunId> active, bool readOnly);

Q_SIGNALS:
    void holdRequested();
    void goOnRequested();
    /// place: 0 is the first.
    void moveRequested(qint64 entry, int place);
    void removeRequested(const std::vector<plumb::QueueId>& entries);
    /// Its settings are to be shown.
    void openRequested(qint64 entry);

private:
    /// name: its id in the table of shortcuts.
    QAction* addAction(const char* name, const QString& text, void (QueuePanel::*act)());
    void moveUp() { moveBy(-1); }
    void moveDown() { moveBy(1); }
    void moveBy(int rows);
    void open();
    void remove();
    std::optional<int> currentRow() const;
    void updateTexts();
    void updateActions();

    QueueModel* m_model;
    QLabel *m_title, *m_hint;
    QPushButton* m_hold;
    QListView* m_list;
    QAction *m_open, *m_up, *m_down, *m_remove;
    bool m_held = false, m_readOnly = false;
    std::optional<RunId> m_active;
    std::optional<QueueId> m_moved;  ///< stays the current row when the queue has changed
};

}  // namespace plumb::ui
