// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/label_queue_dialog.h"

namespace plumb::ui {

class LabelOrderEdit;

/// Puts a label queue into another order, and says how often and to whom its items are shown.
class LabelOrderDialog : public LabelQueueDialog {
    Q_OBJECT

public:
    LabelOrderDialog(SessionBridge& bridge, const LabelQueue& queue, QWidget* parent);

protected:
    QString missing() const override;
    void begin() override;

private:
    LabelQueueId m_queue;
    LabelOrderEdit* m_order;
};

}  // namespace plumb::ui
