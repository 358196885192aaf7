// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "bridge/label_queue_maker.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace plumb::ui {

class SessionBridge;

/// A form whose work takes a while: what is missing, progress, and a button that stops it. Deletes
/// itself when it closes.
class LabelQueueDialog : public QDialog {
    Q_OBJECT

public:
    /// Stops what goes on.
    void reject() override;

Q_SIGNALS:
    /// The queue was made or changed. note: what there is to tell, or empty.
    void queueDone(plumb::LabelQueueId queue, const QString& note);

protected:
    /// action: the id of the primary button, and of its key.
    LabelQueueDialog(const QString& name, const char* action, const QString& text,
                     SessionBridge& bridge, QWidget* parent);

    /// To be called once the form is whole.
    void addForm(QWidget* form);
    LabelQueueMaker& maker() { return *m_maker; }
    SessionBridge& bridge() { return m_bridge; }
    /// Tells what is missing, which the primary button waits for.
    void check();
    virtual QString missing() const = 0;
    virtual void begin() = 0;

private:
    void makeButtons();
    void press();
    void showBusy(bool busy);
    void showProgress(const QString& what, qint64 done, qint64 total);
    void showFailure(const QString& message);

    const char* m_action;
    const QString m_actionText;
    SessionBridge& m_bridge;
    LabelQueueMaker* m_maker;
    LabelQueueId m_made = 0;  ///< it is there, whatever happens to its order
    bool m_closing = false;
    QWidget* m_form = nullptr;
    QLabel* m_problem;
    QProgressBar* m_progress;
    QPushButton *m_primary = nullptr, *m_cancel = nullptr;
    QVBoxLayout* m_layout;
};

}  // namespace plumb::ui
