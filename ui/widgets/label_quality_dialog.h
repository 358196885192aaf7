// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <vector>

#include <QDialog>

#include "store/label_records.h"

class QLabel;
class QPushButton;
class QTableView;
class QTextEdit;

namespace plumb::ui {

class JobProgress;
class LabelQuality;
class SessionBridge;
class TabStack;
class TextTableModel;

/// How far the verdicts of a queue can be relied upon: agreement with what it means, annotators,
/// and the items to look at. Stays behind what it shows, so that one returns to the same place.
class LabelQualityDialog : public QDialog {
    Q_OBJECT

public:
    LabelQualityDialog(SessionBridge& bridge, QWidget* parent);
    ~LabelQualityDialog() override;

    /// Computes anew for another queue, or where verdicts have changed since.
    void showQueue(const LabelQueue& queue, const std::vector<LabelQueue>& all);
    /// Verdicts of the shown queue have changed.
    void setStale() { m_stale = true; }

Q_SIGNALS:
    /// To be shown on the page.
    void itemChosen(qint64 item);
    /// A queue of items to be judged anew was made.
    void queued(qint64 queue);

private:
    struct Table {
        QTableView* view;
        TextTableModel* model;
    };
    Table addTable(const char* name, const QStringList& titles, const std::set<int>& numbers,
                   int stretched, QWidget* parent);
    QWidget* makeAgreement();
    QWidget* makeList(Table& table, const char* name, const QStringList& titles,
                      const std::set<int>& numbers, const QString& about,
                      std::vector<LabelItemId>& items);
    QWidget* makeButtons();
    void compute();
    void showReport();
    void showSentences();
    void showAnnotators();
    void showPairs();
    void showDisagreements();
    void showOutliers();
    void choose(const QTableView& view, const std::vector<LabelItemId>& items);
    void askForName();
    void requeue(const QString& name);
    void tell(const QString& problem);

    SessionBridge& m_bridge;
    LabelQuality* m_quality;
    LabelQueue m_queue;
    std::vector<std::string> m_names;  ///< of all queues
    bool m_stale = false;
    TabStack* m_tabs;
    QWidget *m_agreementTab, *m_disagreementTab, *m_outlierTab;
    QTextEdit* m_sentences;
    QLabel* m_problem;
    Table m_annotators, m_pairs, m_disagreements, m_outliers;
    std::vector<LabelItemId> m_disagreementItems, m_outlierItems;
    JobProgress* m_progress;
    QPushButton *m_requeue, *m_show;
};

}  // namespace plumb::ui
