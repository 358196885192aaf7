// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QFrame>

#include "models/run_list_model.h"
#include "widgets/run_actions.h"

class QAction;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

class RunFilter;

/// The workspace's runs with a filter over their names, algorithms, states and notes. Several can
/// be chosen (Ctrl, Shift) and be acted on together.
class RunListPanel : public QFrame {
    Q_OBJECT

public:
    explicit RunListPanel(RunListModel* model, QWidget* parent = nullptr);

    /// Marks the run alone, without telling anybody; nothing: none is marked.
    void select(std::optional<RunId> run);
    /// The same, where none is marked now.
    void selectIfNone(std::optional<RunId> run);
    void setReadOnly(bool readOnly);
    void focusList();
    void focusFilter();
    /// A part of the panel below the list.
    void addBelow(QWidget* widget);

Q_SIGNALS:
    void runChosen(qint64 run);
    /// runs: one or more, in the order of the list; none for undo.
    void actionRequested(plumb::ui::RunAction action, const std::vector<plumb::RunId>& runs);
    void shadeRequested(const std::vector<plumb::RunId>& runs, int shade);

private:
    QAction* addView(const QString& name, const QString& text, void (RunFilter::*show)(bool));
    std::vector<RunId> chosen() const;
    void updateActions();
    void showMenu(const QPoint& where);
    void updateEmptyText();

    RunListModel* m_model;
    RunFilter* m_filtered;
    QLineEdit* m_filter;
    QPushButton* m_view;
    QListView* m_list;
    QLabel* m_empty;
    RunActions* m_actions;
    QVBoxLayout* m_layout;
    bool m_readOnly = false;
};

}  // namespace plumb::ui
