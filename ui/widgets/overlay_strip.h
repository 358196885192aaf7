// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include <QWidget>

#include "plots/overlay.h"

class QLabel;

namespace plumb::ui {

/// The legend of the runs that lie over the shown one: each by its line and its name, which opens
/// it. Hidden while there are none.
class OverlayStrip : public QWidget {
    Q_OBJECT

public:
    explicit OverlayStrip(QWidget* parent = nullptr);

    void show(const std::vector<OverlaidRun>& runs);

Q_SIGNALS:
    void runChosen(qint64 run);
    /// All are to be taken off.
    void clearRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateText();

    std::vector<OverlaidRun> m_runs;
    QLabel* m_names;
};

}  // namespace plumb::ui
