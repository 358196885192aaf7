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
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace plumb::ui {

class LabelFeed;
class LabelQueueDialog;
class SessionBridge;

/// Judges pairs of answers: one key is one verdict, and the next item is there.
class LabelPage : public QWidget {
    Q_OBJECT

public:
    explicit LabelPage(SessionBridge& bridge, QWidget* parent = nullptr);

    /// Reads the queues of the workspace anew.
    void refresh();
    /// The run whose samples a new queue offers first; nothing: none is shown.
    void setRun(std::optional<RunId> run);

Q_SIGNALS:
    void problem(const QString& message);
    void told(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeHead();
    QWidget* makeItem();
    QWidget* makeAnswer(QPlainTextEdit*& text, const QString& name, const QString& title);
    QWidget* makeActions();
    void addKeys();
    void showQueues(const std::vector<LabelQueue>& queues);
    void openChosen();
    void showItem();
    void judge(Choice choice);
    /// The answer on the left, or on the right.
    void judgeSide(bool left);
    void setStrength(int strength);
    void importFile(const QString& file);
    void exportTo(const QString& file);
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
    QComboBox* m_queue;
    QLineEdit *m_annotator, *m_note;
    QLabel *m_where, *m_pace, *m_empty, *m_strengthLabel;
    QProgressBar* m_progress;
    QPlainTextEdit *m_prompt, *m_left, *m_right;
    QWidget *m_item, *m_actions;
    QPushButton *m_import, *m_newQueue, *m_order, *m_export;
    QPushButton *m_chooseLeft, *m_chooseRight, *m_tie, *m_bothBad, *m_skip, *m_undo;
};

}  // namespace plumb::ui
