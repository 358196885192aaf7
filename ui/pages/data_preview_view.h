// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "session/data_preview.h"

class QLabel;
class QTableWidget;

namespace plumb::ui {

class LengthHistogram;

/// What a run would read: files and columns, lengths and what is cut, the first rows.
class DataPreviewView : public QFrame {
    Q_OBJECT

public:
    explicit DataPreviewView(QWidget* parent = nullptr);

    void showPreview(const DataPreview& preview);
    void showProblem(const QString& message);
    void showBusy();
    /// No file is chosen yet.
    void showNothing();

private:
    void fillTable(const DataPreview& preview);

    QLabel *m_title, *m_summary, *m_lengths, *m_warnings, *m_problem;
    LengthHistogram* m_histogram;
    QTableWidget* m_table;
    QWidget* m_content;
};

}  // namespace plumb::ui
