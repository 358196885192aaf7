// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QFrame>

#include "models/run_list_model.h"

class QLabel;
class QLineEdit;
class QListView;
class QSortFilterProxyModel;

namespace plumb::ui {

/// The workspace's runs with a filter over their names, algorithms and states.
class RunListPanel : public QFrame {
    Q_OBJECT

public:
    explicit RunListPanel(RunListModel* model, QWidget* parent = nullptr);

    /// Marks the run without telling anybody; nothing: none is marked.
    void select(std::optional<RunId> run);

Q_SIGNALS:
    void runChosen(qint64 run);
    void renameRequested(qint64 run, const QString& name);
    /// The run's settings as a new run.
    void duplicateRequested(qint64 run);
    void resumeRequested(qint64 run);

private:
    void showMenu(const QPoint& where);
    void updateEmptyText();

    RunListModel* m_model;
    QSortFilterProxyModel* m_filtered;
    QLineEdit* m_filter;
    QListView* m_list;
    QLabel* m_empty;
};

}  // namespace plumb::ui
