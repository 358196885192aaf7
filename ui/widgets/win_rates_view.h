// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSplitter>

#include "bridge/win_rates_feed.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace plumb::ui {

class CellAnswers;
class ReportTableView;
class WinMatrix;

/// Which answers, who judges, how ties count; the matrix, the strengths, and the answers behind a
/// cell.
class WinRatesView : public QSplitter {
    Q_OBJECT

public:
    explicit WinRatesView(WinRatesFeed& feed, QWidget* parent = nullptr);

    void showCell(std::size_t first, std::size_t second);
    /// What to do where there are no judged answers yet.
    void setReadOnly(bool readOnly);

Q_SIGNALS:
    void judgeRequested();
    void peopleRequested(plumb::AnswerSetId set);
    void told(const QString& text);
    void problem(const QString& message);

private:
    void makeChoices(QWidget* parent);
    void write();

    WinRatesFeed& m_feed;
    QComboBox *m_sets, *m_judges, *m_ties;
    WinMatrix* m_matrix;
    QLabel *m_title, *m_notes;
    ReportTableView* m_strengths;
    CellAnswers* m_answers;
    QPushButton *m_people, *m_new;
    bool m_readOnly = false;
};

}  // namespace plumb::ui
