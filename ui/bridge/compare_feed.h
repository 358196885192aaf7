// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QString>
#include <QTimer>

#include "analysis/compare/comparison.h"
#include "analysis/compare/stored_comparison.h"
#include "bridge/session_bridge.h"

namespace plumb::ui {

/// Several runs beside each other, as the workspace has them: read on the reader thread, compared
/// in the background, and again while runs go on, at most every two seconds. Runs that are over are
/// read once.
class CompareFeed : public QObject {
    Q_OBJECT

public:
    static constexpr int refresh_ms = 2000;

    explicit CompareFeed(SessionBridge& bridge, QObject* parent = nullptr);

    /// These runs, whatever they are.
    void setRuns(const std::vector<RunId>& runs);
    /// Those that were started to be compared under this name; more of them join as they start.
    void setName(const QString& name);
    const QString& name() const { return m_name; }
    const std::vector<RunId>& runs() const { return m_runs; }
    /// Nothing is read while it is false; what has changed by then is read afterwards.
    void setActive(bool active);
    /// Null until something was read.
    const std::shared_ptr<const Comparison>& comparison() const { return m_comparison; }
    /// The names of comparisons in the workspace, with their runs.
    void readNames();

Q_SIGNALS:
    void changed(const std::shared_ptr<const plumb::Comparison>& comparison);
    void namesRead(const std::vector<plumb::StoredComparison>& comparisons);
    void failed(const QString& message);

private:
    using Kept = std::map<RunId, std::shared_ptr<const ComparedRun>>;
    struct Reading {
        std::vector<RunId> runs;
        Kept read;
        QString problem;  ///< of runs that are left out
    };

    void restart();
    void handle(const Event& event);
    void refresh();
    void take(Result<Reading> reading);
    void compare();
    void show(std::shared_ptr<const Comparison> comparison);

    SessionBridge& m_bridge;
    QString m_name;
    std::vector<RunId> m_runs;
    Kept m_kept;
    std::shared_ptr<const Comparison> m_comparison;
    QString m_problem;
    QTimer m_timer;
    int m_asked = 0;  ///< answers to earlier questions are not taken
    bool m_active = false, m_stale = false, m_busy = false;
};

}  // namespace plumb::ui
