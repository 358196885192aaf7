// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

#include "models/completion_columns.h"

namespace plumb::ui {

/// A table of completions: one line a row, a row is chosen as a whole.
class CompletionTable : public QTableView {
    Q_OBJECT

public:
    /// sortable: a click on a header sorts; nothing is sorted at first.
    explicit CompletionTable(bool sortable, QWidget* parent = nullptr);

    /// Widths that suit what the columns hold, or those that the user gave them, which are kept by
    /// the table's objectName; the last one takes what is left.
    void fitColumns(const std::vector<CompletionColumn>& columns);
    /// Chooses the row and brings it into view.
    void chooseRow(int row);

Q_SIGNALS:
    /// Return, or a double click.
    void opened();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString widthSetting(int column) const;

    bool m_fitting = false;
};

}  // namespace plumb::ui
