// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QFrame>
#include <QTableView>
#include <QTimer>

#include "store/label_records.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace plumb::ui {

class SessionBridge;
class VerdictListModel;

/// A table of verdicts that keeps the arrows and pages for itself where the page has them as keys.
class VerdictTable : public QTableView {
    Q_OBJECT

public:
    explicit VerdictTable(QWidget* parent = nullptr);

Q_SIGNALS:
    /// The user has gone to this row.
    void chosen(int row);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

/// The annotator's earlier verdicts in a queue, newest first, narrowed by choice and by text.
class VerdictPanel : public QFrame {
    Q_OBJECT

public:
    explicit VerdictPanel(SessionBridge& bridge, QWidget* parent = nullptr);

    /// Of this queue and annotator; queue 0: of nobody.
    void show(LabelQueueId queue, const std::string& annotator);
    /// The verdict on the item has changed.
    void refreshItem(LabelItemId item);
    /// To the table, at its newest row where none is chosen.
    void focusTable();
    void focusSearch();
    bool tableHasFocus() const;
    /// No row is chosen any more.
    void unchoose();

Q_SIGNALS:
    void chosen(const plumb::PlacedVerdict& verdict);
    void failed(const QString& message);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void read();
    void tellCount();
    /// Once it has come, where the keyboard went to the table before.
    void chooseFirst();

    VerdictListModel* m_model;
    VerdictTable* m_table;
    QComboBox* m_choice;
    QLineEdit* m_search;
    QLabel* m_count;
    QTimer m_delay;
    LabelQueueId m_queue = 0;
    std::string m_annotator;
    bool m_stale = false;  ///< shown is not what is to be shown; read when it can be seen
    bool m_wantsFirst = false;
};

}  // namespace plumb::ui
