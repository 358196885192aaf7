// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "store/label_records.h"
#include "store/records.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace plumb::ui {

class LabelFeed;
class LabelImportDialog;
class LabelItemView;
class LabelQualityDialog;
class LabelQueueDialog;
class SessionBridge;
class VerdictPanel;

/// Judges pairs of answers: one key is one verdict, and the next item is there.
class LabelPage : public QWidget {
    Q_OBJECT

public:
    explicit LabelPage(SessionBridge& bridge, QWidget* parent = nullptr);

    /// Reads the queues of the workspace anew.
    void refresh();
    /// Shows an item of the queue out of its turn.
    void showItemAside(LabelItemId item);
    /// The run whose samples a new queue offers first; nothing: none is shown.
    void setRun(std::optional<RunId> run);

Q_SIGNALS:
    void problem(const QString& message);
    void told(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeViews();
    QWidget* makeMiddle();
    QWidget* makeActions();
    void addKeys();
    void addViewKeys();
    void showQueues(const std::vector<LabelQueue>& queues);
    void openChosen();
    void showItem();
    void tellPlace();
    void tellPace();
    /// Why there is nothing to judge.
    QString emptyText() const;
    void markChoice(const Verdict* verdict);
    /// From a field back to the answers; from an item out of its turn to the one whose turn it is.
    void goBack();
    void showVerdicts(bool shown);
    void changeTextSize(int change);
    void judge(Choice choice);
    /// The answer on the left, or on the right.
    void judgeSide(bool left);
    void setStrength(int strength);
    LabelImportDialog* importFile();
    void exportQueue();
    void showQuality();
    void makeQueue();
    void orderQueue();
    void openDialog(LabelQueueDialog* dialog);
    bool canWrite() const;

    SessionBridge& m_bridge;
    LabelFeed* m_feed;
    std::vector<LabelQueue> m_queues;
    LabelQueueId m_wanted = 0;  ///< to be chosen once the queues are read
    std::optional<RunId> m_run;
    std::optional<std::int64_t> m_strength;
    bool m_named = false;  ///< which answer is A is told
    QComboBox* m_queue;
    QLineEdit *m_annotator, *m_note;
    QLabel *m_title, *m_where, *m_pace, *m_empty, *m_strengthLabel;
    QProgressBar* m_progress;
    LabelItemView* m_item;
    VerdictPanel* m_verdicts;
    LabelQualityDialog* m_quality = nullptr;  ///< once it was asked for
    QWidget *m_views, *m_actions;
    QPushButton *m_import, *m_newQueue, *m_order, *m_export, *m_showQuality;
    QPushButton *m_differences, *m_formatted, *m_showVerdicts;
    QPushButton *m_chooseLeft, *m_chooseRight, *m_tie, *m_bothBad, *m_skip, *m_undo;
};

}  // namespace plumb::ui
