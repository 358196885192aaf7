// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_queue_dialog.h"

#include <algorithm>
#include <limits>

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QShortcut>
#include <QStyle>
#include <QVBoxLayout>

#include "common/shortcuts.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 520;

}  // namespace

LabelQueueDialog::LabelQueueDialog(const QString& name, const char* action, const QString& text,
                                   SessionBridge& bridge, QWidget* parent)
    : QDialog(parent),
      m_action(action),
      m_actionText(text),
      m_bridge(bridge),
      m_maker(new LabelQueueMaker(bridge, this)) {
    setObjectName(name);
    setAttribute(Qt::WA_DeleteOnClose);
    setFixedWidth(dialog_width);
    m_problem = new QLabel(this);
    m_problem->setObjectName(name + "Problem");
    m_problem->setWordWrap(true);
    m_progress = new QProgressBar(this);
    m_progress->setObjectName(name + "Progress");
    m_progress->setTextVisible(false);
    m_progress->hide();
    m_layout = new QVBoxLayout(this);
    m_layout->setContentsMargins(16, 14, 16, 14);
    m_layout->setSpacing(10);
    m_layout->addWidget(m_problem);
    m_layout->addWidget(m_progress);
    connect(m_maker, &LabelQueueMaker::progressed, this, &LabelQueueDialog::showProgress);
    connect(m_maker, &LabelQueueMaker::made, this, [this](LabelQueueId queue) { m_made = queue; });
    connect(m_maker, &LabelQueueMaker::failed, this, &LabelQueueDialog::showFailure);
    connect(m_maker, &LabelQueueMaker::finished, this,
            [this](LabelQueueId queue, const QString& note) {
                Q_EMIT queueDone(queue, note);
                accept();
            });
}

void LabelQueueDialog::addForm(QWidget* form) {
    m_form = form;
    m_layout->insertWidget(0, form);
    makeButtons();
    check();
}

// After the form, so that Tab leads through it first.
void LabelQueueDialog::makeButtons() {
    m_cancel = new QPushButton("Cancel  Esc", this);
    m_cancel->setObjectName(objectName() + "Cancel");
    m_cancel->setAutoDefault(false);
    m_primary = new QPushButton(m_actionText + "  " + keyText(m_action), this);
    m_primary->setObjectName(m_action);
    m_primary->setProperty("primary", true);
    m_primary->setAutoDefault(false);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_primary);
    m_layout->addLayout(buttons);
    auto* keys = new QShortcut(keysOf(m_action), this);
    keys->setObjectName(m_action);
    connect(keys, &QShortcut::activated, m_primary, &QPushButton::click);
    connect(m_primary, &QPushButton::clicked, this, &LabelQueueDialog::press);
    connect(m_cancel, &QPushButton::clicked, this, &LabelQueueDialog::reject);
}

void LabelQueueDialog::check() {
    if (m_maker->isBusy()) return;
    const QString problem = missing();
    m_primary->setEnabled(problem.isEmpty());
    m_problem->setProperty("role", "muted");
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_problem->style()->polish(m_problem);
    adjustSize();
}

void LabelQueueDialog::press() {
    showBusy(true);
    begin();
}

void LabelQueueDialog::reject() {
    if (!m_maker->isBusy()) return QDialog::reject();
    m_closing = true;
    m_cancel->setEnabled(false);
    m_maker->stop();
}

void LabelQueueDialog::showBusy(bool busy) {
    m_form->setEnabled(!busy);
    m_primary->setEnabled(!busy);
    m_progress->setVisible(busy);
    m_cancel->setText(busy ? "Stop  Esc" : "Cancel  Esc");
    m_cancel->setEnabled(true);
    m_problem->setVisible(busy);
    if (!busy) return;
    m_progress->setRange(0, 0);
    m_problem->setProperty("role", "muted");
    m_problem->style()->polish(m_problem);
    m_problem->setText("Working ...");
    // The form that had the keyboard has lost it.
    m_cancel->setFocus();
}

void LabelQueueDialog::showProgress(const QString& what, qint64 done, qint64 total) {
    if (total <= 0) return;
    m_progress->setRange(
        0, static_cast<int>(std::min<qint64>(total, std::numeric_limits<int>::max())));
    m_progress->setValue(static_cast<int>(done));
    m_problem->setText(QString("%1: %2 of %3").arg(what).arg(done).arg(total));
}

void LabelQueueDialog::showFailure(const QString& message) {
    showBusy(false);
    if (m_made != 0) {
        // It stays, in the order in which it came.
        Q_EMIT queueDone(m_made,
                         message.isEmpty()
                             ? "The queue is there, in the order in which it came."
                             : "The queue is there, but was not put into its order: " + message);
        return accept();
    }
    if (m_closing && message.isEmpty()) return QDialog::reject();
    m_closing = false;
    check();
    m_problem->setProperty("role", "error");
    m_problem->setText(message);
    m_problem->setVisible(!message.isEmpty());
    m_problem->style()->polish(m_problem);
    adjustSize();
}

}  // namespace plumb::ui
