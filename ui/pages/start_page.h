// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QScrollArea>

#include "store/records.h"

class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace plumb::ui {

/// What the window opens with: runs that were cut off, the experiments that come along, and the
/// ways to the user's own files and to another workspace.
class StartPage : public QScrollArea {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent = nullptr);

    /// readOnly: nothing can be resumed here.
    void setRuns(const std::vector<RunRecord>& runs, bool readOnly);
    void setWorkspace(const QString& folder);
    /// Folders that one click opens instead of the one that is open.
    void setRecentWorkspaces(const QStringList& folders);
    void focusFirstCard();

Q_SIGNALS:
    void presetChosen(const QString& name);
    void resumeRequested(qint64 run);
    void runChosen(qint64 run);
    void newRunRequested();
    void compareThreeRequested();
    void sweepRequested();
    void workspaceRequested();
    void workspaceChosen(const QString& folder);
    void runFileRequested();
    void modelRequested();

private:
    void addCards(QGridLayout* grid);
    QWidget* makePresetLines(QWidget* parent);

    QWidget* m_resume;
    QVBoxLayout* m_resumeRows;
    QLabel* m_workspace;
    QVBoxLayout* m_recent;
};

}  // namespace plumb::ui
