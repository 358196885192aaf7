// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <QObject>

#include "bridge/session_bridge.h"
#include "store/records.h"

namespace plumb::ui {

/// The metrics of runs that lie over the shown one: read from the workspace once each, then kept up
/// to date by the session's events; read again where steps are missing.
class OverlayFeed : public QObject {
    Q_OBJECT

public:
    explicit OverlayFeed(SessionBridge& bridge, QObject* parent = nullptr);

    /// Those that are new are read: each ends in loaded() or failed().
    void setRuns(const std::vector<RunId>& runs);

Q_SIGNALS:
    void loaded(plumb::RunId run, const plumb::MetricTable& metrics);
    void stepDone(plumb::RunId run, qint64 step, const plumb::Metrics& metrics);
    void failed(plumb::RunId run, const QString& message);

private:
    struct Read {
        std::int64_t lastStep = -1;            ///< of the updates; below 0: not read yet
        std::vector<StepDone> meanwhile = {};  ///< arrived while it was read
    };

    void read(RunId run);
    void handle(const Event& event);
    void take(Read& read, const StepDone& event);

    SessionBridge& m_bridge;
    std::map<RunId, Read> m_runs;
};

}  // namespace plumb::ui
