// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QStringList>

#include "analysis/compare/report_table.h"

class QLabel;
class QTableView;

namespace plumb::ui {

class ReportTableModel;
class ReportTableOrder;

/// A table of a comparison with its title, and its notes below. A click on a column's head sorts by
/// it; widths of columns are remembered; rows can be copied, and all of it saved as CSV.
class ReportTableView : public QFrame {
    Q_OBJECT

public:
    /// name: the objectName of the table itself, "table:" and this.
    explicit ReportTableView(const QString& name, QWidget* parent = nullptr);

    /// As many rows are seen at once; the others are scrolled to. 0: as many as there is room for.
    void setMostRows(int rows);
    void setTable(const ReportTable& table);
    const ReportTable& table() const;
    QTableView* view() { return m_view; }
    /// The chosen rows, or all where none is, as text with tabs between the cells.
    QString copiedText() const;

Q_SIGNALS:
    void told(const QString& text);
    void problem(const QString& message);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void copy();
    void save();
    /// Columns that the user has not sized fit what is in them; where the columns are those of
    /// before they only become wider, so that a table that grows holds still.
    void sizeColumns(bool anew);
    void sizeRows();

    QString m_name;
    QLabel *m_title, *m_notes;
    QTableView* m_view;
    ReportTableModel* m_model;
    ReportTableOrder* m_order;
    QStringList m_sized;  ///< the columns that have their widths
    int m_mostRows = 0;
    bool m_sizing = false;
};

}  // namespace plumb::ui
