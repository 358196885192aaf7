// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_order_dialog.h"

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "session/label_scoring.h"
#include "widgets/label_order_edit.h"

namespace plumb::ui {

LabelOrderDialog::LabelOrderDialog(SessionBridge& bridge, const LabelQueue& queue, QWidget* parent)
    : LabelQueueDialog("labelOrderDialog", "labelOrderApply", "Apply", bridge, parent),
      m_queue(queue.id),
      m_order(new LabelOrderEdit(this)) {
    setWindowTitle("Order of " + toQString(queue.name));
    m_order->setOrder(queue.order, queue.shares);
    connect(m_order, &LabelOrderEdit::changed, this, &LabelOrderDialog::check);
    addForm(m_order);
    bridge.query(
        this,
        [workspace = bridge.workspace()](StoreReader& reader) {
            return runs_with_reward_models(reader, workspace);
        },
        [this](const Result<std::vector<RunRecord>>& runs) {
            if (runs.ok()) m_order->setRewardModels(*runs);
        });
}

QString LabelOrderDialog::missing() const { return m_order->problem(); }

void LabelOrderDialog::begin() { maker().order(m_queue, m_order->wish()); }

}  // namespace plumb::ui
