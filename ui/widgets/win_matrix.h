// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace plumb::ui {

class WinMatrixModel;

/// The matrix of win rates, as tall as its rows: cells are shaded by their distance from one half.
class WinMatrix : public QTableView {
    Q_OBJECT

public:
    WinMatrix(WinMatrixModel& model, QWidget* parent);

Q_SIGNALS:
    /// A cell was clicked, or Enter was pressed on it: the row's model against the column's.
    void cellChosen(int first, int second);

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void choose(const QModelIndex& index);
    void fit();

    WinMatrixModel& m_model;
};

}  // namespace plumb::ui
