// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QDialog>

#include "store/records.h"

class QListWidget;
class QPushButton;

namespace plumb::ui {

/// Runs to be compared, by a list with boxes and a filter. Deletes itself when it closes.
class RunChoiceDialog : public QDialog {
    Q_OBJECT

public:
    /// chosen: those that are ticked at first.
    RunChoiceDialog(const std::vector<RunRecord>& runs, const std::vector<RunId>& chosen,
                    QWidget* parent);

Q_SIGNALS:
    /// In the order in which they were made.
    void runsChosen(const std::vector<plumb::RunId>& runs);

private:
    std::vector<RunId> chosen() const;
    void update();

    QListWidget* m_list;
    QPushButton* m_compare;
};

}  // namespace plumb::ui
