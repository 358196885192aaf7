// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include "common/job.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace plumb::ui {

/// The bar of a job with its speed, the time left and a button that stops it; takes no room while
/// there is none. A job that is going on is stopped when this dies.
class JobProgress : public QWidget {
    Q_OBJECT

public:
    enum class Unit { bytes, items, none };

    /// name: objectName; its bar, text and button have it with Bar, Text and Stop behind it.
    JobProgress(const QString& name, QWidget* parent);
    ~JobProgress() override;

    std::shared_ptr<Job> begin(Unit unit, const QString& what);
    void end();
    bool isGoing() const { return m_job != nullptr; }
    void stop();

Q_SIGNALS:
    /// The job was asked to stop.
    void stopped();

private:
    void tell();

    std::shared_ptr<Job> m_job;
    Unit m_unit = Unit::none;
    QString m_what;
    QElapsedTimer m_clock;
    QTimer m_timer;
    QProgressBar* m_bar;
    QLabel* m_text;
    QPushButton* m_stop;
};

}  // namespace plumb::ui
